"""Workers that die, and workers that are two where there should be one."""

from typing import Any

import pytest

from chalicelib.core.errors import UnavailableError
from chalicelib.core.queueing.attempt import GRACE_MS, LAST_RESORT_MS, Result
from chalicelib.core.queueing.heartbeat import SKEW_MS
from chalicelib.core.queueing.request import Request, Status
from chalicelib.core.queueing.steps import Done, Wait
from tests.unit.core.queue_harness import DONE, USER, QueueHarness

TIMEOUT_MS = 2_000


class WorkerDiedError(Exception):
    pass


def die(_: Request) -> Result:
    raise WorkerDiedError


def test_a_request_whose_worker_died_is_run_again_when_its_time_is_over(harness: QueueHarness) -> None:
    harness.script[1] = [die, DONE]
    harness.send(2)
    begun = harness.clock.now()

    with pytest.raises(WorkerDiedError):
        harness.wake()
    harness.run()

    assert harness.started == [1, 1, 2]
    assert harness.clock.now() >= begun + TIMEOUT_MS + GRACE_MS
    assert harness.clock.now() <= begun + 10_000, "the wake-up was not held for much longer than that"


def test_a_request_that_kills_every_worker_has_failed(harness: QueueHarness) -> None:
    harness.script[1] = [die] * 3
    harness.send(2)

    for _ in range(3):
        with pytest.raises(WorkerDiedError):
            harness.run()
    harness.run()

    error = harness.request(1).error
    assert harness.started == [1, 1, 1, 2]
    assert error
    assert error.kind == "crash"


@pytest.mark.parametrize(("overruns", "kind"), [((3,), "timeout"), ((1,), "crash"), ((), "crash")])
def test_an_attempt_that_had_to_be_ended_by_force_is_told_as_a_time_out(
    harness: QueueHarness, overruns: tuple[int, ...], kind: str
) -> None:
    def die_of_it(request: Request) -> Result:
        if request.attempts in overruns:
            harness.store.requests.note_overrun(request.user_id, request.seq, request.attempt_token or "")
        raise WorkerDiedError

    harness.script[1] = [die_of_it] * 3
    harness.send(2)

    for _ in range(3):
        with pytest.raises(WorkerDiedError):
            harness.run()
    harness.run()

    error = harness.request(1).error
    assert harness.started == [1, 1, 1, 2]
    assert error
    assert error.kind == kind


def test_nobody_else_begins_a_running_request(harness: QueueHarness) -> None:
    def let_another_worker_try(_: Request) -> Result:
        assert isinstance(harness.drain(USER, NeverHeld()), Wait)
        return DONE

    harness.script[1] = [let_another_worker_try]
    harness.send()

    harness.wake()

    assert harness.started == [1]
    assert harness.request(1).attempts == 1


class NeverHeld:
    """Of a second worker, which SQS has promised that there is not."""

    def hold(self, seconds: float) -> None:
        return


def test_what_was_done_before_a_crash_is_counted_once(harness: QueueHarness) -> None:
    harness.script[3] = [die, DONE]
    harness.send(3)

    with pytest.raises(WorkerDiedError):
        harness.wake()
    assert harness.queue.head == 0, "the worker died before it wrote how far it was"
    harness.run()

    assert harness.started == [1, 2, 3, 3]
    assert harness.queue.counts[Status.SUCCEEDED] == 3


def begin_slowly(harness: QueueHarness, monkeypatch: pytest.MonkeyPatch, ms: int) -> None:
    """The next attempt."""
    begin = harness.store.requests.begin

    def slowly(*arguments: Any) -> Request:
        monkeypatch.undo()
        begun = begin(*arguments)
        harness.clock.advance(ms)
        return begun

    monkeypatch.setattr(harness.store.requests, "begin", slowly)


def test_what_took_too_long_to_begin_is_not_run_beyond_its_deadline(
    harness: QueueHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin_slowly(harness, monkeypatch, TIMEOUT_MS + GRACE_MS)
    harness.send()

    harness.run()

    assert harness.started == [1]
    assert harness.request(1).attempts == 2


@pytest.mark.parametrize(("slow_ms", "limit"), [(0, 2.0), (500, 2.0), (1_000, 1.5), (2_000, 0.5)])
def test_an_attempt_is_over_before_anybody_whose_clock_is_ahead_begins_the_next(
    harness: QueueHarness, monkeypatch: pytest.MonkeyPatch, slow_ms: int, limit: float
) -> None:
    begin_slowly(harness, monkeypatch, slow_ms)
    harness.send()

    harness.run()

    assert harness.limits == [limit]
    assert slow_ms + limit * 1000 + LAST_RESORT_MS + SKEW_MS <= TIMEOUT_MS + GRACE_MS


class UnavailableLease:
    def hold(self, seconds: float) -> None:
        raise UnavailableError(f"SQS does not answer, so nothing is held for {seconds} seconds.")


def test_requests_are_run_while_sqs_does_not_answer(harness: QueueHarness) -> None:
    harness.send(2)

    assert harness.drain(USER, UnavailableLease()) == Done()

    assert [harness.request(seq).status for seq in (1, 2)] == [Status.SUCCEEDED] * 2
