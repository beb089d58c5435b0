"""Finding what should be moving and is not, and what is over."""

from chalicelib.core.queueing.enqueue import Work
from chalicelib.core.queueing.queue import State
from chalicelib.core.queueing.request import Status
from chalicelib.core.queueing.steps import Done, Wait
from tests.unit.core.stage import BROKEN, HOUR_MS, SESSION, USER, Stage, lose_wake_ups

MINUTE_MS = 60_000


def sweep_for_ten_minutes(stage: Stage) -> None:
    """Queues in which nothing may begin are looked at once in that time."""
    for _ in range(10):
        stage.clock.advance(MINUTE_MS)
        stage.sweep()


def test_a_queue_whose_wake_up_was_lost_is_rung(stage: Stage) -> None:
    stage.send()
    lose_wake_ups(stage)
    stage.clock.advance(MINUTE_MS)

    stage.sweep()
    stage.run()

    assert stage.statuses() == [Status.SUCCEEDED]


def test_a_queue_that_moves_is_left_alone(stage: Stage) -> None:
    stage.send()
    lose_wake_ups(stage)
    stage.clock.advance(1_000)

    stage.sweep()

    assert stage.rings() == 0


def test_a_queue_that_waits_for_its_head_is_not_rung(stage: Stage) -> None:
    stage.send()
    stage.store.requests.requeue(
        stage.store.requests.begin(stage.request(1), "worker", stage.clock.now(), stage.clock.now() + 1),
        stage.clock.now() + HOUR_MS,
        BROKEN,
    )
    lose_wake_ups(stage)
    stage.clock.advance(MINUTE_MS)

    stage.sweep()

    assert stage.rings() == 0


def test_a_queue_whose_waiting_head_was_cancelled_is_rung(stage: Stage) -> None:
    later = stage.clock.now() + HOUR_MS // 2
    stage.enqueue(USER, SESSION, [Work("skip", "null", not_before=later), Work("skip", "null")])
    stage.wake()
    stage.store.requests.cancel(stage.request(1), stage.clock.now())
    stage.clock.advance(MINUTE_MS)

    stage.sweep()
    stage.run()

    assert stage.statuses() == [Status.CANCELLED, Status.SUCCEEDED]


def test_what_begins_later_is_rung_in_the_minute_before_and_begins_in_time(stage: Stage) -> None:
    due = stage.clock.now() + HOUR_MS // 2
    stage.enqueue(USER, SESSION, [Work("skip", "null", not_before=due)])
    assert stage.wake() == Done(), "no wake-up is kept for that long"

    while not stage.started:
        stage.clock.advance(MINUTE_MS)
        stage.sweep()
        stage.run()

    assert due <= stage.clock.now() <= due + 1_000


def test_a_queue_whose_wake_up_waits_for_the_head_is_not_rung_until_that_is_late(stage: Stage) -> None:
    due = stage.clock.now() + 80_000
    stage.enqueue(USER, SESSION, [Work("skip", "null", not_before=due)])
    assert stage.wake() == Wait(due)
    stage.clock.advance(MINUTE_MS)
    stage.sweep()
    assert stage.rings() == 1, "the timer"

    lose_wake_ups(stage)
    stage.clock.advance(MINUTE_MS)
    stage.sweep()

    assert stage.rings() == 1


def test_paused_and_halted_queues_are_not_rung(stage: Stage) -> None:
    stage.send()
    stage.controls.pause(USER, SESSION)
    lose_wake_ups(stage)

    sweep_for_ten_minutes(stage)

    assert stage.rings() == 0


def test_a_paused_queue_is_rung_to_step_over_what_has_its_outcome(stage: Stage) -> None:
    stage.controls.pause(USER, SESSION)
    stage.send(2)
    stage.store.requests.cancel(stage.request(1), stage.clock.now())  # and then whoever cancelled crashed

    sweep_for_ten_minutes(stage)
    stage.run()

    assert (stage.queue.head, stage.started) == (1, [])


def test_a_paused_queue_is_rung_to_close_a_hole(stage: Stage) -> None:
    stage.controls.pause(USER, SESSION)
    stage.store.queues.take_numbers(USER, SESSION, 1, stage.clock.now())  # and then whoever took it crashed

    sweep_for_ten_minutes(stage)
    stage.run()

    assert stage.statuses() == [Status.VOID]
    assert stage.queue.depth == 0


def test_a_queue_halted_by_what_was_settled_since_is_opened(stage: Stage) -> None:
    stage.script[1] = [BROKEN]
    stage.send(type_="halt")
    stage.send()
    stage.run()
    stage.store.requests.forgive_attempts(stage.request(1))  # and then whoever said retry crashed

    sweep_for_ten_minutes(stage)
    stage.run()

    assert stage.statuses() == [Status.SUCCEEDED, Status.SUCCEEDED]


def test_a_queue_without_work_loses_its_mark_after_a_while(stage: Stage) -> None:
    stage.send()
    stage.run()
    stage.sweep()
    assert stage.store.sweep_index.with_work() == [USER]

    stage.clock.advance(MINUTE_MS)
    stage.sweep()

    assert stage.store.sweep_index.with_work() == []


def test_a_queue_that_was_left_with_work_is_closed_when_that_is_done(stage: Stage) -> None:
    stage.send()
    stage.store.connections.end_session(USER, SESSION)

    stage.run()
    stage.sweep()

    assert stage.queue.state is State.CLOSED
    assert stage.store.sweep_index.with_work() == []


def test_expired_sessions_end_and_their_queue_is_closed(stage: Stage) -> None:
    stage.clock.advance(HOUR_MS)

    stage.sweep()

    assert (stage.queue.state, dict(stage.queue.sessions)) == (State.CLOSED, {})


def test_a_queue_is_closed_when_its_last_session_expires_though_another_was_to_last_longer(
    stage: Stage,
) -> None:
    stage.store.connections.open_session(USER, "other", stage.clock.now() + 9 * HOUR_MS, stage.clock.now())
    stage.store.connections.end_session(USER, "other")
    stage.clock.advance(MINUTE_MS)
    stage.sweep()
    stage.clock.advance(HOUR_MS)

    stage.sweep()

    assert stage.queue.state is State.CLOSED


def test_an_expired_session_ends_while_another_lives(stage: Stage) -> None:
    later = stage.clock.now() + 2 * HOUR_MS
    stage.store.connections.open_session(USER, "other", later, stage.clock.now())
    stage.clock.advance(HOUR_MS)

    stage.sweep()

    assert stage.queue.state is State.OPEN
    assert "other" in stage.queue.sessions
