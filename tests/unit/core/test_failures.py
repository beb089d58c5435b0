"""What failed attempts lead to: another one, an outcome, a halted queue."""

from typing import Any

import pytest

from chalicelib.adapters.memory.effects import Booking
from chalicelib.core.queueing.attempt import Result
from chalicelib.core.queueing.enqueue import Work
from chalicelib.core.queueing.progress import Progress
from chalicelib.core.queueing.queue import Queue, State
from chalicelib.core.queueing.request import Failure, Request, Status
from chalicelib.core.queueing.steps import Done, Wait
from tests.unit.core.queue_harness import BROKEN, DONE, SESSION, USER, QueueHarness

PERMANENT = Failure("permanent", "It will never work.")


def test_a_failed_request_is_tried_again_before_anything_behind_it(harness: QueueHarness) -> None:
    harness.script[1] = [BROKEN, BROKEN, DONE]
    harness.send(2)

    harness.run()

    assert harness.started == [1, 1, 1, 2]
    assert harness.statuses() == [Status.SUCCEEDED, Status.SUCCEEDED]


def test_a_wait_for_the_next_attempt_is_slept_through_if_short_and_else_left_to_the_wake_up(
    harness: QueueHarness,
) -> None:
    harness.script[1] = [BROKEN, BROKEN, DONE]
    harness.send()
    begun = harness.clock.now()

    ending = harness.wake()

    assert harness.started == [1, 1], "the first wait is half a second, the second one second"
    assert ending == Wait(begun + 500 + 1_000)


def test_a_handler_s_own_delay_is_kept(harness: QueueHarness) -> None:
    harness.script[1] = [Failure("error", "Not now.", retry_after_ms=30_000), DONE]
    harness.send()
    begun = harness.clock.now()

    assert harness.wake() == Wait(begun + 30_000)


@pytest.mark.parametrize(
    ("type_", "ran", "attempts", "kind"),
    [
        ("skip", [BROKEN] * 3, 3, "error"),
        ("skip", [PERMANENT], 1, "permanent"),
    ],
)
def test_what_cannot_succeed_has_failed_and_the_next_goes_on(
    harness: QueueHarness, type_: str, ran: list[Failure], attempts: int, kind: str
) -> None:
    harness.script[1] = [*ran]
    harness.send(type_=type_)
    harness.send()

    harness.run()

    failed = harness.request(1)
    assert (failed.status, failed.attempts, failed.error and failed.error.kind) == (
        Status.FAILED,
        attempts,
        kind,
    )
    assert harness.request(2).status is Status.SUCCEEDED


def test_the_caller_s_own_number_of_attempts_counts(harness: QueueHarness) -> None:
    harness.script[1] = [BROKEN]
    harness.enqueue(USER, SESSION, [Work("skip", "null", max_attempts=1)])

    harness.run()

    assert harness.statuses() == [Status.FAILED]


def test_effects_are_written_with_the_outcome(harness: QueueHarness) -> None:
    harness.script[1] = [Result("1", (Booking("a", 5), Booking("b", -0)))]
    harness.send()

    harness.wake()

    assert harness.store.tables.ledger.balances == {"a": 5, "b": 0}


def test_effects_that_are_refused_fail_the_attempt_and_are_not_written(harness: QueueHarness) -> None:
    too_much = Result("1", (Booking("a", 5), Booking("b", -1)))
    harness.script[1] = [too_much] * 3
    harness.send()

    harness.run()

    error = harness.request(1).error
    assert harness.statuses() == [Status.FAILED]
    assert error
    assert error.kind == "conflict"
    assert harness.store.tables.ledger.balances == {}


def test_the_last_failure_halts_the_queue_where_that_is_wanted(harness: QueueHarness) -> None:
    harness.script[1] = [BROKEN]
    harness.send(type_="halt")
    harness.send()

    assert harness.wake() == Done()

    assert harness.queue.state is State.HALTED
    assert harness.started == [1]
    assert harness.request(1).status is Status.QUEUED
    assert harness.request(1).error == BROKEN


def test_a_request_cancelled_between_its_failure_and_the_halt_halts_nothing(
    harness: QueueHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_back = harness.store.requests.requeue

    def put_back_and_cancel(*arguments: Any, **named: Any) -> Request:
        done = put_back(*arguments, **named)
        harness.controls.cancel(USER, SESSION, 1)
        return done

    monkeypatch.setattr(harness.store.requests, "requeue", put_back_and_cancel)
    harness.script[1] = [BROKEN]
    harness.send(type_="halt")
    harness.send()

    harness.wake()

    assert harness.queue.state is State.OPEN
    assert harness.statuses() == [Status.CANCELLED, Status.SUCCEEDED]


def test_a_late_worker_does_not_halt_what_was_opened_since(
    harness: QueueHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    change_state = harness.store.queues.change_state

    def be_late(*arguments: Any) -> Queue:
        """Meanwhile another worker halts the queue, and its user says retry."""
        monkeypatch.undo()
        change_state(harness.queue, State.HALTED, harness.clock.now())
        harness.clock.advance(1)
        harness.controls.retry_head(USER, None, 1)
        return change_state(*arguments)

    monkeypatch.setattr(harness.store.queues, "change_state", be_late)
    harness.script[1] = [BROKEN, DONE]
    harness.send(type_="halt")

    harness.run()

    assert harness.queue.state is State.OPEN
    assert harness.statuses() == [Status.SUCCEEDED]


def test_a_late_worker_does_not_leave_a_queue_halted_whose_head_another_worker_has_got_past(
    harness: QueueHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    queues = harness.store.queues
    change_state = queues.change_state

    def be_late(*arguments: Any) -> Queue:
        """Meanwhile the request is cancelled, and another worker steps over it and ends, but is not idle."""
        monkeypatch.undo()
        cancelled = harness.controls.cancel(USER, SESSION, 1)
        now = harness.clock.now()
        queues.advance(harness.queue, Progress.none(harness.queue, now).past(cancelled, None), now)
        return change_state(*arguments)

    monkeypatch.setattr(queues, "change_state", be_late)
    harness.script[1] = [BROKEN]
    harness.send(type_="halt")

    harness.wake()

    assert (harness.queue.state, harness.queue.depth) == (State.OPEN, 0)
