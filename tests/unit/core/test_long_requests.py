"""Long requests: a lane of their own, and an attempt that is alive as long as its heartbeat is."""

from typing import Any

import pytest

from chalicelib.core.errors import LostRaceError, UnavailableError
from chalicelib.core.queueing.enqueue import Work
from chalicelib.core.queueing.heartbeat import ALIVE_MS, BEAT_MS, SKEW_MS
from chalicelib.core.queueing.lane import Lane, lane_of
from chalicelib.core.queueing.lateness import STALE_MS
from chalicelib.core.queueing.policy import OnFailure
from chalicelib.core.queueing.queue import State
from chalicelib.core.queueing.request import Request, Status
from chalicelib.core.queueing.steps import Done
from tests.unit.core.queue_harness import DONE, SESSION, USER, QueueHarness
from tests.unit.core.test_crashes import WorkerDiedError, die

MINUTES_MS = 5 * 60_000
SOON_MS = 15_000  # within which a crash is noticed


def wake_ups_waiting(harness: QueueHarness) -> list[int]:
    return [harness.wake_ups_waiting(lane) for lane in Lane]


def beats_for(harness: QueueHarness, ms: int) -> None:
    """Time passes, in which the heartbeat works."""
    assert harness.heartbeat
    for _ in range(ms // BEAT_MS):
        harness.clock.advance(BEAT_MS)
        harness.heartbeat()
        harness.heartbeat.hold_lease()


def test_a_handler_that_may_take_minutes_is_for_the_long_lane_whatever_was_measured(
    harness: QueueHarness,
) -> None:
    assert {lane_of(average_ms, harness.handlers.get("long")) for average_ms in (0, 10_000)} == {Lane.LONG}


def test_a_long_request_runs_for_as_long_as_its_handler_may_take(harness: QueueHarness) -> None:
    def work(running: Request) -> Any:
        beats_for(harness, MINUTES_MS)
        assert harness.request(1).deadline == harness.clock.now() + ALIVE_MS
        return DONE

    harness.script[1] = [work]
    harness.send(1, "long")

    assert harness.wake(Lane.LONG) == Done()

    assert harness.limits == [300.0]
    assert harness.request(1).status is Status.SUCCEEDED


@pytest.mark.parametrize("lane", [Lane.QUICK, Lane.SLOW])
def test_a_worker_of_another_lane_hands_it_over(harness: QueueHarness, lane: Lane) -> None:
    harness.send(1, "slow" if lane is Lane.SLOW else "skip")
    harness.clock.advance(1)
    harness.send(1, "long")

    harness.wake(lane)

    assert harness.started == [1]
    assert wake_ups_waiting(harness) == [0, 0, 1]


def test_a_long_worker_hands_back_what_is_not_long(harness: QueueHarness) -> None:
    harness.send(1, "long")
    harness.clock.advance(1)
    harness.send(2)

    harness.wake(Lane.LONG)

    assert harness.started == [1]
    assert wake_ups_waiting(harness) == [1, 0, 0]
    harness.run()
    assert harness.started == [1, 2, 3]


@pytest.mark.parametrize("lane", Lane)
def test_a_wake_up_that_finds_a_living_attempt_is_done(harness: QueueHarness, lane: Lane) -> None:
    def work(running: Request) -> Any:
        beats_for(harness, MINUTES_MS)
        harness.drains[lane](USER, NEVER_HELD)
        assert wake_ups_waiting(harness) == [0, 0, 1], "that of the worker itself"
        return DONE

    harness.script[1] = [work]
    harness.send(1, "long")

    harness.wake(Lane.LONG)

    assert harness.started == [1]
    assert harness.request(1).status is Status.SUCCEEDED


class NeverHeld:
    def hold(self, seconds: float) -> None:
        return


NEVER_HELD = NeverHeld()


def test_after_a_crash_its_wake_up_comes_back_in_seconds_whenever_that_was(harness: QueueHarness) -> None:
    def die_late(running: Request) -> Any:
        beats_for(harness, MINUTES_MS)
        return die(running)

    harness.script[1] = [die_late, DONE]
    harness.send(1, "long")
    with pytest.raises(WorkerDiedError):
        harness.wake(Lane.LONG)
    died = harness.clock.now()

    harness.run()

    assert harness.request(1).status is Status.SUCCEEDED
    assert (harness.request(1).started_at or 0) - died <= SOON_MS
    assert harness.request(1).attempts == 2


def test_a_worker_that_dies_before_it_begins_has_shortened_its_wake_up(
    harness: QueueHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> Any:
        raise UnavailableError

    harness.fifos[Lane.LONG].visibility_ms = 960_000
    harness.send(1, "long")
    monkeypatch.setattr(harness.store.requests, "list_after", fail)

    with pytest.raises(UnavailableError):
        harness.wake(Lane.LONG)

    [message] = harness.fifos[Lane.LONG].messages()
    assert message.visible_at <= harness.clock.now() + SOON_MS


def test_an_attempt_that_was_given_up_cannot_be_renewed(harness: QueueHarness) -> None:
    def be_given_up(running: Request) -> Any:
        heartbeat = harness.heartbeat
        assert heartbeat
        harness.clock.advance(ALIVE_MS)
        harness.drains[Lane.LONG](USER, NEVER_HELD)  # another worker begins it again, and succeeds
        with pytest.raises(LostRaceError):
            heartbeat()
        return DONE

    harness.script[1] = [be_given_up, DONE]
    harness.send(1, "long")

    harness.wake(Lane.LONG)

    assert harness.started == [1, 1]
    assert harness.request(1).attempts == 2


@pytest.mark.parametrize("on_failure", [None, OnFailure.HALT])
def test_a_worker_that_has_stood_still_does_not_give_up_a_last_attempt_that_was_renewed_meanwhile(
    harness: QueueHarness, monkeypatch: pytest.MonkeyPatch, on_failure: OnFailure | None
) -> None:
    requests = harness.store.requests
    read = requests.list_after

    def read_and_stand_still(*arguments: Any) -> Any:
        monkeypatch.setattr(requests, "list_after", read)
        found = read(*arguments)
        beats_for(harness, 2 * ALIVE_MS)
        return found

    def meet_another_worker(running: Request) -> Any:
        monkeypatch.setattr(requests, "list_after", read_and_stand_still)
        harness.drains[Lane.LONG](USER, NEVER_HELD)
        return DONE

    harness.script[1] = [meet_another_worker]
    harness.enqueue(USER, SESSION, [Work("long", "null", max_attempts=1, on_failure=on_failure)])

    harness.wake(Lane.LONG)

    assert harness.request(1).status is Status.SUCCEEDED
    assert harness.queue.state is State.OPEN


def test_what_the_process_may_rely_on_moves_only_with_a_renewal_that_was_answered(
    harness: QueueHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work(running: Request) -> Any:
        assert harness.heartbeat
        harness.clock.advance(BEAT_MS)
        with monkeypatch.context() as patch:
            patch.setattr(harness.store.requests, "renew", unanswered)
            with pytest.raises(UnavailableError):
                harness.heartbeat()
        assert harness.heartbeat.seconds_left == (ALIVE_MS - SKEW_MS - BEAT_MS) / 1000
        harness.heartbeat()
        assert harness.heartbeat.seconds_left == (ALIVE_MS - SKEW_MS) / 1000
        return DONE

    def unanswered(*_: Any) -> Any:
        raise UnavailableError

    harness.script[1] = [work]
    harness.send(1, "long")
    harness.wake(Lane.LONG)
    assert harness.request(1).status is Status.SUCCEEDED


def test_a_clock_that_is_set_back_does_not_end_an_attempt(harness: QueueHarness) -> None:
    def work(running: Request) -> Any:
        assert harness.heartbeat
        harness.clock.advance(-MINUTES_MS)
        harness.heartbeat()
        assert harness.request(1).deadline == running.deadline
        return DONE

    harness.script[1] = [work]
    harness.send(1, "long")
    harness.wake(Lane.LONG)
    assert harness.request(1).status is Status.SUCCEEDED


def test_the_sweeper_leaves_a_living_attempt_alone_and_misses_a_dead_one(harness: QueueHarness) -> None:
    harness.enqueue(USER, SESSION, [Work("long", "null")])
    for message in harness.fifos[Lane.LONG].messages():
        harness.fifos[Lane.LONG].drop(message)
    running = harness.store.requests.begin(
        harness.request(1), "a", harness.clock.now(), harness.clock.now() + ALIVE_MS
    )
    for _ in range(10):
        harness.clock.advance(60_000)
        harness.store.requests.renew(running, harness.clock.now() + ALIVE_MS)
        harness.sweep()
    assert wake_ups_waiting(harness) == [0, 0, 0]

    harness.clock.advance(ALIVE_MS + STALE_MS)
    harness.sweep()

    assert wake_ups_waiting(harness) == [1, 0, 0]
    harness.run()
    assert harness.request(1).status is Status.SUCCEEDED
