"""What users can do to the requests that wait."""

import pytest

from chalicelib.core.errors import ConflictError, NotFoundError, UnauthenticatedError
from chalicelib.core.queueing.enqueue import Accepted, Work
from chalicelib.core.queueing.queue import State
from chalicelib.core.queueing.request import Status
from tests.unit.core.queue_harness import BROKEN, DONE, HOUR_MS, SESSION, USER, QueueHarness


def test_a_cancelled_request_is_never_run(harness: QueueHarness) -> None:
    harness.send(3)

    cancelled = harness.controls.cancel(USER, SESSION, 2)
    harness.run()

    assert cancelled.status is Status.CANCELLED
    assert harness.started == [1, 3]
    assert harness.queue.counts[Status.CANCELLED] == 1


@pytest.mark.parametrize("control", ["cancel", "purge"])
def test_what_was_to_begin_later_does_not_hold_the_line_once_it_is_cancelled(
    harness: QueueHarness, control: str
) -> None:
    later = harness.clock.now() + HOUR_MS // 2
    harness.enqueue(USER, SESSION, [Work("skip", "null", not_before=later)])
    harness.wake()

    if control == "cancel":
        harness.controls.cancel(USER, SESSION, 1)
    else:
        harness.controls.purge(USER, SESSION)
    harness.send()
    harness.wake()

    assert harness.statuses() == [Status.CANCELLED, Status.SUCCEEDED]
    assert harness.clock.now() < later


def test_what_has_an_outcome_cannot_be_cancelled(harness: QueueHarness) -> None:
    harness.send()
    harness.run()

    with pytest.raises(ConflictError, match="succeeded"):
        harness.controls.cancel(USER, SESSION, 1)


def test_what_runs_cannot_be_cancelled(harness: QueueHarness) -> None:
    harness.send()
    harness.store.requests.begin(harness.request(1), "worker", harness.clock.now(), harness.clock.now() + 1)

    with pytest.raises(ConflictError, match="running"):
        harness.controls.cancel(USER, SESSION, 1)


def test_what_was_not_accepted_cannot_be_cancelled(harness: QueueHarness) -> None:
    harness.send(2)
    del harness.store.tables.requests[USER][1]

    with pytest.raises(NotFoundError):
        harness.controls.cancel(USER, SESSION, 2)

    assert harness.request(2).status is Status.QUEUED


def test_cancelling_the_head_that_halts_lets_the_queue_go_on(halted: QueueHarness) -> None:
    halted.controls.cancel(USER, SESSION, 1)
    halted.run()

    assert halted.statuses() == [Status.CANCELLED, Status.SUCCEEDED]


def test_a_halted_head_is_run_again_in_its_place(halted: QueueHarness) -> None:
    halted.controls.retry(USER, SESSION, 1)
    halted.run()

    assert halted.started == [1, 1, 2]
    assert halted.queue.state is State.OPEN


@pytest.mark.parametrize("times", [1, 2, 5])
def test_each_retry_allows_as_many_attempts_as_the_first(halted: QueueHarness, times: int) -> None:
    for _ in range(times):
        halted.script[1] = [BROKEN, DONE]
        halted.controls.retry(USER, SESSION, 1)
        halted.run()
        assert halted.queue.state is State.HALTED

    assert halted.request(1).attempts == 1 + times


def test_a_halted_head_can_be_given_up(halted: QueueHarness) -> None:
    skipped = halted.controls.skip(USER, SESSION, 1)
    halted.run()

    assert (skipped.status, skipped.error) == (Status.FAILED, BROKEN)
    assert halted.started == [1, 2]


@pytest.mark.parametrize("seq", [1, 2])
def test_only_a_halted_head_can_be_retried_or_given_up(harness: QueueHarness, seq: int) -> None:
    harness.send(2)

    for control in (harness.controls.skip, harness.controls.retry):
        with pytest.raises(ConflictError):
            control(USER, SESSION, seq)


def test_a_request_that_failed_earlier_is_retried_as_a_new_one_that_names_it(harness: QueueHarness) -> None:
    harness.script[1] = [BROKEN] * 3
    harness.send()
    harness.run()

    accepted = harness.controls.retry(USER, SESSION, 1)
    harness.run()

    assert isinstance(accepted, Accepted)
    assert (accepted.requests[0].seq, accepted.requests[0].origin) == (2, 1)
    assert harness.statuses() == [Status.FAILED, Status.SUCCEEDED]


def test_purging_cancels_what_waits_and_nothing_that_comes_later(harness: QueueHarness) -> None:
    harness.send(2)
    harness.controls.purge(USER, SESSION)
    harness.send()
    harness.run()

    assert harness.statuses() == [Status.CANCELLED, Status.CANCELLED, Status.SUCCEEDED]


def test_a_paused_queue_is_purged_and_stays_paused(harness: QueueHarness) -> None:
    harness.controls.pause(USER, SESSION)
    harness.send(2)

    harness.controls.purge(USER, SESSION)
    harness.run()

    assert harness.queue.state is State.PAUSED
    assert harness.queue.depth == 0


def test_purging_opens_a_halted_queue(halted: QueueHarness) -> None:
    halted.controls.purge(USER, SESSION)
    halted.run()

    assert halted.queue.state is State.OPEN
    assert halted.statuses() == [Status.CANCELLED, Status.CANCELLED]


def test_what_is_forgotten_is_neither_shown_nor_handed_out(harness: QueueHarness) -> None:
    harness.send(2)
    harness.run()

    harness.controls.purge(USER, SESSION, forget=True)
    harness.run()

    assert harness.dequeue(USER, SESSION) is None
    with pytest.raises(NotFoundError):
        harness.controls.cancel(USER, SESSION, 1)
    assert [request.seq for request in harness.send().requests] == [3], "numbers go on"


def test_only_a_live_session_controls(harness: QueueHarness) -> None:
    for control in (harness.controls.pause, harness.controls.resume, harness.controls.purge):
        with pytest.raises(UnauthenticatedError):
            control(USER, "other")


def test_an_administrator_needs_no_session_but_a_queue(harness: QueueHarness) -> None:
    assert harness.controls.pause(USER, None).state is State.PAUSED
    with pytest.raises(NotFoundError):
        harness.controls.pause("stranger", None)
