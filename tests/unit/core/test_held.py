"""What the deployed code cannot take holds the queue, and never fails."""

from typing import Any

import pytest

from chalicelib.core.queueing.conclusion import CRASHED
from chalicelib.core.queueing.enqueue import Work
from chalicelib.core.queueing.handler import Handler
from chalicelib.core.queueing.line import Reason
from chalicelib.core.queueing.policy import PATIENCE_MS, Policy
from chalicelib.core.queueing.queue import HoldReason, Queue, State
from chalicelib.core.queueing.request import Failure, Outcome, Request, Status
from chalicelib.core.queueing.steps import Done, Wait
from tests.unit.core.queue_harness import (
    DONE,
    HOUR_MS,
    LIMIT,
    SESSION,
    UNFIT,
    USER,
    QueueHarness,
    lose_wake_ups,
)
from tests.unit.core.test_sweep import MINUTE_MS, sweep_for_ten_minutes

NEW = "of a release that this worker does not know yet"


def appear(harness: QueueHarness, type_: str) -> None:
    """A handler is deployed."""
    handler = Handler(type_, lambda payload: payload, object, object, timeout=2.0, policy=Policy())
    harness.handlers.add(handler)


def test_what_no_worker_can_take_waits_a_little_and_then_holds_the_queue(harness: QueueHarness) -> None:
    harness.clock.advance(HOUR_MS // 2)
    harness.unfit[1] = UNFIT
    harness.send(2)
    begun, looks = harness.clock.now(), 0

    while isinstance(harness.wake(), Wait):
        assert harness.queue.state is State.OPEN
        looks += 1
        harness.pass_until_next_wake_up()

    waited = harness.clock.now() - begun
    assert (waited, looks) == (PATIENCE_MS, 6)
    assert harness.queue.why_held
    assert harness.queue.why_held.failure == UNFIT
    assert harness.queue.why_held.since == harness.clock.now()
    assert harness.statuses() == [Status.QUEUED] * 2
    assert (harness.started, harness.request(1).attempts) == ([], 0)


def test_a_worker_that_is_only_older_than_the_api_holds_nothing(harness: QueueHarness) -> None:
    harness.enqueue(USER, SESSION, [Work(NEW, "null", max_attempts=1)])
    assert isinstance(harness.wake(), Wait)
    appear(harness, NEW)

    harness.run()

    done = harness.request(1)
    assert (done.status, done.attempts, done.unfit_since) == (Status.SUCCEEDED, 1, None)


def test_what_is_behind_waits_and_is_accepted_without_a_wake_up(held: QueueHarness) -> None:
    held.send()

    assert held.wake_ups_waiting() == 0
    assert held.statuses() == [Status.QUEUED] * 3


def test_a_look_at_a_held_queue_writes_nothing(held: QueueHarness) -> None:
    before = held.queue, held.request(1)
    held.controls.retry(USER, SESSION, 1)

    assert held.wake() == Done()

    assert (held.queue, held.request(1)) == before


def test_a_look_by_other_code_notes_that_and_the_reason_once(held: QueueHarness) -> None:
    since = held.queue.why_held
    assert since
    held.unfit[1] = Failure("invalid_payload", "payload.m is missing.")
    for lane, drain in held.drains.items():
        object.__setattr__(drain, "code", "code 2")
        assert held.drains[lane].code == "code 2"

    held.controls.retry(USER, SESSION, 1)
    held.wake()

    assert held.queue.why_held == ("invalid_payload", "payload.m is missing.", since.since, "code 2")


def test_it_goes_on_by_itself_when_code_that_can_take_it_is_deployed(held: QueueHarness) -> None:
    del held.unfit[1]

    sweep_for_ten_minutes(held)
    held.run()

    assert held.statuses() == [Status.SUCCEEDED] * 2
    assert (held.queue.state, held.queue.hold, held.started) == (State.OPEN, None, [1, 2])
    assert held.request(1).attempts == 1


def test_a_missing_handler_holds_too_and_its_requests_run_in_order(harness: QueueHarness) -> None:
    harness.enqueue(USER, SESSION, [Work(NEW, "null")] * LIMIT)
    harness.run()
    assert harness.queue.why_held
    assert harness.queue.why_held.failure == Failure("unknown_type", f"No handler for {NEW!r}.")

    appear(harness, NEW)
    sweep_for_ten_minutes(harness)
    harness.run()

    assert harness.started == list(range(1, LIMIT + 1))


def test_the_sweeper_rings_a_held_queue_at_once_if_other_code_was_deployed(held: QueueHarness) -> None:
    object.__setattr__(held.sweep, "code", "code 2")
    held.sweep()
    assert held.wake_ups_waiting() == 1

    object.__setattr__(held.sweep, "code", "")
    lose_wake_ups(held)
    rung = 0
    for _ in range(10):
        held.clock.advance(MINUTE_MS)
        held.sweep()
        rung += held.wake_ups_waiting()
        lose_wake_ups(held)
    assert rung == 1, "of the same code once in ten minutes"


def test_a_request_whose_attempt_crashed_is_held_and_not_failed(harness: QueueHarness) -> None:
    harness.send()
    now = harness.clock.now()
    harness.store.requests.begin(harness.request(1), "a worker that crashes", now, now + 1)
    harness.unfit[1] = UNFIT

    harness.run()
    assert (harness.queue.state, harness.request(1).status) == (State.HELD, Status.RUNNING)

    assert harness.controls.cancel(USER, SESSION, 1).status is Status.CANCELLED
    assert harness.queue.state is State.OPEN


def test_a_request_that_has_used_up_its_attempts_fails_for_that_reason(harness: QueueHarness) -> None:
    harness.enqueue(USER, SESSION, [Work("skip", "null", max_attempts=1)])
    now = harness.clock.now()
    harness.store.requests.begin(harness.request(1), "a worker that crashes", now, now + 1)
    harness.unfit[1] = UNFIT

    harness.run()

    assert harness.request(1).error == CRASHED


def test_the_line_says_why_it_is_held(held: QueueHarness) -> None:
    hold, waiting = held.queue.why_held, held.watch.queue(USER, SESSION).waiting

    assert hold
    assert waiting
    assert (waiting.reason, waiting.since, waiting.seq, waiting.error) == (Reason.HELD, hold.since, 1, UNFIT)


def interrupt_hold(harness: QueueHarness, patch: pytest.MonkeyPatch, do: Any) -> None:
    """Something happens just before the queue is held by a worker that has seen nothing of it."""
    hold = harness.store.queues.hold

    def hold_late(*arguments: Any) -> Queue:
        patch.undo()
        do()
        return hold(*arguments)

    patch.setattr(harness.store.queues, "hold", hold_late)


def test_a_request_cancelled_just_before_the_hold_holds_nothing(
    harness: QueueHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupt_hold(harness, monkeypatch, lambda: harness.controls.cancel(USER, SESSION, 1))
    harness.unfit[1] = UNFIT
    harness.send(2)

    harness.run()

    assert harness.queue.state is State.OPEN
    assert harness.statuses() == [Status.CANCELLED, Status.SUCCEEDED]


def test_a_request_begun_by_newer_code_just_before_the_hold_holds_nothing(
    harness: QueueHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    def begin() -> None:
        del harness.unfit[1]
        now = harness.clock.now()
        begun = harness.store.requests.begin(harness.request(1), "newer code", now, now + 100)
        harness.clock.advance(50)
        harness.store.requests.finish(begun, Outcome(Status.SUCCEEDED, result="1"), now + 50)

    interrupt_hold(harness, monkeypatch, begin)
    harness.unfit[1] = UNFIT
    harness.send(2)

    harness.run()

    assert harness.queue.state is State.OPEN
    assert harness.statuses() == [Status.SUCCEEDED] * 2


def test_a_queue_that_is_held_while_newer_code_carries_out_its_last_request_opens(
    harness: QueueHarness,
) -> None:
    def run(_: Request) -> Any:
        harness.store.queues.hold(harness.queue, HoldReason.of(UNFIT, harness.clock.now(), ""))
        return DONE

    harness.script[1] = [run]
    harness.send()

    harness.run()

    assert (harness.queue.state, harness.queue.depth) == (State.OPEN, 0)
