"""Workers that die, and workers that are two where there should be one."""

from typing import Any

import pytest

from chalicelib.core.errors import UnavailableError
from chalicelib.core.queueing.attempt import GRACE_MS, LAST_RESORT_MS, SKEW_MS, Result
from chalicelib.core.queueing.request import Request, Status
from chalicelib.core.queueing.steps import Done, Wait
from tests.unit.core.stage import DONE, USER, Stage

TIMEOUT_MS = 2_000


class WorkerDiedError(Exception):
    pass


def die(_: Request) -> Result:
    raise WorkerDiedError


def test_a_request_whose_worker_died_is_run_again_when_its_time_is_over(stage: Stage) -> None:
    stage.script[1] = [die, DONE]
    stage.send(2)
    begun = stage.clock.now()

    with pytest.raises(WorkerDiedError):
        stage.wake()
    stage.run()

    assert stage.started == [1, 1, 2]
    assert stage.clock.now() >= begun + TIMEOUT_MS + GRACE_MS
    assert stage.clock.now() <= begun + 10_000, "the wake-up was not held for much longer than that"


def test_a_request_that_kills_every_worker_has_failed(stage: Stage) -> None:
    stage.script[1] = [die] * 3
    stage.send(2)

    for _ in range(3):
        with pytest.raises(WorkerDiedError):
            stage.run()
    stage.run()

    error = stage.request(1).error
    assert stage.started == [1, 1, 1, 2]
    assert error
    assert error.kind == "crash"


@pytest.mark.parametrize(("overruns", "kind"), [((3,), "timeout"), ((1,), "crash"), ((), "crash")])
def test_an_attempt_that_had_to_be_ended_by_force_is_told_as_a_time_out(
    stage: Stage, overruns: tuple[int, ...], kind: str
) -> None:
    def die_of_it(request: Request) -> Result:
        if request.attempts in overruns:
            stage.store.requests.note_overrun(request.user_id, request.seq, request.begun_by or "")
        raise WorkerDiedError

    stage.script[1] = [die_of_it] * 3
    stage.send(2)

    for _ in range(3):
        with pytest.raises(WorkerDiedError):
            stage.run()
    stage.run()

    error = stage.request(1).error
    assert stage.started == [1, 1, 1, 2]
    assert error
    assert error.kind == kind


def test_nobody_else_begins_a_running_request(stage: Stage) -> None:
    def let_another_worker_try(_: Request) -> Result:
        assert isinstance(stage.drain(USER, NeverHeld()), Wait)
        return DONE

    stage.script[1] = [let_another_worker_try]
    stage.send()

    stage.wake()

    assert stage.started == [1]
    assert stage.request(1).attempts == 1


class NeverHeld:
    """Of a second worker, which SQS has promised that there is not."""

    def hold(self, seconds: float) -> None:
        return


def test_what_was_done_before_a_crash_is_counted_once(stage: Stage) -> None:
    stage.script[3] = [die, DONE]
    stage.send(3)

    with pytest.raises(WorkerDiedError):
        stage.wake()
    assert stage.queue.head == 0, "the worker died before it wrote how far it was"
    stage.run()

    assert stage.started == [1, 2, 3, 3]
    assert stage.queue.counts[Status.SUCCEEDED] == 3


def begin_slowly(stage: Stage, monkeypatch: pytest.MonkeyPatch, ms: int) -> None:
    """The next attempt."""
    begin = stage.store.requests.begin

    def slowly(*arguments: Any) -> Request:
        monkeypatch.undo()
        begun = begin(*arguments)
        stage.clock.advance(ms)
        return begun

    monkeypatch.setattr(stage.store.requests, "begin", slowly)


def test_what_took_too_long_to_begin_is_not_run_beyond_its_deadline(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin_slowly(stage, monkeypatch, TIMEOUT_MS + GRACE_MS)
    stage.send()

    stage.run()

    assert stage.started == [1]
    assert stage.request(1).attempts == 2


@pytest.mark.parametrize(("slow_ms", "limit"), [(0, 2.0), (500, 2.0), (1_000, 1.5), (2_000, 0.5)])
def test_an_attempt_is_over_before_anybody_whose_clock_is_ahead_begins_the_next(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, slow_ms: int, limit: float
) -> None:
    begin_slowly(stage, monkeypatch, slow_ms)
    stage.send()

    stage.run()

    assert stage.limits == [limit]
    assert slow_ms + limit * 1000 + LAST_RESORT_MS + SKEW_MS <= TIMEOUT_MS + GRACE_MS


class UnavailableLease:
    def hold(self, seconds: float) -> None:
        raise UnavailableError(f"SQS does not answer, so nothing is held for {seconds} seconds.")


def test_requests_are_run_while_sqs_does_not_answer(stage: Stage) -> None:
    stage.send(2)

    assert stage.drain(USER, UnavailableLease()) == Done()

    assert [stage.request(seq).status for seq in (1, 2)] == [Status.SUCCEEDED] * 2
