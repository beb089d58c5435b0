"""Two lanes: who is rung for where, and when one worker hands a user over to the other."""

import pytest

from chalicelib.core.errors import UnavailableError
from chalicelib.core.queueing.attempt import Result
from chalicelib.core.queueing.enqueue import Work
from chalicelib.core.queueing.lane import QUICK_MS, QUICK_TIMEOUT_S, Lane, lane_of
from chalicelib.core.queueing.queue import RING_TRUSTED_MS, Queue
from chalicelib.core.queueing.request import Failure, Request, Status
from chalicelib.core.queueing.steps import Done, Wait
from tests.unit.core.stage import BROKEN, DONE, QUANTUM_MS, SESSION, USER, Stage

LONG_MS = QUICK_MS + 1


def rings(stage: Stage) -> tuple[int, int]:
    return stage.rings(Lane.QUICK), stage.rings(Lane.SLOW)


@pytest.mark.parametrize(
    ("average_ms", "lane"), [(0, Lane.QUICK), (QUICK_MS, Lane.QUICK), (LONG_MS, Lane.SLOW)]
)
def test_users_whose_requests_take_long_are_in_the_slow_lane(average_ms: int, lane: Lane) -> None:
    assert lane_of(average_ms) is lane


def test_what_a_handler_declares_counts_before_anything_is_measured(stage: Stage) -> None:
    quick, slow = (stage.handlers.get(type_) for type_ in ("skip", "slow"))
    assert quick is not None
    assert slow is not None
    assert quick.timeout <= QUICK_TIMEOUT_S < slow.timeout
    assert (lane_of(0, quick), lane_of(0, slow)) == (Lane.QUICK, Lane.SLOW)


@pytest.mark.parametrize(("type_", "rung"), [("skip", (1, 0)), ("slow", (0, 1))])
def test_an_enqueue_rings_in_the_lane_of_its_first_request(
    stage: Stage, type_: str, rung: tuple[int, int]
) -> None:
    stage.send(2, type_)
    assert rings(stage) == rung


def test_a_user_whose_requests_took_long_is_rung_for_in_the_slow_lane(stage: Stage) -> None:
    stage.script[1] = [stage.working_for(LONG_MS)]
    stage.send()
    stage.run()

    stage.send()

    assert rings(stage) == (0, 1)


def test_a_quick_worker_hands_over_before_it_begins_what_may_take_long(stage: Stage) -> None:
    stage.send(2)
    stage.clock.advance(1)
    stage.send(2, "slow")

    assert stage.wake() == Done()

    assert stage.started == [1, 2]
    assert stage.queue.head == 2, "the slow worker begins where this one ended"
    assert rings(stage) == (0, 1)
    assert stage.wake(Lane.SLOW) == Done()
    assert stage.started == [1, 2, 3, 4]
    assert stage.queue.awake is None


def test_a_request_that_took_long_ends_the_turn_in_the_quick_lane(stage: Stage) -> None:
    stage.script = {seq: [stage.working_for(LONG_MS)] for seq in (1, 2)}
    stage.send(2)

    stage.wake()

    assert stage.started == [1]
    assert rings(stage) == (0, 1), "its average says slow now"


def test_one_long_request_among_many_quick_ones_leaves_the_user_in_the_quick_lane(stage: Stage) -> None:
    stage.script = {1: [stage.working_for(10)], 2: [stage.working_for(2 * LONG_MS)]}
    stage.send(3)

    stage.wake()

    assert stage.started == [1, 2]
    assert rings(stage) == (1, 0)


def test_attempts_that_fail_after_a_long_time_go_on_in_the_slow_lane(stage: Stage) -> None:
    def fail_late(_: Request) -> Failure:
        stage.clock.advance(LONG_MS)
        return BROKEN

    stage.script[1] = [fail_late, fail_late]
    stage.send()

    assert stage.wake() == Done()

    assert rings(stage) == (0, 1)
    assert isinstance(stage.wake(Lane.SLOW), Wait), "the timer is in the slow lane"
    stage.run()
    assert stage.statuses() == [Status.SUCCEEDED]


def test_users_whose_requests_all_fail_after_a_long_time_are_in_the_slow_lane(stage: Stage) -> None:
    def fail_late(_: Request) -> Failure:
        stage.clock.advance(LONG_MS)
        return Failure("permanent", "It broke.")

    stage.script[1] = [fail_late]
    stage.send()
    stage.run()

    stage.send()

    assert rings(stage) == (0, 1)


def test_a_slow_worker_goes_on_with_what_comes_until_its_turn_is_over(stage: Stage) -> None:
    long = QUANTUM_MS // LONG_MS + 1
    stage.make_room(long + 2)
    stage.script = {seq: [stage.working_for(LONG_MS)] for seq in range(2, long + 2)}
    stage.send(type_="slow")
    stage.clock.advance(1)
    stage.send(long + 1)

    stage.wake(Lane.SLOW)

    assert len(stage.started) == 1 + long
    assert rings(stage) == (0, 1), "its average says slow now"


def test_after_its_turn_a_slow_worker_gives_the_user_back(stage: Stage) -> None:
    each_ms = 600
    turn = QUANTUM_MS // each_ms + 1
    stage.make_room(turn + 2)
    stage.script = {seq: [stage.working_for(each_ms)] for seq in range(1, turn + 2)}
    stage.send(type_="slow")
    stage.clock.advance(1)
    stage.send(turn)

    stage.wake(Lane.SLOW)

    assert len(stage.started) == turn
    assert rings(stage) == (1, 0)


def test_a_timer_stays_in_its_lane_until_its_request_can_begin(stage: Stage) -> None:
    due = stage.clock.now() + 20_000
    stage.send()
    stage.clock.advance(1)
    stage.enqueue(USER, SESSION, [Work("slow", "null", not_before=due)])

    assert stage.wake() == Wait(due)
    stage.clock.advance(20_000)
    assert stage.wake() == Done()

    assert rings(stage) == (0, 1)


def test_while_a_long_request_runs_one_enqueue_in_five_seconds_rings(stage: Stage) -> None:
    def send_meanwhile(_: Request) -> Result:
        for _tenth in range(40):
            stage.clock.advance(RING_TRUSTED_MS // 10)
            stage.send()
        return DONE

    stage.make_room(50)
    stage.script[1] = [send_meanwhile]
    stage.send(type_="slow")

    stage.wake(Lane.SLOW)

    assert sum(rings(stage)) == 40 // 10 + 2, "the one that woke the worker, and one for the turn to come"


def test_of_two_that_find_the_last_ring_old_at_once_one_rings(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.send()
    stage.clock.advance(RING_TRUSTED_MS)
    claim = stage.store.queues.claim_wake_up

    def claimed_meanwhile(queue: Queue, now: int) -> None:
        claim(queue, now)
        claim(queue, now)

    monkeypatch.setattr(stage.store.queues, "claim_wake_up", claimed_meanwhile)

    stage.send()

    assert stage.rings() == 1


def test_an_enqueue_that_cannot_note_its_ring_rings_all_the_same(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise UnavailableError("The store does not answer.")

    stage.send()
    stage.clock.advance(RING_TRUSTED_MS)
    monkeypatch.setattr(stage.store.queues, "claim_wake_up", fail)

    stage.send()

    assert stage.rings() == 2
