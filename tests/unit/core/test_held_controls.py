"""What users and administrators can do while a queue is held."""

import pytest

from chalicelib.core.errors import ConflictError
from chalicelib.core.queueing.queue import State
from chalicelib.core.queueing.request import Status
from tests.unit.core.queue_harness import SESSION, UNFIT, USER, QueueHarness
from tests.unit.core.test_sweep import sweep_for_ten_minutes


def test_a_skip_fails_it_with_the_reason_and_the_next_goes_on(held: QueueHarness) -> None:
    skipped = held.controls.skip(USER, SESSION, 1)
    held.run()

    assert (skipped.status, skipped.error) == (Status.FAILED, UNFIT)
    assert held.statuses() == [Status.FAILED, Status.SUCCEEDED]


def test_a_cancel_opens_the_queue(held: QueueHarness) -> None:
    held.controls.cancel(USER, SESSION, 1)
    assert held.queue.state is State.OPEN
    held.run()

    assert held.statuses() == [Status.CANCELLED, Status.SUCCEEDED]


@pytest.mark.parametrize("forget", [True, False])
def test_a_purge_cancels_it_too(held: QueueHarness, forget: bool) -> None:
    held.controls.purge(USER, SESSION, forget=forget)
    held.run()

    assert held.statuses() == [Status.CANCELLED] * 2
    assert held.queue.state is State.OPEN


def test_a_retry_looks_again_now_for_users_and_administrators(held: QueueHarness) -> None:
    del held.unfit[1]
    request, queue = held.controls.retry_head(USER, None, 1)
    assert (request.status, queue.state) == (Status.QUEUED, State.HELD)

    held.run()

    assert held.statuses() == [Status.SUCCEEDED] * 2


def test_only_the_head_can_be_skipped_and_retried(held: QueueHarness) -> None:
    for control in (held.controls.skip, held.controls.retry):
        with pytest.raises(ConflictError) as refused:
            control(USER, SESSION, 2)
        assert refused.value.code == "not_halting"


def test_a_pause_stays_when_the_hold_ends(held: QueueHarness) -> None:
    assert held.controls.pause(USER, SESSION).state is State.HELD
    del held.unfit[1]
    sweep_for_ten_minutes(held)
    held.run()
    assert (held.queue.state, held.started) == (State.PAUSED, [])

    held.controls.resume(USER, SESSION)
    held.run()

    assert held.statuses() == [Status.SUCCEEDED] * 2
