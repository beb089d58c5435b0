"""One attempt at the handler's own code: whatever it does, something comes of it."""

import asyncio
import faulthandler
import json
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Annotated, Any, Never

import msgspec
import pytest
from pynamodb.attributes import NumberAttribute
from pynamodb.models import Model

from chalicelib.adapters.dynamodb.effects import LIMIT, Effects
from chalicelib.adapters.runtime.durable import SupersededError
from chalicelib.adapters.runtime.results import RESULT_LIMIT
from chalicelib.core.queueing.attempt import Ran, Result
from chalicelib.core.queueing.handler import Handler, declarations, handler
from chalicelib.core.queueing.policy import (
    HandlerError,
    ImpossibleDelayError,
    PermanentError,
    RetryLaterError,
)
from chalicelib.core.queueing.request import LONGEST_DELAY_MS, Failure, Request, Status
from chalicelib.core.queueing.stored_text import TEXT_LIMIT
from tests.fakes import attempts
from tests.fakes.nonsense import DELAYS, NONSENSE, RAISED, RETURNED, Act, changed_later, later


class Payload(msgspec.Struct):
    n: Annotated[int, msgspec.Meta(ge=0)] = 0


class Thing(Model):
    class Meta:
        table_name = "things"
        region = "us-east-1"

    n = NumberAttribute(hash_key=True)


def attempt(function: Callable[..., Any], payload: str = "{}", seconds: float = 5.0) -> Ran:
    request = Request("user", 1, "work", payload, Status.RUNNING, enqueued_at=0, attempts=1)
    return attempts.attempt(registered(function), request, seconds)


def registered(function: Callable[..., Any]) -> Handler:
    return declarations(handler("work")(function))[-1]


def test_what_the_handler_returns_is_the_result() -> None:
    def work(payload: Payload) -> dict[str, int]:
        return {"twice": 2 * payload.n}

    assert attempt(work, '{"n": 4}') == Result('{"twice":8}')


def doing(act: Act) -> Callable[[Payload], Any]:
    def work(payload: Payload) -> Any:
        return act()

    return work


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
        (RetryLaterError("Busy.", timedelta(days=366)), Failure("error", "Busy.", LONGEST_DELAY_MS)),
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


def test_an_attempt_that_was_given_up_is_no_error_of_its_handler(caplog: pytest.LogCaptureFixture) -> None:
    assert failure(raising(SupersededError())) == Failure("error", "Another attempt has begun.")
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("WARNING", "attempt superseded")
    ]


def test_a_handler_that_leaves_its_process_has_failed() -> None:
    def work(payload: Payload) -> None:
        sys.exit()

    assert failure(work).message == "The handler raised SystemExit."


def test_a_handler_that_takes_too_long_is_stopped() -> None:
    def work(payload: Payload) -> None:
        time.sleep(30)

    assert failure(work, seconds=0.02) == Failure("timeout", "The handler took longer than 0.02 seconds.")


@pytest.mark.parametrize("name", sorted(DELAYS.keys() - {"seconds", "timedelta", "negative"}))
@pytest.mark.parametrize("act", [later, changed_later])
def test_an_impossible_delay_fails_the_attempt_in_words(act: Callable[[Any], Act], name: str) -> None:
    told = failure(doing(act(DELAYS[name])))

    assert told == Failure("error", str(ImpossibleDelayError()))
    assert "366 days" in told.message


@pytest.mark.parametrize("name", NONSENSE)
def test_what_makes_no_sense_ends_as_a_failure_or_a_result_that_can_be_shown(name: str) -> None:
    ran = attempt(doing(NONSENSE[name]))

    if isinstance(ran, Result):
        assert json.loads(ran.json) is not None
    else:
        assert isinstance(ran, Failure)
        assert ran.kind in {"error", "permanent"}
        assert len(ran.message.encode()) <= 4 * TEXT_LIMIT


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a text that raises", "The handler raised BrokenTextError, whose text cannot be shown."),
        ("half a surrogate pair", "file ? not found"),
        ("a class without a name", "The handler raised an error that cannot be shown."),
        ("SystemExit", "The handler raised SystemExit."),
    ],
)
def test_an_error_that_cannot_be_shown_is_told_as_far_as_possible(name: str, expected: str) -> None:
    assert failure(doing(RAISED[name])) == Failure("error", expected)


def test_a_text_without_end_is_cut() -> None:
    assert failure(raising(HandlerError("é" * 1_000_000))).message == "é" * (TEXT_LIMIT - 1) + "…"


def test_a_text_that_takes_too_long_is_stopped() -> None:
    class SlowError(HandlerError):
        def __str__(self) -> str:
            time.sleep(30)
            return "late"

    assert failure(raising(SlowError()), seconds=0.05).kind == "timeout"


def test_a_time_limit_that_cannot_be_set_is_not_the_handler_s_failure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object, **__: object) -> Never:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(faulthandler, "dump_traceback_later", refuse)

    with pytest.raises(RuntimeError, match="new thread"):
        attempt(doing(lambda: None))


def test_a_result_that_is_too_large_fails_for_good() -> None:
    def work(payload: Payload) -> str:
        return "x" * RESULT_LIMIT

    assert failure(work) == Failure("permanent", "The result is larger than 128 KiB.")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("NaN", "The result contains NaN or infinity, which JSON cannot express."),
        ("NaN beside raw JSON", "The result contains NaN or infinity, which JSON cannot express."),
        ("raw text that is no JSON", "The result cannot be expressed in JSON."),
        ("an object", "The result cannot be expressed in JSON."),
    ],
)
def test_a_result_that_is_no_json_fails_the_attempt_in_words(name: str, message: str) -> None:
    assert failure(doing(RETURNED[name])) == Failure("error", message)


def test_an_async_handler_is_awaited_and_a_generator_is_collected() -> None:
    async def work(payload: Payload) -> str:
        await asyncio.sleep(0)
        return "done"

    def pieces(payload: Payload) -> Iterator[int]:
        yield from range(3)

    assert attempt(work) == Result('"done"')
    assert attempt(pieces) == Result("[0,1,2]")


def test_an_async_handler_fails_and_is_stopped_like_any_other() -> None:
    async def fails(payload: Payload) -> None:
        raise HandlerError("not today")

    async def sleeps(payload: Payload) -> None:
        await asyncio.sleep(30)

    assert failure(fails) == Failure("error", "not today")
    assert failure(sleeps, seconds=0.05).kind == "timeout"


def test_a_result_with_nothing_in_it_is_not_taken_for_nan() -> None:
    assert attempt(doing(lambda: {"x": [None, 0.5]})) == Result('{"x":[null,0.5]}')


def test_more_effects_than_a_transaction_takes_fail_for_good() -> None:
    def work(payload: Payload, effects: Effects) -> None:
        for n in range(LIMIT + 1):
            effects.save(Thing(n))

    assert failure(work) == Failure("permanent", f"A handler may have at most {LIMIT} effects.")
