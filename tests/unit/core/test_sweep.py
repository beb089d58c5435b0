"""Finding what should be moving and is not, and what is over."""

from chalicelib.core.queueing.enqueue import Work
from chalicelib.core.queueing.queue import State
from chalicelib.core.queueing.request import Status
from chalicelib.core.queueing.steps import Done, Wait
from tests.unit.core.queue_harness import (
    BROKEN,
    HOUR_MS,
    SESSION,
    USER,
    QueueHarness,
    lose_wake_ups,
    set_rate,
)

MINUTE_MS = 60_000


def sweep_for_ten_minutes(harness: QueueHarness) -> None:
    """Queues in which nothing may begin are looked at once in that time."""
    for _ in range(10):
        harness.clock.advance(MINUTE_MS)
        harness.sweep()


def test_a_queue_whose_wake_up_was_lost_is_rung(harness: QueueHarness) -> None:
    harness.send()
    lose_wake_ups(harness)
    harness.clock.advance(MINUTE_MS)

    harness.sweep()
    harness.run()

    assert harness.statuses() == [Status.SUCCEEDED]


def test_a_queue_that_moves_is_left_alone(harness: QueueHarness) -> None:
    harness.send()
    lose_wake_ups(harness)
    harness.clock.advance(1_000)

    harness.sweep()

    assert harness.wake_ups_waiting() == 0


def test_all_queues_with_work_go_on_at_once_when_all_wake_ups_are_lost(harness: QueueHarness) -> None:
    harness.send()
    lose_wake_ups(harness)
    harness.clock.advance(1_000)

    harness.sweep(wake_ups_lost=True)
    harness.run()

    assert harness.statuses() == [Status.SUCCEEDED]


def test_a_request_whose_worker_is_gone_too_starts_again_after_its_time_limit(harness: QueueHarness) -> None:
    harness.send()
    now = harness.clock.now()
    harness.store.requests.begin(harness.request(1), "worker", now, now + 5_000)
    lose_wake_ups(harness)

    harness.sweep(wake_ups_lost=True)
    harness.run()

    assert harness.statuses() == [Status.SUCCEEDED]
    assert harness.clock.now() - now < MINUTE_MS // 2


def test_a_queue_that_waits_for_its_head_is_not_rung(harness: QueueHarness) -> None:
    harness.send()
    harness.store.requests.requeue(
        harness.store.requests.begin(
            harness.request(1), "worker", harness.clock.now(), harness.clock.now() + 1
        ),
        harness.clock.now() + HOUR_MS,
        BROKEN,
    )
    lose_wake_ups(harness)
    harness.clock.advance(MINUTE_MS)

    harness.sweep()

    assert harness.wake_ups_waiting() == 0


def test_a_queue_whose_waiting_head_was_cancelled_is_rung(harness: QueueHarness) -> None:
    later = harness.clock.now() + HOUR_MS // 2
    harness.enqueue(USER, SESSION, [Work("skip", "null", not_before=later), Work("skip", "null")])
    harness.wake()
    harness.store.requests.cancel(harness.request(1), harness.clock.now())
    harness.clock.advance(MINUTE_MS)

    harness.sweep()
    harness.run()

    assert harness.statuses() == [Status.CANCELLED, Status.SUCCEEDED]


def test_what_begins_later_is_rung_in_the_minute_before_and_begins_in_time(harness: QueueHarness) -> None:
    due = harness.clock.now() + HOUR_MS // 2
    harness.enqueue(USER, SESSION, [Work("skip", "null", not_before=due)])
    assert harness.wake() == Done(), "no wake-up is kept for that long"

    while not harness.started:
        harness.clock.advance(MINUTE_MS)
        harness.sweep()
        harness.run()

    assert due <= harness.clock.now() <= due + 1_000


def test_a_queue_whose_wake_up_waits_for_the_head_is_not_rung_until_that_is_late(
    harness: QueueHarness,
) -> None:
    due = harness.clock.now() + 80_000
    harness.enqueue(USER, SESSION, [Work("skip", "null", not_before=due)])
    assert harness.wake() == Wait(due)
    harness.clock.advance(MINUTE_MS)
    harness.sweep()
    assert harness.wake_ups_waiting() == 1, "the timer"

    lose_wake_ups(harness)
    harness.clock.advance(MINUTE_MS)
    harness.sweep()

    assert harness.wake_ups_waiting() == 1


def test_paused_and_halted_queues_are_not_rung(harness: QueueHarness) -> None:
    harness.send()
    harness.controls.pause(USER, SESSION)
    lose_wake_ups(harness)

    sweep_for_ten_minutes(harness)

    assert harness.wake_ups_waiting() == 0


def test_a_paused_queue_is_rung_to_step_over_what_has_its_outcome(harness: QueueHarness) -> None:
    harness.controls.pause(USER, SESSION)
    harness.send(2)
    harness.store.requests.cancel(
        harness.request(1), harness.clock.now()
    )  # and then whoever cancelled crashed

    sweep_for_ten_minutes(harness)
    harness.run()

    assert (harness.queue.head, harness.started) == (1, [])


def test_a_paused_queue_is_rung_to_close_a_hole(harness: QueueHarness) -> None:
    harness.controls.pause(USER, SESSION)
    harness.store.queues.take_numbers(
        USER, SESSION, 1, harness.clock.now()
    )  # and then whoever took it crashed

    sweep_for_ten_minutes(harness)
    harness.run()

    assert harness.statuses() == [Status.VOID]
    assert harness.queue.depth == 0


def test_a_queue_halted_by_what_was_settled_since_is_opened_and_rung(harness: QueueHarness) -> None:
    set_rate(harness, "40/h", "halt")  # so that the head is not late when the queue is opened: due in 30 s
    harness.script[1] = [BROKEN]
    harness.send(type_="halt")
    harness.send()
    harness.run()
    harness.store.requests.forgive_attempts(harness.request(1))  # and then whoever said retry crashed

    harness.clock.advance(MINUTE_MS)
    harness.sweep()

    assert harness.queue.state is State.OPEN
    assert harness.wake_ups_waiting() == 1, "it is rung at once"
    harness.clock.advance(MINUTE_MS)
    harness.run()
    assert harness.statuses() == [Status.SUCCEEDED, Status.SUCCEEDED]


def test_a_queue_without_work_loses_its_mark_after_a_while(harness: QueueHarness) -> None:
    harness.send()
    harness.run()
    harness.sweep()
    assert harness.store.sweep_index.due(None) == [USER]

    harness.clock.advance(MINUTE_MS)
    harness.sweep()

    assert harness.store.sweep_index.due(None) == []


def test_a_queue_that_was_left_with_work_is_closed_when_that_is_done(harness: QueueHarness) -> None:
    harness.send()
    harness.store.connections.end_session(USER, SESSION)

    harness.run()
    harness.sweep()

    assert harness.queue.state is State.CLOSED
    assert harness.store.sweep_index.due(None) == []


def test_expired_sessions_end_and_their_queue_is_closed(harness: QueueHarness) -> None:
    harness.clock.advance(HOUR_MS)

    harness.sweep()

    assert (harness.queue.state, dict(harness.queue.sessions)) == (State.CLOSED, {})


def test_a_queue_is_closed_when_its_last_session_expires_though_another_was_to_last_longer(
    harness: QueueHarness,
) -> None:
    harness.store.connections.open_session(
        USER, "other", harness.clock.now() + 9 * HOUR_MS, harness.clock.now()
    )
    harness.store.connections.end_session(USER, "other")
    harness.clock.advance(MINUTE_MS)
    harness.sweep()
    harness.clock.advance(HOUR_MS)

    harness.sweep()

    assert harness.queue.state is State.CLOSED


def test_an_expired_session_ends_while_another_lives(harness: QueueHarness) -> None:
    later = harness.clock.now() + 2 * HOUR_MS
    harness.store.connections.open_session(USER, "other", later, harness.clock.now())
    harness.clock.advance(HOUR_MS)

    harness.sweep()

    assert harness.queue.state is State.OPEN
    assert "other" in harness.queue.sessions
