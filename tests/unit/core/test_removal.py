"""Removing users while something is at work for them."""

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.core.queueing.at_work import QUIET_MS, is_at_work
from chalicelib.core.queueing.heartbeat import BEAT_MS
from chalicelib.core.queueing.lane import Lane
from chalicelib.core.queueing.queue import Queue
from chalicelib.core.queueing.request import Failure, Outcome, Request, Status
from chalicelib.core.queueing.steps import Done
from tests.unit.core.queue_harness import DONE, USER, QueueHarness
from tests.unit.core.removals import left, mark, remove_at_once, use_name_again

MINUTES_MS = 5 * 60_000
LANES = {"skip": Lane.QUICK, "slow": Lane.SLOW, "long": Lane.LONG}


def beats_for(harness: QueueHarness, ms: int, sweep_every: int = 60_000) -> None:
    """Time passes, in which the heartbeat works, and the sweeper."""
    assert harness.heartbeat
    for passed in range(0, ms, BEAT_MS):
        harness.clock.advance(BEAT_MS)
        harness.heartbeat()
        if passed % sweep_every == 0:
            harness.sweep()


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


def test_the_end_of_sessions_leaves_those_of_a_user_who_is_to_be_removed_to_the_removal(
    harness: QueueHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The index may still name the user: their sessions were over when it was read."""
    mark(harness)
    monkeypatch.setattr(harness.store.sweep_index, "with_expired_sessions", lambda *_: [USER])

    harness.sweep()

    assert harness.queue.sessions
