"""A process stands still between a read and what it decides on it, and meanwhile somebody else acts."""

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.core.errors import ConflictError
from chalicelib.core.queueing.attempt import GRACE_MS
from chalicelib.core.queueing.enqueue import Work
from chalicelib.core.queueing.policy import OnFailure
from chalicelib.core.queueing.queue import PausedBy, State
from chalicelib.core.queueing.request import Failure, Status
from tests.unit.core.queue_harness import DONE, HOUR_MS, SESSION, USER, QueueHarness
from tests.unit.core.test_crashes import TIMEOUT_MS

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


def test_a_skip_does_not_undo_a_retry(harness: QueueHarness, before_next: Meanwhile) -> None:
    harness.script[1] = [NEVER, DONE]
    harness.send(1, "halt")
    harness.wake()
    before_next(harness.store.requests, "settle", lambda: harness.controls.retry(USER, SESSION, 1))

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


class NeverHeld:
    def hold(self, seconds: float) -> None:
        return
