"""The sweeper's wake-ups do not pile up, and none that is needed is dropped as a repeated one."""

import pytest

from chalicelib.core.queueing.request import Failure
from chalicelib.core.queueing.sweep import REPEAT_MS
from tests.unit.core.stage import SESSION, USER, Stage, lose_wake_ups

MINUTE_MS = 60_000


@pytest.fixture
def rung(stage: Stage) -> Stage:
    """By the sweeper, at the first minute of three in which the time alone does not change a ring's id."""
    assert stage.clock.now() % REPEAT_MS == 0
    stage.send()
    lose_wake_ups(stage)
    sweep_after(stage, MINUTE_MS)
    assert stage.rings() == 1
    return stage


def sweep_after(stage: Stage, ms: int) -> None:
    stage.clock.advance(ms)
    stage.sweep()


def test_an_outage_of_an_hour_leaves_a_message_in_three_minutes_for_who_waits(rung: Stage) -> None:
    for _ in range(60):
        sweep_after(rung, MINUTE_MS)

    assert rung.rings() == 60 // 3 + 1


def test_a_ring_that_got_lost_is_repeated_after_three_minutes(rung: Stage) -> None:
    lose_wake_ups(rung)

    sweep_after(rung, MINUTE_MS)
    assert rung.rings() == 0, "SQS has dropped the repeated one"
    sweep_after(rung, MINUTE_MS)
    assert rung.rings() == 1


def test_what_is_to_be_tried_again_soon_begins_in_time_though_the_sweeper_has_just_rung(rung: Stage) -> None:
    """For waits that long no wake-up is kept."""
    rung.script[1] = [Failure("error", "It broke.", 95_000)]
    rung.run()
    due = rung.request(1).due
    assert (rung.rings(), due - rung.clock.now()) == (0, 95_000)

    sweep_after(rung, MINUTE_MS)
    rung.run()

    assert (len(rung.started), rung.request(1).started_at) == (2, due)


def test_a_queue_is_rung_again_when_it_was_resumed_though_the_sweeper_has_just_rung(rung: Stage) -> None:
    rung.controls.pause(USER, SESSION)
    rung.run()
    rung.controls.resume(USER, SESSION)
    lose_wake_ups(rung)

    sweep_after(rung, MINUTE_MS)

    assert rung.rings() == 1


def test_a_queue_is_rung_again_when_its_head_was_begun_though_the_sweeper_has_just_rung(rung: Stage) -> None:
    """And then its worker crashed, and its wake-up went to the dead letters."""
    now = rung.clock.now()
    rung.store.requests.begin(rung.request(1), "worker", now, now + 1_000)
    lose_wake_ups(rung)

    sweep_after(rung, MINUTE_MS + 30_000)

    assert rung.rings() == 1
