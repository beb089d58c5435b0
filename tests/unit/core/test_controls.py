"""What users can do to the requests that wait."""

import pytest

from chalicelib.core.errors import ConflictError, NotFoundError, UnauthenticatedError
from chalicelib.core.queueing.enqueue import Accepted, Work
from chalicelib.core.queueing.queue import State
from chalicelib.core.queueing.request import Status
from tests.unit.core.stage import BROKEN, DONE, HOUR_MS, SESSION, USER, Stage


def test_a_cancelled_request_is_never_run(stage: Stage) -> None:
    stage.send(3)

    cancelled = stage.controls.cancel(USER, SESSION, 2)
    stage.run()

    assert cancelled.status is Status.CANCELLED
    assert stage.started == [1, 3]
    assert stage.queue.counts[Status.CANCELLED] == 1


@pytest.mark.parametrize("control", ["cancel", "purge"])
def test_what_was_to_begin_later_does_not_hold_the_line_once_it_is_cancelled(
    stage: Stage, control: str
) -> None:
    later = stage.clock.now() + HOUR_MS // 2
    stage.enqueue(USER, SESSION, [Work("skip", "null", not_before=later)])
    stage.wake()

    if control == "cancel":
        stage.controls.cancel(USER, SESSION, 1)
    else:
        stage.controls.purge(USER, SESSION)
    stage.send()
    stage.wake()

    assert stage.statuses() == [Status.CANCELLED, Status.SUCCEEDED]
    assert stage.clock.now() < later


def test_what_has_an_outcome_cannot_be_cancelled(stage: Stage) -> None:
    stage.send()
    stage.run()

    with pytest.raises(ConflictError, match="succeeded"):
        stage.controls.cancel(USER, SESSION, 1)


def test_what_runs_cannot_be_cancelled(stage: Stage) -> None:
    stage.send()
    stage.store.requests.begin(stage.request(1), "worker", stage.clock.now(), stage.clock.now() + 1)

    with pytest.raises(ConflictError, match="running"):
        stage.controls.cancel(USER, SESSION, 1)


def test_what_was_not_accepted_cannot_be_cancelled(stage: Stage) -> None:
    stage.send(2)
    del stage.store.tables.requests[USER][1]

    with pytest.raises(NotFoundError):
        stage.controls.cancel(USER, SESSION, 2)

    assert stage.request(2).status is Status.QUEUED


def test_cancelling_the_head_that_halts_lets_the_queue_go_on(halted: Stage) -> None:
    halted.controls.cancel(USER, SESSION, 1)
    halted.run()

    assert halted.statuses() == [Status.CANCELLED, Status.SUCCEEDED]


def test_a_halted_head_is_run_again_in_its_place(halted: Stage) -> None:
    halted.controls.retry(USER, SESSION, 1)
    halted.run()

    assert halted.started == [1, 1, 2]
    assert halted.queue.state is State.OPEN


@pytest.mark.parametrize("times", [1, 2, 5])
def test_each_retry_allows_as_many_attempts_as_the_first(halted: Stage, times: int) -> None:
    for _ in range(times):
        halted.script[1] = [BROKEN, DONE]
        halted.controls.retry(USER, SESSION, 1)
        halted.run()
        assert halted.queue.state is State.HALTED

    assert halted.request(1).attempts == 1 + times


def test_a_halted_head_can_be_given_up(halted: Stage) -> None:
    skipped = halted.controls.skip(USER, SESSION, 1)
    halted.run()

    assert (skipped.status, skipped.error) == (Status.FAILED, BROKEN)
    assert halted.started == [1, 2]


@pytest.mark.parametrize("seq", [1, 2])
def test_only_a_halted_head_can_be_retried_or_given_up(stage: Stage, seq: int) -> None:
    stage.send(2)

    for control in (stage.controls.skip, stage.controls.retry):
        with pytest.raises(ConflictError):
            control(USER, SESSION, seq)


def test_a_request_that_failed_earlier_is_retried_as_a_new_one_that_names_it(stage: Stage) -> None:
    stage.script[1] = [BROKEN] * 3
    stage.send()
    stage.run()

    accepted = stage.controls.retry(USER, SESSION, 1)
    stage.run()

    assert isinstance(accepted, Accepted)
    assert (accepted.requests[0].seq, accepted.requests[0].origin) == (2, 1)
    assert stage.statuses() == [Status.FAILED, Status.SUCCEEDED]


def test_purging_cancels_what_waits_and_nothing_that_comes_later(stage: Stage) -> None:
    stage.send(2)
    stage.controls.purge(USER, SESSION)
    stage.send()
    stage.run()

    assert stage.statuses() == [Status.CANCELLED, Status.CANCELLED, Status.SUCCEEDED]


def test_a_paused_queue_is_purged_and_stays_paused(stage: Stage) -> None:
    stage.controls.pause(USER, SESSION)
    stage.send(2)

    stage.controls.purge(USER, SESSION)
    stage.run()

    assert stage.queue.state is State.PAUSED
    assert stage.queue.depth == 0


def test_purging_opens_a_halted_queue(halted: Stage) -> None:
    halted.controls.purge(USER, SESSION)
    halted.run()

    assert halted.queue.state is State.OPEN
    assert halted.statuses() == [Status.CANCELLED, Status.CANCELLED]


def test_what_is_forgotten_is_neither_shown_nor_handed_out(stage: Stage) -> None:
    stage.send(2)
    stage.run()

    stage.controls.purge(USER, SESSION, forget=True)
    stage.run()

    assert stage.dequeue(USER, SESSION) is None
    with pytest.raises(NotFoundError):
        stage.controls.cancel(USER, SESSION, 1)
    assert [request.seq for request in stage.send().requests] == [3], "numbers go on"


def test_only_a_live_session_controls(stage: Stage) -> None:
    for control in (stage.controls.pause, stage.controls.resume, stage.controls.purge):
        with pytest.raises(UnauthenticatedError):
            control(USER, "other")


def test_an_administrator_needs_no_session_but_a_queue(stage: Stage) -> None:
    assert stage.controls.pause(USER, None).state is State.PAUSED
    with pytest.raises(NotFoundError):
        stage.controls.pause("stranger", None)
