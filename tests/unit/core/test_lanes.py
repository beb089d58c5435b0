"""Two lanes: who is rung for where, and when one worker hands a user over to the other."""

import pytest

from chalicelib.core.errors import UnavailableError
from chalicelib.core.queueing.attempt import Result
from chalicelib.core.queueing.enqueue import Work
from chalicelib.core.queueing.lane import QUICK_MS, QUICK_TIMEOUT_S, Lane, lane_of
from chalicelib.core.queueing.queue import WAKE_UP_TRUSTED_MS, Queue
from chalicelib.core.queueing.request import Failure, Request, Status
from chalicelib.core.queueing.steps import Done, Wait
from chalicelib.core.queueing.turn import BREATH_MS
from tests.unit.core.queue_harness import (
    BROKEN,
    DONE,
    QUANTUM_MS,
    SESSION,
    USER,
    QueueHarness,
    lose_wake_ups,
)

LONG_MS = QUICK_MS + 1


def wake_ups_waiting(harness: QueueHarness) -> tuple[int, int]:
    return harness.wake_ups_waiting(Lane.QUICK), harness.wake_ups_waiting(Lane.SLOW)


@pytest.mark.parametrize(
    ("average_ms", "lane"), [(0, Lane.QUICK), (QUICK_MS, Lane.QUICK), (LONG_MS, Lane.SLOW)]
)
def test_users_whose_requests_take_long_are_in_the_slow_lane(average_ms: int, lane: Lane) -> None:
    assert lane_of(average_ms) is lane


def test_what_a_handler_declares_counts_before_anything_is_measured(harness: QueueHarness) -> None:
    quick, slow = (harness.handlers.get(type_) for type_ in ("skip", "slow"))
    assert quick is not None
    assert slow is not None
    assert quick.timeout <= QUICK_TIMEOUT_S < slow.timeout
    assert (lane_of(0, quick), lane_of(0, slow)) == (Lane.QUICK, Lane.SLOW)


@pytest.mark.parametrize(("type_", "rung"), [("skip", (1, 0)), ("slow", (0, 1))])
def test_an_enqueue_rings_in_the_lane_of_its_first_request(
    harness: QueueHarness, type_: str, rung: tuple[int, int]
) -> None:
    harness.send(2, type_)
    assert wake_ups_waiting(harness) == rung


def test_a_user_whose_requests_took_long_is_rung_for_in_the_slow_lane(harness: QueueHarness) -> None:
    harness.script[1] = [harness.working_for(LONG_MS)]
    harness.send()
    harness.run()

    harness.send()

    assert wake_ups_waiting(harness) == (0, 1)


def test_a_quick_worker_hands_over_before_it_begins_what_may_take_long(harness: QueueHarness) -> None:
    harness.send(2)
    harness.clock.advance(1)
    harness.send(2, "slow")

    assert harness.wake() == Done()

    assert harness.started == [1, 2]
    assert harness.queue.head == 2, "the slow worker begins where this one ended"
    assert wake_ups_waiting(harness) == (0, 1)
    assert harness.wake(Lane.SLOW) == Done()
    assert harness.started == [1, 2, 3, 4]
    assert harness.queue.awake is None


def test_a_request_that_took_long_ends_the_turn_in_the_quick_lane(harness: QueueHarness) -> None:
    harness.script = {seq: [harness.working_for(LONG_MS)] for seq in (1, 2)}
    harness.send(2)

    harness.wake()

    assert harness.started == [1]
    assert wake_ups_waiting(harness) == (0, 1), "its average says slow now"


def test_one_long_request_among_many_quick_ones_leaves_the_user_in_the_quick_lane(
    harness: QueueHarness,
) -> None:
    harness.script = {1: [harness.working_for(10)], 2: [harness.working_for(2 * LONG_MS)]}
    harness.send(3)

    harness.wake()

    assert harness.started == [1, 2]
    assert wake_ups_waiting(harness) == (1, 0)


def test_attempts_that_fail_after_a_long_time_go_on_in_the_slow_lane(harness: QueueHarness) -> None:
    def fail_late(_: Request) -> Failure:
        harness.clock.advance(LONG_MS)
        return BROKEN

    harness.script[1] = [fail_late, fail_late]
    harness.send()

    assert harness.wake() == Done()

    assert wake_ups_waiting(harness) == (0, 1)
    assert isinstance(harness.wake(Lane.SLOW), Wait), "the timer is in the slow lane"
    harness.run()
    assert harness.statuses() == [Status.SUCCEEDED]


def test_users_whose_requests_all_fail_after_a_long_time_are_in_the_slow_lane(harness: QueueHarness) -> None:
    def fail_late(_: Request) -> Failure:
        harness.clock.advance(LONG_MS)
        return Failure("permanent", "It broke.")

    harness.script[1] = [fail_late]
    harness.send()
    harness.run()

    harness.send()

    assert wake_ups_waiting(harness) == (0, 1)


def test_a_slow_worker_goes_on_with_what_comes_until_its_turn_is_over(harness: QueueHarness) -> None:
    long = QUANTUM_MS // LONG_MS + 1
    harness.make_room(long + 2)
    harness.script = {seq: [harness.working_for(LONG_MS)] for seq in range(2, long + 2)}
    harness.send(type_="slow")
    harness.clock.advance(1)
    harness.send(long + 1)

    harness.wake(Lane.SLOW)

    assert len(harness.started) == 1 + long
    assert wake_ups_waiting(harness) == (0, 1), "its average says slow now"


def test_after_its_turn_a_slow_worker_gives_the_user_back(harness: QueueHarness) -> None:
    each_ms = 600
    turn = QUANTUM_MS // each_ms + 1
    harness.make_room(turn + 2)
    harness.script = {seq: [harness.working_for(each_ms)] for seq in range(1, turn + 2)}
    harness.send(type_="slow")
    harness.clock.advance(1)
    harness.send(turn)

    harness.wake(Lane.SLOW)

    assert len(harness.started) == turn
    assert wake_ups_waiting(harness) == (1, 0)


def test_a_timer_stays_in_its_lane_until_its_request_can_begin(harness: QueueHarness) -> None:
    due = harness.clock.now() + 20_000
    harness.send()
    harness.clock.advance(1)
    harness.enqueue(USER, SESSION, [Work("slow", "null", not_before=due)])

    assert harness.wake() == Wait(due)
    harness.clock.advance(20_000)
    assert harness.wake() == Done()

    assert wake_ups_waiting(harness) == (0, 1)


def test_while_a_long_request_runs_one_enqueue_in_five_seconds_rings(harness: QueueHarness) -> None:
    def send_meanwhile(_: Request) -> Result:
        for _tenth in range(40):
            harness.clock.advance(WAKE_UP_TRUSTED_MS // 10)
            harness.send()
        return DONE

    harness.make_room(50)
    harness.script[1] = [send_meanwhile]
    harness.send(type_="slow")

    harness.wake(Lane.SLOW)

    assert sum(wake_ups_waiting(harness)) == 40 // 10 + 2, (
        "the one that woke the worker, and one for the turn to come"
    )


def test_of_two_that_find_the_last_ring_old_at_once_one_rings(
    harness: QueueHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    harness.send()
    harness.clock.advance(WAKE_UP_TRUSTED_MS)
    claim = harness.store.queues.claim_wake_up

    def claimed_meanwhile(queue: Queue, now: int) -> None:
        claim(queue, now)
        claim(queue, now)

    monkeypatch.setattr(harness.store.queues, "claim_wake_up", claimed_meanwhile)

    harness.send()

    assert harness.wake_ups_waiting() == 1


def test_an_enqueue_that_cannot_note_its_ring_rings_all_the_same(
    harness: QueueHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise UnavailableError("The store does not answer.")

    harness.send()
    harness.clock.advance(WAKE_UP_TRUSTED_MS)
    monkeypatch.setattr(harness.store.queues, "claim_wake_up", fail)

    harness.send()

    assert harness.wake_ups_waiting() == 2


def test_a_request_that_other_code_takes_for_long_does_not_go_to_and_fro_all_the_time(
    harness: QueueHarness,
) -> None:
    """While a deployment is under way, the workers of two lanes may have different code."""
    harness.send(1)
    harness.fifos[Lane.LONG].send(USER, harness.fifo.messages()[0].body, "from newer code")
    lose_wake_ups(harness)

    assert harness.wake(Lane.LONG) == Wait(harness.clock.now() + BREATH_MS)
    assert harness.wake_ups_waiting(Lane.LONG) == 1
    harness.clock.advance(BREATH_MS)
    assert harness.wake(Lane.LONG) == Done()

    assert (harness.started, wake_ups_waiting(harness)) == ([], (1, 0))
