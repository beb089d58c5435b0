"""The kit refuses what a deployment or the API would refuse: types without a JSON form, payloads, signals."""

from dataclasses import dataclass
from typing import Any

import msgspec
import pytest

from chalicelib.core.errors import TooLargeError
from gurukool import InvalidInputError, Request, handler
from gurukool.testing import Queue, run


class Own:
    """Nothing that has a JSON form."""


@dataclass
class Holder:
    own: Own


@handler("payload")
def payload_only(payload: Holder) -> None: ...


@handler("result")
def result_only(payload: Any) -> Own:
    return Own()


@pytest.mark.parametrize("function", [payload_only, result_only])
def test_a_type_without_a_json_form_is_refused_with_its_place(function: Any) -> None:
    (part,) = function.__name__.split("_")[:1]
    says = rf"test_types.py, line \d+: {part}: the type of the {part} has no JSON form, because .*Own"

    with pytest.raises(TypeError, match=says):
        run(function, {"own": {}})
    with pytest.raises(TypeError, match=says):
        Queue().deploy(function)


@handler("wait", max_attempts=1)
def wait(payload: Any, request: Request) -> Any:
    return request.wait_for("a", timeout=60)


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


WRONG = [
    (float("nan"), "The payload contains NaN or infinity, which JSON cannot express."),
    ({"a": [float("inf")]}, "The payload contains NaN or infinity, which JSON cannot express."),
    (nested(32), "The body is nested more than 32 levels deep."),
    (object(), "The payload cannot be expressed in JSON."),
]


@pytest.mark.parametrize(("payload", "says"), WRONG)
def test_a_payload_that_no_client_could_send_is_refused(payload: Any, says: str) -> None:
    queue = Queue()
    with pytest.raises(InvalidInputError) as refused:
        queue.enqueue(wait, payload)
    assert str(refused.value) == says

    seq = queue.enqueue(wait, nested(31))
    with pytest.raises(InvalidInputError) as refused:
        queue.signal(seq, "a", payload)
    assert str(refused.value) == says

    queue.signal(seq, "a", nested(31))
    queue.run()
    assert queue.outcome(seq).result == nested(31)


@pytest.mark.parametrize("name", ["", "a b", "a/b", "x" * 65, ".a", "a\n"])
def test_a_signal_whose_name_no_call_could_have_is_refused(name: str) -> None:
    queue = Queue()
    seq = queue.enqueue(wait)

    with pytest.raises(InvalidInputError, match=r"^name must be text like"):
        queue.signal(seq, name)


SIGNALS = [
    ("x" * (128 * 1024 - 1), "The payload is larger than 128 KiB."),
    (msgspec.Raw(b"[%s]" % b",".join([b"1e15"] * 20_000)), "The payload is larger than 128 KiB."),
    ("x" * 160 * 1024, "The body is larger than 160 KiB."),
]


@pytest.mark.parametrize(("payload", "says"), SIGNALS, ids=["as it is", "as it is stored", "as a body"])
def test_a_signal_that_is_too_large_is_refused(payload: Any, says: str) -> None:
    queue = Queue()
    seq = queue.enqueue(wait)

    with pytest.raises(TooLargeError) as refused:
        queue.signal(seq, "a", payload)
    assert str(refused.value) == says
