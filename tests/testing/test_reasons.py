"""A test that fails says why: with the handler's own exception, and what is missing in the test."""

import logging
from collections.abc import Callable

import pytest
from pynamodb.attributes import UnicodeAttribute
from pynamodb.models import Model

from gurukool import Effects, PermanentError, Request, handler
from gurukool.testing import Outcome, Queue, attempts, run

OUTSIDE = "was asked for outside of any block of `gurukool.testing.resources`."


class Note(Model):
    user_id = UnicodeAttribute(hash_key=True)


@handler("divide", max_attempts=1)
def divide(payload: int) -> float:
    return 1 / payload


@handler("adivide", max_attempts=1)
async def divide_later(payload: int) -> float:
    return 1 / payload


@handler("refuse")
def refuse(payload: int) -> None:
    raise PermanentError("No.") from KeyError(payload)


@handler("limited", max_attempts=1)
def limited(payload: None, request: Request) -> int:
    return int(request.settings["limit"])


@handler("save", max_attempts=1)
def save(payload: str, effects: Effects) -> None:
    effects.save(effects.table(Note, "notes")(payload))


@handler("bucket", max_attempts=1)
def bucket(payload: None, request: Request) -> str:
    return request.resources.name("files")


def raised(outcome: Outcome) -> BaseException:
    assert outcome.error
    assert outcome.error.exception
    return outcome.error.exception


@pytest.mark.parametrize("function", [divide, divide_later])
def test_the_outcome_has_what_the_handler_raised(function: object) -> None:
    outcome = run(function, 0)  # type: ignore[arg-type]

    exception = raised(outcome)
    assert isinstance(exception, ZeroDivisionError)
    assert exception.__traceback__
    assert "ZeroDivisionError('division by zero')" in repr(outcome)


def test_the_log_has_the_traceback_of_an_error_that_was_not_meant(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        run(divide, 0)

    assert "return 1 / payload" in caplog.text


def test_so_has_a_handlers_own_error() -> None:
    assert isinstance(raised(run(refuse, 1)).__cause__, KeyError)


def test_an_error_before_a_success_is_not_the_outcomes() -> None:
    assert run(divide, 1).error is None


@pytest.mark.parametrize(
    ("function", "payload", "says"),
    [
        (limited, None, "There is no setting 'limit'. Declared in the test's settings=: none."),
        (save, "x", f"'notes' {OUTSIDE}"),
        (bucket, None, f"'files' {OUTSIDE}"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_what_the_test_forgot_is_named(function: object, payload: object, says: str) -> None:
    assert str(raised(run(function, payload))) == says  # type: ignore[arg-type]


@handler("again", max_attempts=1)
def again(payload: int, request: Request, effects: Effects) -> None:
    effects.enqueue(request.user_id, "again", payload + 1)


@pytest.mark.parametrize("work", [Queue.run, lambda queue: queue.advance(1)], ids=["run", "advance"])
def test_a_handler_that_enqueues_itself_for_ever_does_not_hang_the_test(
    work: Callable[[Queue], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "MOST_ATTEMPTS", 50)
    queue = Queue()
    queue.enqueue(again, 1)

    with pytest.raises(RuntimeError, match="enqueue itself"):
        work(queue)
