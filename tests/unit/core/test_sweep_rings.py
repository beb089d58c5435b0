"""The sweeper's wake-ups do not pile up, and none that is needed is dropped as a repeated one."""

import pytest

from chalicelib.core.queueing.request import Failure
from chalicelib.core.queueing.sweep_ids import REPEAT_MS
from tests.unit.core.queue_harness import SESSION, USER, QueueHarness, lose_wake_ups

MINUTE_MS = 60_000


@pytest.fixture
def rung(harness: QueueHarness) -> QueueHarness:
    """By the sweeper, at the first minute of three in which the time alone does not change a ring's id."""
    assert harness.clock.now() % REPEAT_MS == 0
    harness.send()
    lose_wake_ups(harness)
    sweep_after(harness, MINUTE_MS)
    assert harness.wake_ups_waiting() == 1
    return harness


def sweep_after(harness: QueueHarness, ms: int) -> None:
    harness.clock.advance(ms)
    harness.sweep()


def test_an_outage_of_an_hour_leaves_a_message_in_three_minutes_for_who_waits(rung: QueueHarness) -> None:
    for _ in range(60):
        sweep_after(rung, MINUTE_MS)

    assert rung.wake_ups_waiting() == 60 // 3 + 1


def test_a_ring_that_got_lost_is_repeated_after_three_minutes(rung: QueueHarness) -> None:
    lose_wake_ups(rung)

    sweep_after(rung, MINUTE_MS)
    assert rung.wake_ups_waiting() == 0, "SQS has dropped the repeated one"
    sweep_after(rung, MINUTE_MS)
    assert rung.wake_ups_waiting() == 1


def test_what_is_to_be_tried_again_soon_begins_in_time_though_the_sweeper_has_just_rung(
    rung: QueueHarness,
) -> None:
    """For waits that long no wake-up is kept."""
    rung.script[1] = [Failure("error", "It broke.", 95_000)]
    rung.run()
    due = rung.request(1).due
    assert (rung.wake_ups_waiting(), due - rung.clock.now()) == (0, 95_000)

    sweep_after(rung, MINUTE_MS)
    rung.run()

    assert (len(rung.started), rung.request(1).started_at) == (2, due)


def test_a_queue_is_rung_again_when_it_was_resumed_though_the_sweeper_has_just_rung(
    rung: QueueHarness,
) -> None:
    rung.controls.pause(USER, SESSION)
    rung.run()
    rung.controls.resume(USER, SESSION)
    lose_wake_ups(rung)

    sweep_after(rung, MINUTE_MS)

    assert rung.wake_ups_waiting() == 1


def test_a_queue_is_rung_again_when_its_head_was_begun_though_the_sweeper_has_just_rung(
    rung: QueueHarness,
) -> None:
    """And then its worker crashed, and its wake-up went to the dead letters."""
    now = rung.clock.now()
    rung.store.requests.begin(rung.request(1), "worker", now, now + 1_000)
    lose_wake_ups(rung)

    sweep_after(rung, MINUTE_MS + 30_000)

    assert rung.wake_ups_waiting() == 1
