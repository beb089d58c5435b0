"""What failed attempts lead to: another one, an outcome, a halted queue."""

from typing import Any

import pytest

from chalicelib.adapters.memory.effects import Booking
from chalicelib.core.queueing.attempt import Result
from chalicelib.core.queueing.enqueue import Work
from chalicelib.core.queueing.handler import Handler
from chalicelib.core.queueing.policy import PATIENCE_MS, UNFIT, UNFIT_CAP_MS, Policy
from chalicelib.core.queueing.queue import Queue, State
from chalicelib.core.queueing.request import Failure, Request, Status
from chalicelib.core.queueing.steps import Done, Wait
from tests.unit.core.stage import BROKEN, DONE, HOUR_MS, SESSION, USER, Stage

PERMANENT = Failure("permanent", "It will never work.")


def test_a_failed_request_is_tried_again_before_anything_behind_it(stage: Stage) -> None:
    stage.script[1] = [BROKEN, BROKEN, DONE]
    stage.send(2)

    stage.run()

    assert stage.started == [1, 1, 1, 2]
    assert stage.statuses() == [Status.SUCCEEDED, Status.SUCCEEDED]


def test_a_wait_for_the_next_attempt_is_slept_through_if_short_and_else_left_to_the_wake_up(
    stage: Stage,
) -> None:
    stage.script[1] = [BROKEN, BROKEN, DONE]
    stage.send()
    begun = stage.clock.now()

    ending = stage.wake()

    assert stage.started == [1, 1], "the first wait is half a second, the second one second"
    assert ending == Wait(begun + 500 + 1_000)


def test_a_handler_s_own_delay_is_kept(stage: Stage) -> None:
    stage.script[1] = [Failure("error", "Not now.", retry_after_ms=30_000), DONE]
    stage.send()
    begun = stage.clock.now()

    assert stage.wake() == Wait(begun + 30_000)


@pytest.mark.parametrize(
    ("type_", "ran", "attempts", "kind"),
    [
        ("skip", [BROKEN] * 3, 3, "error"),
        ("skip", [PERMANENT], 1, "permanent"),
    ],
)
def test_what_cannot_succeed_has_failed_and_the_next_goes_on(
    stage: Stage, type_: str, ran: list[Failure], attempts: int, kind: str
) -> None:
    stage.script[1] = [*ran]
    stage.send(type_=type_)
    stage.send()

    stage.run()

    failed = stage.request(1)
    assert (failed.status, failed.attempts, failed.error and failed.error.kind) == (
        Status.FAILED,
        attempts,
        kind,
    )
    assert stage.request(2).status is Status.SUCCEEDED


NEW = "of a release that this worker does not know yet"


def appear(stage: Stage, type_: str) -> None:
    """A handler is deployed."""
    handler = Handler(type_, lambda payload: payload, object, object, timeout=2.0, policy=Policy())
    stage.handlers.add(handler)


def test_a_type_that_no_worker_knows_yet_is_tried_again_until_one_does(stage: Stage) -> None:
    stage.enqueue(USER, SESSION, [Work(NEW, "null", max_attempts=1), Work("skip", "null")])
    for _ in range(10):
        stage.wake()
        assert stage.request(1).status is Status.QUEUED
        assert stage.request(1).error == Failure("unknown_type", f"No handler for {NEW!r}.")
        stage.pass_until_next_wake_up()

    appear(stage, NEW)
    stage.run()

    assert stage.statuses() == [Status.SUCCEEDED, Status.SUCCEEDED]
    assert stage.request(1).counted_attempts == 1, "only the one that ran"


@pytest.mark.parametrize("kind", sorted(UNFIT))
def test_what_no_worker_can_take_for_a_quarter_of_an_hour_has_failed(stage: Stage, kind: str) -> None:
    """From the first try, not from when it was accepted: its turn may come hours later."""
    stage.script[1] = [Failure(kind, "This code cannot take it.")] * 1_000
    stage.send()
    stage.clock.advance(2 * HOUR_MS)
    first = stage.clock.now()

    stage.run()

    failed = stage.request(1)
    assert (failed.status, failed.error and failed.error.kind) == (Status.FAILED, kind)
    assert PATIENCE_MS <= (failed.finished_at or 0) - first <= PATIENCE_MS + UNFIT_CAP_MS
    assert len(stage.started) < 120


def test_what_no_worker_can_take_halts_its_queue_if_it_is_to(stage: Stage) -> None:
    stage.script[1] = [Failure("invalid_payload", "Too new.")] * 1_000
    stage.send(type_="halt")
    stage.run()
    assert stage.queue.state is State.HALTED

    stage.script[1] = [Failure("invalid_payload", "Too new."), DONE]
    stage.controls.retry(USER, SESSION, 1)
    stage.run()

    assert stage.statuses() == [Status.SUCCEEDED], "and a retry is as patient as the first time"


def test_what_was_unfit_once_has_all_its_patience_again_later(stage: Stage) -> None:
    stage.script[1] = [Failure("invalid_payload", "Too new."), BROKEN, DONE]
    stage.send()

    stage.wake()

    assert stage.request(1).unfit_since is None


def test_the_caller_s_own_number_of_attempts_counts(stage: Stage) -> None:
    stage.script[1] = [BROKEN]
    stage.enqueue(USER, SESSION, [Work("skip", "null", max_attempts=1)])

    stage.run()

    assert stage.statuses() == [Status.FAILED]


def test_effects_are_written_with_the_outcome(stage: Stage) -> None:
    stage.script[1] = [Result("1", (Booking("a", 5), Booking("b", -0)))]
    stage.send()

    stage.wake()

    assert stage.store.tables.ledger.balances == {"a": 5, "b": 0}


def test_effects_that_are_refused_fail_the_attempt_and_are_not_written(stage: Stage) -> None:
    too_much = Result("1", (Booking("a", 5), Booking("b", -1)))
    stage.script[1] = [too_much] * 3
    stage.send()

    stage.run()

    error = stage.request(1).error
    assert stage.statuses() == [Status.FAILED]
    assert error
    assert error.kind == "conflict"
    assert stage.store.tables.ledger.balances == {}


def test_the_last_failure_halts_the_queue_where_that_is_wanted(stage: Stage) -> None:
    stage.script[1] = [BROKEN]
    stage.send(type_="halt")
    stage.send()

    assert stage.wake() == Done()

    assert stage.queue.state is State.HALTED
    assert stage.started == [1]
    assert stage.request(1).status is Status.QUEUED
    assert stage.request(1).error == BROKEN


def test_a_request_cancelled_between_its_failure_and_the_halt_halts_nothing(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_back = stage.store.requests.requeue

    def put_back_and_cancel(*arguments: Any) -> Request:
        done = put_back(*arguments)
        stage.controls.cancel(USER, SESSION, 1)
        return done

    monkeypatch.setattr(stage.store.requests, "requeue", put_back_and_cancel)
    stage.script[1] = [BROKEN]
    stage.send(type_="halt")
    stage.send()

    stage.wake()

    assert stage.queue.state is State.OPEN
    assert stage.statuses() == [Status.CANCELLED, Status.SUCCEEDED]


def test_a_late_worker_does_not_halt_what_was_opened_since(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    change_state = stage.store.queues.change_state

    def be_late(*arguments: Any) -> Queue:
        """Meanwhile another worker halts the queue, and its user says retry."""
        monkeypatch.undo()
        change_state(stage.queue, State.HALTED, stage.clock.now())
        stage.clock.advance(1)
        stage.controls.retry_head(USER, None, 1)
        return change_state(*arguments)

    monkeypatch.setattr(stage.store.queues, "change_state", be_late)
    stage.script[1] = [BROKEN, DONE]
    stage.send(type_="halt")

    stage.run()

    assert stage.queue.state is State.OPEN
    assert stage.statuses() == [Status.SUCCEEDED]
