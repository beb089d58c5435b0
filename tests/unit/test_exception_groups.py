"""Handlers that do several things at once raise groups of errors: what they say to the queue still counts."""

import asyncio
from collections.abc import Callable
from typing import Any, Never

import pytest

from chalicelib.adapters.runtime.durable import SupersededError
from chalicelib.core.queueing.policy import (
    HandlerError,
    ImpossibleDelayError,
    PermanentError,
    RetryLaterError,
)
from chalicelib.core.queueing.request import Failure
from gurukool import Request, Stopped, handler
from gurukool.testing import Queue, run
from tests.unit.test_runner import Payload, failure, raising

NEVER, BUSY = PermanentError("Never."), RetryLaterError("Busy.", after=5)


def group(*errors: BaseException) -> BaseExceptionGroup[Any]:
    return BaseExceptionGroup("unhandled errors in a TaskGroup", errors)


def nonsense() -> RetryLaterError:
    error = RetryLaterError("Later.", after=1)
    error.after = float("nan")
    return error


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (group(NEVER), Failure("permanent", "Never.")),
        (group(HandlerError("No."), group(BUSY, group(NEVER))), Failure("permanent", "Never.")),
        (group(HandlerError("No."), RetryLaterError("Soon.", 1), BUSY), Failure("error", "Busy.", 5_000)),
        (group(HandlerError("One."), HandlerError("Two.")), Failure("error", "One.")),
        (group(ValueError("secret"), NEVER), Failure("permanent", "Never.")),
        (
            group(ValueError("secret"), KeyError("secret")),
            Failure("error", "The handler raised ExceptionGroup."),
        ),
        (group(BUSY, nonsense()), Failure("error", str(ImpossibleDelayError()))),
        (group(NEVER, Stopped()), Failure("error", "The handler raised Stopped.")),
        (group(NEVER, SupersededError()), Failure("error", "Another attempt has begun.")),
    ],
)
def test_of_a_group_the_error_that_decides_is_told(error: BaseException, expected: Failure) -> None:
    assert failure(raising(error)) == expected


@pytest.mark.parametrize(
    ("error", "lines"),
    [
        (group(NEVER, BUSY), []),
        (group(NEVER, ValueError("secret")), ["handler raised"]),
        (group(NEVER, ImpossibleDelayError()), ["handler raised"]),
        (group(Stopped()), []),
        (group(Stopped(), ValueError("in the clean-up of another task")), ["handler raised"]),
        (group(SupersededError(), NEVER), ["attempt superseded"]),
        (group(SupersededError(), ValueError("secret")), ["handler raised", "attempt superseded"]),
    ],
)
def test_a_group_with_an_error_that_nobody_expected_is_logged(
    error: BaseException, lines: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    failure(raising(error))

    assert [record.getMessage() for record in caplog.records] == lines


def test_groups_within_groups_without_end_are_no_trouble() -> None:
    error: BaseException = NEVER
    for _ in range(10_000):
        error = group(error)

    assert failure(raising(error)) == Failure("permanent", "Never.")


async def _both(first: Callable[[], Any], second: Callable[[], Any]) -> None:
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(first())
        tasks.create_task(second())


async def _never() -> Never:
    raise NEVER


async def _for_long() -> None:
    await asyncio.sleep(30)


def test_the_first_error_of_tasks_ends_the_request_for_good() -> None:
    @handler("tasks", max_attempts=3)
    async def tasks(payload: Any) -> None:
        await _both(_never, _for_long)

    outcome = run(tasks)

    assert (outcome.status, outcome.attempts) == ("failed", 1)
    assert outcome.error
    assert (outcome.error.kind, outcome.error.message) == ("permanent", "Never.")


def test_a_time_limit_that_strikes_in_a_task_is_a_time_limit() -> None:
    async def busy() -> None:
        while True:
            pass

    async def work(payload: Payload) -> None:
        await _both(busy, _for_long)

    assert failure(work, seconds=0.05).kind == "timeout"


def test_a_task_may_sleep_and_be_stopped() -> None:
    @handler("sleeper", max_attempts=1)
    async def sleeper(payload: Any, request: Request) -> int:
        async def sleep() -> None:
            request.sleep(60)

        await _both(sleep, _for_long) if request.attempts == 1 else None
        return request.attempts

    queue = Queue()
    seq = queue.enqueue(sleeper)
    queue.advance(1)
    assert queue.outcome(seq).status == "queued"
    queue.run()
    assert queue.outcome(seq).result == 2
