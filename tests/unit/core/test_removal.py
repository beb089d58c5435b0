"""Removing users while something is at work for them, and names that are used again."""

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.adapters.memory.fifo import MemoryFifo
from chalicelib.adapters.memory.wake_ups import MemoryWakeUps
from chalicelib.core.errors import UnavailableError
from chalicelib.core.queueing.at_work import QUIET_MS, is_at_work
from chalicelib.core.queueing.callback_cursor import NOTHING_OWED
from chalicelib.core.queueing.enqueue import Work
from chalicelib.core.queueing.heartbeat import BEAT_MS
from chalicelib.core.queueing.lane import Lane
from chalicelib.core.queueing.queue import Queue
from chalicelib.core.queueing.request import Failure, Outcome, Request, Status
from chalicelib.core.queueing.steps import Done
from chalicelib.core.queueing.waking import wake_caller
from tests.unit.core.queue_harness import DONE, HOUR_MS, SESSION, USER, QueueHarness

MINUTES_MS = 5 * 60_000
LANES = {"skip": Lane.QUICK, "slow": Lane.SLOW, "long": Lane.LONG}


def mark(harness: QueueHarness) -> None:
    harness.store.connections.mark_for_removal(USER, harness.clock.now())


def beats_for(harness: QueueHarness, ms: int, sweep_every: int = 60_000) -> None:
    """Time passes, in which the heartbeat works, and the sweeper."""
    assert harness.heartbeat
    for passed in range(0, ms, BEAT_MS):
        harness.clock.advance(BEAT_MS)
        harness.heartbeat()
        if passed % sweep_every == 0:
            harness.sweep()


def remove_at_once(harness: QueueHarness) -> None:
    """Whatever is at work for the user."""
    mark(harness)
    harness.store.removal.delete_requests(USER)
    harness.store.removal.delete_queue(harness.queue)


def use_name_again(harness: QueueHarness) -> None:
    harness.clock.advance(2 * QUIET_MS)
    now = harness.clock.now()
    harness.store.connections.open_session(USER, SESSION, now + HOUR_MS, now, USER)


def left(harness: QueueHarness) -> list[object]:
    tables = harness.store.tables
    return [*tables.requests.get(USER, {}).values(), *tables.notes, *tables.queues]


def test_a_user_is_removed_only_when_a_long_attempt_has_been_over_for_a_while(harness: QueueHarness) -> None:
    def work(running: Request) -> Any:
        mark(harness)
        beats_for(harness, MINUTES_MS)
        assert harness.request(running.seq).status is Status.RUNNING
        return DONE

    harness.script[1] = [work]
    harness.send(2, "long")
    assert harness.wake(Lane.LONG) == Done()
    assert harness.started == [1]

    harness.clock.advance(QUIET_MS)
    harness.sweep()
    assert harness.request(1).status is Status.SUCCEEDED
    harness.clock.advance(1)
    harness.sweep()

    assert left(harness) == []


@pytest.mark.parametrize("type_", LANES)
@pytest.mark.parametrize("ran", [DONE, Failure("error", "It broke."), Failure("permanent", "It broke.")])
def test_a_worker_whose_user_was_removed_writes_nothing_and_ends(
    harness: QueueHarness, type_: str, ran: Any
) -> None:
    def work(_: Request) -> Any:
        remove_at_once(harness)
        return ran

    harness.script[1] = [work]
    harness.send(3, type_)

    assert harness.wake(LANES[type_]) == Done()

    assert harness.started == [1]
    assert left(harness) == []


@pytest.mark.parametrize("sent", [1, 3])
def test_a_worker_of_a_removed_user_does_not_move_the_head_of_who_uses_the_name_next(
    harness: QueueHarness, sent: int
) -> None:
    def be_removed(_: Request) -> Any:
        remove_at_once(harness)
        use_name_again(harness)
        harness.send(sent)
        return DONE

    harness.script[2] = [be_removed]  # the first one is stepped over, and the head is not written before
    harness.send(2)
    harness.wake()
    harness.run()

    assert harness.queue.head == harness.queue.tail == sent
    assert harness.statuses() == [Status.SUCCEEDED] * sent
    assert harness.queue.counts[Status.SUCCEEDED] == sent


def test_the_head_is_written_before_every_long_request(harness: QueueHarness) -> None:
    heads: list[int] = []

    def look(_: Request) -> Any:
        heads.append(harness.queue.head)
        return DONE

    harness.script = {seq: [look] for seq in (1, 2, 3)}  # none of them takes any time
    harness.send(3, "long")
    harness.run()

    assert heads == [0, 1, 2]


def test_a_long_request_is_not_tried_again_at_once_for_a_user_who_is_to_be_removed(
    harness: QueueHarness,
) -> None:
    def fail(_: Request) -> Any:
        mark(harness)
        return Failure("error", "It broke.", retry_after_ms=100)

    harness.script[1] = [fail, DONE]
    harness.send(1, "long")

    assert harness.wake(Lane.LONG) == Done()

    assert harness.started == [1]


@pytest.fixture
def line(harness: QueueHarness) -> Callable[[int], Queue]:
    """A queue that was marked long ago, whose head is not written: of three requests, some have ended."""

    def make(ended: int) -> Queue:
        harness.send(3)
        for seq in range(1, ended + 1):
            harness.store.requests.settle(
                harness.request(seq), Outcome(Status.CANCELLED), harness.clock.now()
            )
        mark(harness)
        return harness.queue

    return make


@pytest.mark.parametrize("ended", [0, 1, 2])
def test_somebody_is_at_work_while_the_first_request_without_an_outcome_is_running(
    harness: QueueHarness, line: Callable[[int], Queue], ended: int
) -> None:
    queue = line(ended)
    deadline = harness.clock.now() + MINUTES_MS
    harness.store.requests.begin(harness.request(ended + 1), "token", harness.clock.now(), deadline)

    harness.clock.advance(MINUTES_MS + QUIET_MS)
    assert is_at_work(harness.store.requests, queue, harness.clock.now())
    harness.clock.advance(1)
    assert not is_at_work(harness.store.requests, queue, harness.clock.now())


def test_nobody_is_at_work_for_requests_that_wait(
    harness: QueueHarness, line: Callable[[int], Queue]
) -> None:
    queue = line(3)

    harness.clock.advance(QUIET_MS)
    assert is_at_work(harness.store.requests, queue, harness.clock.now())
    harness.clock.advance(1)
    assert not is_at_work(harness.store.requests, queue, harness.clock.now())


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
