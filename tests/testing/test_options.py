"""What `enqueue` takes beside the payload is checked as the API checks it."""

from typing import Any

import pytest

from gurukool import InvalidInputError, handler
from gurukool.testing import Queue

YEAR = 366 * 24 * 3600.0


@handler("note")
def note(payload: int) -> int:
    return payload


@pytest.mark.parametrize(
    ("options", "path"),
    [
        ({"max_attempts": 0}, "max_attempts"),
        ({"max_attempts": 101}, "max_attempts"),
        ({"on_failure": "stop"}, "on_failure"),
        ({"slot": ""}, "slot"),
        ({"slot": "s" * 65}, "slot"),
        ({"slot": "cart", "if_busy": "wait"}, "if_busy"),
        ({"if_busy": "replace"}, "if_busy"),
        ({"not_before": YEAR + 1}, "not_before"),
        ({"not_before": 1e12}, "not_before"),
        ({"start_before": float("nan")}, "start_before"),
        ({"not_before": 10, "start_before": 5}, "start_before"),
        ({"callback": ""}, "callback"),
    ],
    ids=str,
)
@pytest.mark.parametrize("size", [1, 200_000], ids=["small", "uploaded"])
def test_an_option_that_the_api_refuses_is_refused(options: dict[str, Any], path: str, size: int) -> None:
    queue = Queue()

    with pytest.raises(InvalidInputError) as refused:
        queue.enqueue(text, "x" * size, **options)

    assert [field.path for field in refused.value.fields] == [path]
    assert queue.outcomes() == []


@handler("text")
def text(payload: str) -> int:
    return len(payload)


def test_options_that_the_api_takes_are_taken() -> None:
    queue = Queue()

    queue.enqueue(note, 1, max_attempts=100, on_failure="halt", slot="s" * 64, if_busy="interrupt")
    queue.enqueue(note, 2, not_before=-1, start_before=YEAR - 1)
    queue.run()

    assert [outcome.status for outcome in queue.outcomes()] == ["succeeded", "succeeded"]
