"""One attempt at the handler's own code: whatever it does, something comes of it."""

import sys
import time
from collections.abc import Callable
from typing import Annotated, Any, Never

import msgspec
import pytest
from pynamodb.attributes import NumberAttribute
from pynamodb.models import Model

from chalicelib.adapters.dynamodb.effects import LIMIT, Effects
from chalicelib.adapters.runner import RESULT_LIMIT, run
from chalicelib.core.attempt import Result
from chalicelib.core.handler import Handler, Registry, handler
from chalicelib.core.policy import HandlerError, PermanentError, RetryLaterError
from chalicelib.core.request import Failure, Request, Status


class Payload(msgspec.Struct):
    n: Annotated[int, msgspec.Meta(ge=0)] = 0


class Thing(Model):
    class Meta:
        table_name = "things"
        region = "us-east-1"

    n = NumberAttribute(hash_key=True)


def attempt(function: Callable[..., Any], payload: str = "{}", seconds: float = 5.0) -> Result | Failure:
    request = Request("user", 1, "work", payload, Status.RUNNING, enqueued_at=0, attempts=1)
    return run(registered(function), request, seconds)


def registered(function: Callable[..., Any]) -> Handler:
    registry = Registry()
    handler("work", into=registry)(function)
    found = registry.get("work")
    assert found
    return found


def test_what_the_handler_returns_is_the_result() -> None:
    def work(payload: Payload) -> dict[str, int]:
        return {"twice": 2 * payload.n}

    assert attempt(work, '{"n": 4}') == Result('{"twice":8}')


def raising(error: BaseException) -> Callable[[Payload], Never]:
    def work(payload: Payload) -> Never:
        raise error

    return work


def failure(function: Callable[..., Any], payload: str = "{}", seconds: float = 5.0) -> Failure:
    ran = attempt(function, payload, seconds)
    assert isinstance(ran, Failure)
    return ran


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (HandlerError("No luck."), Failure("error", "No luck.")),
        (PermanentError("Never."), Failure("permanent", "Never.")),
        (RetryLaterError("Busy.", after=1.5), Failure("error", "Busy.", retry_after_ms=1_500)),
        (RetryLaterError("Busy.", after=-1), Failure("error", "Busy.", retry_after_ms=0)),
    ],
)
def test_what_the_handler_says_of_its_failure_is_told(error: HandlerError, expected: Failure) -> None:
    assert failure(raising(error)) == expected


@pytest.mark.parametrize("error", [KeyError("secret"), RecursionError("secret"), SystemExit("secret")])
def test_of_an_error_nobody_expected_only_its_kind_is_told(
    error: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    assert failure(raising(error)) == Failure("error", f"The handler raised {type(error).__name__}.")
    assert [record.levelname for record in caplog.records] == ["ERROR"], "the rest is in the logs"


def test_a_handler_that_leaves_its_process_has_failed() -> None:
    def work(payload: Payload) -> None:
        sys.exit()

    assert failure(work).message == "The handler raised SystemExit."


def test_a_handler_that_takes_too_long_is_stopped() -> None:
    def work(payload: Payload) -> None:
        time.sleep(30)

    assert failure(work, seconds=0.02) == Failure("timeout", "It took longer than 0.02 seconds.")


@pytest.mark.parametrize("payload", ['{"n": -1}', '{"n": "many"}', "null", "{"])
def test_a_payload_that_no_longer_fits_the_type_is_not_run(payload: str) -> None:
    """The handler may have been changed since the request was accepted."""
    assert failure(raising(AssertionError("it was run")), payload).kind == "invalid_payload"


def test_a_result_that_is_too_large_fails_for_good() -> None:
    def work(payload: Payload) -> str:
        return "x" * RESULT_LIMIT

    assert failure(work) == Failure("permanent", "The result is larger than 128 KiB.")


def test_a_result_that_is_no_json_fails_the_attempt() -> None:
    def work(payload: Payload) -> Any:
        return object()

    assert failure(work).kind == "error"


def test_more_effects_than_a_transaction_takes_fail_for_good() -> None:
    def work(payload: Payload, effects: Effects) -> None:
        for n in range(LIMIT + 1):
            effects.save(Thing(n))

    assert failure(work) == Failure("permanent", f"A handler may have at most {LIMIT} effects.")
