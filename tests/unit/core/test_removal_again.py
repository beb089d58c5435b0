"""Sweeps that overlap while a user is removed, and the next user of the name."""

from typing import Any

import pytest

from chalicelib.adapters.memory.fifo import MemoryFifo
from chalicelib.adapters.memory.wake_ups import MemoryWakeUps
from chalicelib.core.errors import UnavailableError
from chalicelib.core.queueing.at_work import QUIET_MS
from chalicelib.core.queueing.callback_cursor import NOTHING_OWED
from chalicelib.core.queueing.enqueue import Work
from chalicelib.core.queueing.queue import Queue
from chalicelib.core.queueing.request import Status
from chalicelib.core.queueing.waking import wake_caller
from tests.unit.core.queue_harness import SESSION, USER, QueueHarness
from tests.unit.core.removals import left, mark, remove_at_once, use_name_again


def removed_in_between(harness: QueueHarness, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """When a sweep makes this call, another sweep has come by, and then the name is used again."""
    requests = harness.store.requests
    call = getattr(requests, name)

    def call_late(*arguments: Any) -> Any:
        monkeypatch.setattr(requests, name, call)
        found = call(*arguments)
        harness.sweep()
        assert USER not in harness.store.tables.queues
        use_name_again(harness)
        harness.send()
        return found

    monkeypatch.setattr(requests, name, call_late)


def test_a_sweep_that_is_late_removes_nothing_of_who_uses_the_name_next(
    harness: QueueHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    harness.send()
    mark(harness)
    harness.clock.advance(QUIET_MS + 1)
    removed_in_between(harness, monkeypatch, "list_without_payloads")

    harness.sweep()

    assert harness.statuses() == [Status.QUEUED]
    assert harness.queue.tail == 1


def test_two_sweeps_do_not_delete_the_data_of_one_user_at_once(
    harness: QueueHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first one may still delete when the second one is through, and the name is used again."""
    delete = harness.store.removal.delete_requests
    deleting: list[str] = []

    def delete_slowly(user_id: str) -> bool:
        deleting.append(user_id)
        if len(deleting) == 1:
            for _ in range(4):
                harness.clock.advance(10_000)
                harness.sweep()
                assert deleting == [USER]
        return delete(user_id)

    mark(harness)
    harness.clock.advance(QUIET_MS + 1)
    monkeypatch.setattr(harness.store.removal, "delete_requests", delete_slowly)

    harness.sweep()

    assert USER not in harness.store.tables.queues


def test_a_removal_that_was_interrupted_is_taken_up_by_a_later_sweep(
    harness: QueueHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    harness.send()
    mark(harness)
    harness.clock.advance(QUIET_MS + 1)
    with monkeypatch.context() as patch:
        patch.setattr(harness.store.removal, "delete_requests", unavailable)
        harness.sweep()

    harness.clock.advance(60_000)
    harness.sweep()

    assert left(harness) == []


@pytest.mark.parametrize("scheduled", [False, True])
def test_a_name_that_is_used_again_within_five_minutes_gets_its_wake_ups(
    harness: QueueHarness, scheduled: bool
) -> None:
    def send() -> None:
        if scheduled:
            harness.scheduling.schedule(USER, SESSION, Work("skip", "null"), harness.clock.now())
        else:
            harness.send()

    send()
    harness.run()
    remove_at_once(harness)
    use_name_again(harness)
    send()

    assert harness.wake_ups_waiting() == 1


def test_likewise_those_for_its_callbacks_and_a_call_that_is_repeated_sends_one() -> None:
    fifo, owed = MemoryFifo(lambda: 0), NOTHING_OWED._replace(first=1, last=1)
    for moved_at in (1_000, 1_000, 301_000):
        wake_caller(MemoryWakeUps(fifo), Queue(USER, 9, 10, moved_at=moved_at, callbacks=owed))

    assert len(fifo.messages()) == 2


def unavailable(*_: object) -> Any:
    raise UnavailableError
