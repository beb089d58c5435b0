"""Which stored payloads a handler can take, and what becomes of the others."""

import time
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from chalicelib.core.queueing.attempt import Ran, Result
from chalicelib.core.queueing.handler import declarations, handler
from chalicelib.core.queueing.request import Failure, Request, Status
from tests.fakes import attempts
from tests.unit.test_runner import Payload, failure, raising


@pytest.mark.parametrize("payload", ['{"n": -1}', '{"n": "many"}', "null", "{"])
def test_a_payload_that_no_longer_fits_the_type_is_not_run(payload: str) -> None:
    """The handler may have been changed since the request was accepted."""
    assert failure(raising(AssertionError("it was run")), payload).kind == "invalid_payload"


@pytest.mark.parametrize("error", [LookupError("secret"), SystemExit("secret")])
def test_a_payload_whose_own_code_fails_is_not_run(error: BaseException) -> None:
    class Odd(msgspec.Struct):
        def __post_init__(self) -> None:
            raise error

    def work(payload: Odd) -> None: ...

    told = failure(work)
    assert told == Failure("invalid_payload", f"Reading the payload raised {type(error).__name__}.")


def test_a_payload_whose_own_code_does_not_end_is_not_run() -> None:
    class Endless(msgspec.Struct):
        def __post_init__(self) -> None:
            time.sleep(30)

    def work(payload: Endless) -> None: ...

    told = failure(work, seconds=0.02)
    assert told == Failure("invalid_payload", "Reading the payload took longer than 0.02 seconds.")


def upgraded(upgrade: Callable[[Any], Any], payload: str) -> Ran:
    @handler("work", upgrade=upgrade)
    def work(payload: Payload) -> int:
        return payload.n

    request = Request("user", 1, "work", payload, Status.RUNNING, enqueued_at=0, attempts=1)
    return attempts.attempt(declarations(work)[0], request, 5)


def test_a_payload_that_the_type_refuses_is_upgraded_and_then_checked() -> None:
    def upgrade(old: Any) -> Any:
        return {"n": old["count"]}

    assert upgraded(lambda old: {"n": len(old)}, '["a", "b"]') == Result("2")
    assert upgraded(upgrade, '{"n": 7}') == Result("7"), "what fits is not upgraded"
    for payload in ('{"n": -1}', '{"n": "x", "count": -1}'):
        refused = upgraded(upgrade, payload)
        assert isinstance(refused, Failure), payload
        assert refused.kind == "invalid_payload", payload
