"""The sweeper looks at a queue when its moment has come, and at no other."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.adapters.memory.clock import ManualClock
from chalicelib.adapters.memory.fifo import MemoryFifo
from chalicelib.adapters.memory.store import MemoryStore
from chalicelib.adapters.memory.wake_ups import MemoryWakeUps
from chalicelib.core.queueing.enqueue import Work
from chalicelib.core.queueing.looks import FAR_MS, FIRST_MS
from chalicelib.core.queueing.request import Status
from chalicelib.core.queueing.resting import LONGEST_REST_MS, REST_MS
from chalicelib.core.queueing.sweep import Sweep
from chalicelib.core.queueing.waking import send_wake_up
from tests.fakes.accounts import FakeAccounts
from tests.unit.core.queue_harness import BROKEN, HOUR_MS, SESSION, USER, QueueHarness, lose_wake_ups

MINUTE_MS = 60_000
DUE = 10


class Counted:
    """A part of a store: its calls, and the queues that it has read."""

    def __init__(self, part: Any, counts: Counter[str]) -> None:
        self._part = part
        self._counts = counts

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            found = getattr(self._part, name)(*arguments)
            self._counts[name] += 1
            self._counts["queues read"] += len(found) if name == "get_many" else 0
            return found

        return call


class CountedStore(MemoryStore):
    def __init__(self) -> None:
        super().__init__(10)
        self.counts = Counter[str]()

    def count(self) -> None:
        """From now on."""
        for name in ("queues", "requests", "connections", "sweep_index", "removal", "entries"):
            setattr(self, name, Counted(getattr(self, name), self.counts))


def sweep_of(queues: int) -> Counter[str]:
    """The calls of a sweep with so many queues that have work, ten of which stand without a wake-up."""
    store, clock = CountedStore(), ManualClock()
    now = clock.now()
    for number in range(DUE):
        store.connections.open_session(f"user-{number}", SESSION, now + HOUR_MS, now)
        store.queues.take_numbers(f"user-{number}", SESSION, 1, now)
    clock.advance(FIRST_MS)
    moving = replace(store.tables.queues["user-0"], look_at=clock.now() + 1)
    for number in range(DUE, queues):
        store.tables.queues[f"user-{number}"] = replace(moving, user_id=f"user-{number}")
    store.count()
    fifo = MemoryFifo(clock.now)
    Sweep(store, FakeAccounts(), MemoryWakeUps(fifo), clock)()
    assert len(fifo.messages()) == DUE
    return store.counts


@pytest.mark.parametrize("queues", [1_000, 100_000])
def test_a_sweep_costs_what_is_due_however_many_queues_there_are(queues: int) -> None:
    assert sweep_of(queues) == sweep_of(DUE)


def test_a_user_who_moves_is_never_due(harness: QueueHarness) -> None:
    for _ in range(60):
        harness.clock.advance(15_000)
        harness.send()
        harness.run()
        assert harness.store.sweep_index.due(harness.clock.now()) == []


def test_a_queue_is_due_soon_after_its_last_movement(harness: QueueHarness) -> None:
    for _ in range(8):
        harness.clock.advance(15_000)
        harness.send()
        harness.run()
    harness.send()

    assert harness.queue.look_at is not None
    assert harness.queue.look_at <= harness.clock.now() + FAR_MS


def wait_for(harness: QueueHarness, ms: int) -> int:
    """A request that is to begin so much later, with its moment."""
    due = harness.clock.now() + ms
    harness.enqueue(USER, SESSION, [Work("skip", "null", not_before=due)])
    harness.run()
    return due


def sweep_after(harness: QueueHarness, ms: int) -> int:
    """When the sweeper looks next, from now on."""
    harness.clock.advance(ms)
    harness.sweep()
    assert harness.queue.look_at is not None
    return harness.queue.look_at - harness.clock.now()


def test_a_queue_that_waits_is_looked_at_in_the_minute_before_it_is_due(harness: QueueHarness) -> None:
    due = wait_for(harness, REST_MS)

    sweep_after(harness, MINUTE_MS)

    assert harness.queue.look_at == due - MINUTE_MS


def test_a_queue_at_rest_is_looked_at_more_and_more_seldom(harness: QueueHarness) -> None:
    harness.send()
    harness.controls.pause(USER, SESSION)
    lose_wake_ups(harness)

    assert sweep_after(harness, MINUTE_MS) == REST_MS
    assert sweep_after(harness, REST_MS) == REST_MS
    assert sweep_after(harness, 4 * REST_MS) > REST_MS
    assert sweep_after(harness, 10 * LONGEST_REST_MS) == LONGEST_REST_MS


def test_a_queue_that_is_due_soon_is_not_put_off(harness: QueueHarness) -> None:
    wait_for(harness, 2 * MINUTE_MS)

    assert sweep_after(harness, 45_000) < 0


def test_a_queue_that_was_resumed_is_looked_at_soon_though_its_wake_up_is_lost(harness: QueueHarness) -> None:
    harness.send()
    harness.controls.pause(USER, SESSION)
    sweep_after(harness, MINUTE_MS)
    harness.controls.resume(USER, SESSION)
    lose_wake_ups(harness)

    harness.clock.advance(MINUTE_MS)
    harness.sweep()
    harness.run()

    assert harness.statuses() == [Status.SUCCEEDED]


def test_what_failed_in_a_queue_that_has_rested_is_tried_again_in_time(harness: QueueHarness) -> None:
    """Its head waits, and is to begin now: by a signal, for example. The worker does not move the head."""
    wait_for(harness, HOUR_MS)
    assert sweep_after(harness, MINUTE_MS) == REST_MS
    harness.script[1] = [replace(BROKEN, retry_after_ms=5 * MINUTE_MS)]
    harness.store.tables.requests[USER][1] = replace(harness.request(1), not_before=None)
    send_wake_up(MemoryWakeUps(harness.fifos), harness.queue, "signal")
    harness.run()
    due = harness.request(1).due

    while len(harness.started) < 2:
        sweep_after(harness, MINUTE_MS)
        harness.run()

    assert due <= harness.clock.now() <= due + 1_000
