"""A process stands still between a read and what it decides on it, and meanwhile somebody else acts."""

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.core.errors import ConflictError, LostRaceError
from chalicelib.core.queueing import attempt, policy
from chalicelib.core.queueing.attempt import GRACE_MS
from chalicelib.core.queueing.enqueue import Work
from chalicelib.core.queueing.policy import OnFailure
from chalicelib.core.queueing.queue import PausedBy, State
from chalicelib.core.queueing.request import Failure, Status
from chalicelib.core.queueing.steps import Wait
from chalicelib.core.queueing.suspending import Suspended
from chalicelib.core.queueing.turn import BREATH_MS
from tests.unit.core.queue_harness import DONE, HOUR_MS, SESSION, USER, QueueHarness
from tests.unit.core.test_crashes import TIMEOUT_MS, WorkerDiedError

STALL_MS = 3_000
NEVER = Failure("permanent", "It never works.")

type Meanwhile = Callable[[object, str, Callable[[], object]], None]


@pytest.fixture
def before_next(harness: QueueHarness, monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Before the next call of a store's method has any effect, time passes, and something happens."""

    def stand_still(store: object, name: str, happen: Callable[[], object]) -> None:
        method = getattr(store, name)

        def late(*arguments: Any, **named: Any) -> Any:
            monkeypatch.setattr(store, name, method)
            harness.clock.advance(STALL_MS)
            happen()
            return method(*arguments, **named)

        monkeypatch.setattr(store, name, late)

    return stand_still


def test_a_purged_request_is_not_begun_again_though_its_attempt_crashes_while_it_is_looked_up(
    harness: QueueHarness, before_next: Meanwhile
) -> None:
    harness.enqueue(USER, SESSION, [Work("skip", "null", slot="doc", if_busy="queue")])
    now = harness.clock.now()
    harness.store.requests.begin(harness.request(1), "dead worker", now, now + TIMEOUT_MS + GRACE_MS)
    harness.controls.purge(USER, SESSION)
    harness.store.queues.change_pause(harness.queue, PausedBy.ADMINISTRATOR, now)
    harness.clock.advance(TIMEOUT_MS + GRACE_MS - STALL_MS)
    before_next(harness.store.requests, "find_slot", lambda: None)

    harness.wake()

    assert (harness.request(1).status, harness.started) == (Status.CANCELLED, [])


@pytest.mark.parametrize("stands_still_before", ["get", "settle"])
def test_a_skip_does_not_undo_a_retry(
    harness: QueueHarness, before_next: Meanwhile, stands_still_before: str
) -> None:
    harness.script[1] = [NEVER, DONE]
    harness.send(1, "halt")
    harness.wake()
    before_next(harness.store.requests, stands_still_before, lambda: harness.controls.retry(USER, SESSION, 1))

    with pytest.raises(ConflictError):
        harness.controls.skip(USER, SESSION, 1)
    harness.run()

    assert harness.request(1).status is Status.SUCCEEDED


def test_what_halts_the_queue_is_not_superseded_by_a_worker_that_has_seen_the_queue_open(
    harness: QueueHarness, before_next: Meanwhile
) -> None:
    def halt_and_replace() -> None:
        harness.drain(USER, NeverHeld())
        assert harness.queue.state is State.HALTED
        harness.enqueue(USER, SESSION, [Work("skip", "null", slot="doc", if_busy="replace")])

    harness.script[1] = [NEVER]
    halting = Work("skip", "null", slot="doc", if_busy="queue", on_failure=OnFailure.HALT)
    harness.enqueue(USER, SESSION, [halting])
    before_next(harness.store.requests, "list_after", halt_and_replace)

    harness.run()

    assert harness.queue.state is State.HALTED
    assert harness.statuses() == [Status.QUEUED, Status.QUEUED]


def test_the_sweeper_does_not_end_a_session_that_was_refreshed_since_it_read_the_queue(
    harness: QueueHarness, before_next: Meanwhile
) -> None:
    connections = harness.store.connections
    connections.open_session(USER, "other", harness.clock.now() + 1, harness.clock.now())
    harness.clock.advance(HOUR_MS - 1)
    now = harness.clock.now()
    refreshed = now + HOUR_MS
    before_next(connections, "end_session", lambda: connections.extend_session(USER, SESSION, refreshed, now))
    harness.clock.advance(STALL_MS)

    harness.sweep()

    assert dict(harness.queue.sessions) == {SESSION: refreshed}
    assert harness.queue.state is State.OPEN


def test_a_queue_that_is_halted_when_its_last_request_has_been_passed_opens(
    harness: QueueHarness, before_next: Meanwhile, monkeypatch: pytest.MonkeyPatch
) -> None:
    queues = harness.store.queues
    halt = queues.change_state

    def halt_late(*arguments: Any) -> Any:
        monkeypatch.setattr(queues, "change_state", halt)
        harness.controls.cancel(USER, SESSION, 1)
        before_next(queues, "go_idle", lambda: halt(*arguments))
        harness.drain(USER, NeverHeld())
        raise WorkerDiedError

    monkeypatch.setattr(queues, "change_state", halt_late)
    harness.script[1] = [NEVER]
    harness.send(1, "halt")
    with pytest.raises(WorkerDiedError):
        harness.wake()

    assert (harness.queue.state, harness.queue.head) == (State.OPEN, 1)


def test_what_was_suspended_has_not_failed_though_it_may_be_tried_less_often_now(
    harness: QueueHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    harness.script[1] = [Failure("error", "Once."), Suspended(harness.clock.now() + HOUR_MS // 2, ""), DONE]
    harness.enqueue(USER, SESSION, [Work("halt", "null", max_attempts=3)])
    harness.wake()
    assert harness.request(1).awaits is not None
    monkeypatch.setattr(policy, "exhausted", lambda request, policy: request.counted_attempts >= 1)
    monkeypatch.setattr(attempt, "exhausted", lambda request, policy: request.counted_attempts >= 1)

    harness.clock.advance(HOUR_MS // 2)
    harness.drain(USER, NeverHeld())

    assert harness.request(1).status is Status.SUCCEEDED


def test_a_worker_whose_writes_are_refused_for_ever_rests(
    harness: QueueHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> Any:
        raise LostRaceError

    monkeypatch.setattr(harness.store.requests, "begin", refuse)
    harness.send()

    ending = harness.wake()

    assert ending == Wait(harness.clock.now() + BREATH_MS)


class NeverHeld:
    def hold(self, seconds: float) -> None:
        return
