"""Stop: what it answers, and what becomes of the request in every case."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, RLock
from typing import Any

import pytest

from chalicelib.adapters.memory.effects import Booking
from chalicelib.core.errors import ConflictError
from chalicelib.core.queueing.attempt import GRACE_MS, LAST_RESORT_MS, Result
from chalicelib.core.queueing.heartbeat import BEAT_MS, SKEW_MS
from chalicelib.core.queueing.lane import Lane
from chalicelib.core.queueing.queue import State
from chalicelib.core.queueing.request import Failure, Request, Status, StoppedBy
from chalicelib.core.queueing.steps import Done
from chalicelib.core.queueing.stopping import CLEAN_UP_MS, LOOK_MS
from tests.unit.core.queue_harness import DONE, SESSION, USER, QueueHarness
from tests.unit.core.test_crashes import WorkerDiedError, die

BROKEN = Failure("error", "It broke.")


def stop(harness: QueueHarness, seq: int = 1, session: str | None = SESSION) -> Request:
    return harness.controls.stop(USER, session, seq)


def while_running(harness: QueueHarness, ran: Any, session: str | None = SESSION) -> Callable[[Request], Any]:
    """The handler's work: somebody stops the request in the middle of it."""

    def work(running: Request) -> Any:
        assert stop(harness, running.seq, session).status is Status.RUNNING
        return ran(running) if callable(ran) else ran

    return work


def test_what_waits_is_cancelled_like_by_a_cancel(harness: QueueHarness) -> None:
    harness.send(2)
    assert (stop(harness, 2).status, harness.request(2).stopped_by) == (Status.CANCELLED, None)

    harness.script[1] = [Failure("error", "It broke.", retry_after_ms=60_000)]
    harness.wake()
    assert harness.request(1).error == BROKEN, "it waits between two attempts"

    assert stop(harness).status is Status.CANCELLED
    harness.run()
    assert (harness.queue.head, harness.queue.counts[Status.CANCELLED]) == (2, 2)


@pytest.mark.parametrize(
    "ran", [DONE, BROKEN, Failure("permanent", "Never.")], ids=["success", "failure", "end"]
)
@pytest.mark.parametrize(("session", "by"), [(SESSION, StoppedBy.USER), (None, StoppedBy.ADMINISTRATOR)])
def test_what_runs_ends_as_cancelled_whatever_its_handler_says(
    harness: QueueHarness, ran: object, session: str | None, by: StoppedBy
) -> None:
    harness.script[1] = [while_running(harness, ran, session)]
    harness.send(2)

    assert harness.wake() == Done()

    ended = harness.request(1)
    assert (ended.status, ended.stopped_by, ended.result, ended.error) == (Status.CANCELLED, by, None, None)
    assert harness.started == [1, 2], "the next one starts, and the stopped one not again"
    assert (harness.queue.counts[Status.CANCELLED], harness.queue.average_ms) == (1, 0)


def test_a_stopped_request_has_no_effects(harness: QueueHarness) -> None:
    harness.script[1] = [while_running(harness, Result("1", (Booking("ada", 1),)))]
    harness.send()

    harness.wake()

    assert harness.store.tables.ledger.balances == {}


def test_a_halting_request_that_is_stopped_halts_nothing(harness: QueueHarness) -> None:
    harness.script[1] = [while_running(harness, BROKEN)]
    harness.send(1, "halt")

    harness.wake()

    assert (harness.request(1).status, harness.queue.state) == (Status.CANCELLED, State.OPEN)


def test_a_second_stop_is_answered_like_the_first(harness: QueueHarness) -> None:
    harness.script[1] = [while_running(harness, while_running(harness, DONE, None))]
    harness.send()

    harness.wake()

    assert harness.request(1).stopped_by is StoppedBy.USER, "who asked first"


@pytest.mark.parametrize("is_paused", [False, True], ids=["open", "paused"])
def test_what_was_stopped_and_then_crashed_is_not_begun_again(harness: QueueHarness, is_paused: bool) -> None:
    harness.script[1] = [while_running(harness, die)]
    harness.send()
    with pytest.raises(WorkerDiedError):
        harness.wake()
    if is_paused:
        harness.controls.pause(USER, SESSION)

    harness.run()

    assert (harness.started, harness.request(1).status) == ([1], Status.CANCELLED)
    assert harness.request(1).stopped_by is StoppedBy.USER


def test_what_has_crashed_is_cancelled_at_once(harness: QueueHarness) -> None:
    harness.script[1] = [die]
    harness.send()
    with pytest.raises(WorkerDiedError):
        harness.wake()
    harness.clock.advance(2_000 + GRACE_MS)

    assert stop(harness).status is Status.CANCELLED

    harness.run()
    assert (harness.started, harness.queue.head) == ([1], 1)


def test_what_has_ended_cannot_be_stopped(harness: QueueHarness) -> None:
    harness.send()
    harness.wake()

    with pytest.raises(ConflictError) as refused:
        stop(harness)

    assert refused.value.code == "already_ended"


def test_a_stop_whose_answer_was_lost_is_the_same_stop(
    harness: QueueHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = harness.store.requests.request_stop

    def ask_twice(*given: Any) -> Any:
        ask(*given)
        return ask(*given)

    monkeypatch.setattr(harness.store.requests, "request_stop", ask_twice)
    harness.script[1] = [while_running(harness, DONE)]
    harness.send()

    harness.wake()

    assert harness.request(1).status is Status.CANCELLED


def test_an_attempt_that_ends_soon_shortens_its_deadline_and_its_lease(harness: QueueHarness) -> None:
    def work(_: Request) -> Any:
        watch = harness.heartbeat
        assert watch
        watch()
        assert not watch.stopping
        stop(harness)
        watch()
        assert watch.stopping
        watch.expect_end(5_000)
        watch.hold_lease()
        assert harness.request(1).deadline == harness.clock.now() + 5_000 + SKEW_MS
        [message] = harness.slow.messages()
        assert message.visible_at <= harness.clock.now() + 5_000 + SKEW_MS + 1_000  # in whole seconds
        return DONE

    harness.script[1] = [work]
    harness.send(1, "slow")

    harness.wake(Lane.SLOW)

    assert harness.request(1).status is Status.CANCELLED


def test_an_attempt_that_hears_of_its_stop_late_ends_before_it_may_be_taken_for_crashed(
    harness: QueueHarness,
) -> None:
    def work(_: Request) -> Any:
        watch = harness.heartbeat
        assert watch
        assert watch.at_most(5_000, 500) == 5_000
        watch.deadline = harness.clock.now() + SKEW_MS + 2_000
        assert watch.at_most(5_000, 500) == 1_500
        watch.deadline = harness.clock.now()
        assert watch.at_most(5_000, 500) == 0
        return DONE

    harness.script[1] = [work]
    harness.send(1, "slow")

    harness.wake(Lane.SLOW)

    assert harness.request(1).status is Status.SUCCEEDED


def test_of_a_stop_and_a_success_exactly_one_wins(
    harness: QueueHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hundred times, on two threads; each call of the store is atomic, as it is in DynamoDB."""
    atomic, start = RLock(), Barrier(2, timeout=10)
    for name in ("finish", "request_stop"):
        monkeypatch.setattr(
            harness.store.requests, name, _locked(getattr(harness.store.requests, name), atomic)
        )

    def stop_or_not(seq: int) -> bool:
        start.wait()
        try:
            return stop(harness, seq).stop_requested_at is not None
        except ConflictError:
            return False

    with ThreadPoolExecutor(1) as other:
        answers = {}

        def work(running: Request) -> Result:
            answers[running.seq] = other.submit(stop_or_not, running.seq)
            start.wait()
            return Result("1", (Booking(f"{running.seq}", 1),))

        for seq in range(1, 101):
            harness.script[seq] = [work]
            harness.send()
            harness.wake()
        stopped = {seq for seq, answer in answers.items() if answer.result()}

    ended = {seq: harness.request(seq).status for seq in range(1, 101)}
    assert ended == {seq: Status.CANCELLED if seq in stopped else Status.SUCCEEDED for seq in ended}
    assert {int(seq) for seq in harness.store.tables.ledger.balances} == {*ended} - stopped
    assert harness.started == [*ended], "none is begun twice"


def _locked(method: Callable[..., Any], lock: RLock) -> Callable[..., Any]:
    def call(*given: Any, **named: Any) -> Any:
        with lock:
            return method(*given, **named)

    return call


def test_a_stop_is_seen_within_two_seconds_and_over_within_seven() -> None:
    """What docs/durable.md promises. `tests.bench.stops` measures it on a deployed stack."""
    seen = max(LOOK_MS, BEAT_MS)

    assert seen <= 2_000
    assert seen + CLEAN_UP_MS + LAST_RESORT_MS <= 7_000
