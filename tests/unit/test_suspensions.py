"""Handlers that wait for a signal, and handlers that sleep: the attempt ends and does not count."""

from contextlib import suppress

import pytest

from chalicelib.core.queueing.notes import Note
from gurukool import InvalidSignalError, Request, handler
from gurukool.testing import ConflictError, Error, Queue, run

asked = list[int]()


@pytest.fixture(autouse=True)
def _nothing_asked() -> None:
    asked.clear()


@handler("approve", max_attempts=1)
def approve(payload: float, request: Request) -> str:
    asked.append(request.step("ask", lambda: len(asked) + 1))
    return str(request.wait_for("approval", timeout=payload, type=str))


def test_a_handler_waits_for_a_signal_and_no_attempt_counts() -> None:
    queue = Queue()
    seq = queue.enqueue(approve, 3_600)
    queue.advance(60)
    waiting = queue.outcome(seq)
    assert (waiting.status, waiting.attempts) == ("queued", 1)

    queue.signal(seq, "approval", "yes")
    queue.signal(seq, "approval", "yes")
    with pytest.raises(ConflictError, match="another signal"):
        queue.signal(seq, "approval", "no")
    queue.advance(1)

    assert (queue.outcome(seq).result, queue.outcome(seq).attempts, asked) == ("yes", 2, [1, 1])
    with pytest.raises(ConflictError, match="has ended"):
        queue.signal(seq, "approval", "yes")
    assert not queue._engine.store.tables.notes


def test_a_signal_may_come_before_it_is_awaited() -> None:
    queue = Queue()
    seq = queue.enqueue(approve, 3_600)
    queue.signal(seq, "approval", "yes")
    queue.run()

    assert (queue.outcome(seq).result, queue.outcome(seq).attempts) == ("yes", 1)


def test_a_signal_that_is_stored_after_the_end_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    queue = Queue()
    seq = queue.enqueue(approve, 3_600)
    queue.signal(seq, "approval", "yes")
    notes = queue._engine.store.notes
    add = notes.add

    def add_late(user_id: str, note: Note) -> None:
        monkeypatch.undo()
        queue.run()
        add(user_id, note)

    monkeypatch.setattr(notes, "add", add_late)
    queue.signal(seq, "another", "x")

    assert queue.outcome(seq).status == "succeeded"
    assert not queue._engine.store.tables.notes


def test_a_signal_that_does_not_come_in_time_fails_the_request() -> None:
    outcome = run(approve, 3_600)

    assert outcome.status == "failed"
    assert outcome.error == Error("permanent", "The signal 'approval' has not come in time.")
    assert outcome.attempts == 2


def test_a_signal_that_does_not_fit_fails_the_request_in_words() -> None:
    queue = Queue()
    seq = queue.enqueue(approve, 3_600)
    queue.signal(seq, "approval", 5)
    queue.run()

    assert queue.outcome(seq).error == Error(
        "permanent", "The signal 'approval' does not fit: approval must be text."
    )
    assert queue.outcome(seq).attempts == 1


@handler("patient", max_attempts=1)
def patient(payload: int, request: Request) -> int:
    for n in range(1, payload + 1):
        try:
            return int(request.wait_for(f"answer-{n}", timeout=3_600, type=int))
        except InvalidSignalError as error:
            request.emit(str(error))
    return 0


def test_a_handler_may_wait_for_another_signal_in_place_of_one_that_does_not_fit() -> None:
    queue = Queue()
    seq = queue.enqueue(patient, 2)
    queue.signal(seq, "answer-1", "many")
    queue.advance(1)
    queue.signal(seq, "answer-2", 5)
    queue.run()

    outcome = queue.outcome(seq)
    assert outcome.result == 5
    assert {event.data for event in outcome.events} == {
        "The signal 'answer-1' does not fit: answer-1 must be a whole number."
    }


@handler("doze", max_attempts=1)
def doze(payload: float, request: Request) -> int:
    with suppress(BaseException):  # a handler cannot stay awake
        request.sleep(payload)
    return request.attempts


def test_a_sleep_holds_the_line_and_costs_no_attempt() -> None:
    queue = Queue()
    first, second = queue.enqueue(doze, 3_600), queue.enqueue(doze, 0.3)
    queue.advance(3_500)
    assert [outcome.status for outcome in queue.outcomes()] == ["queued", "queued"]

    queue.advance(300)
    assert [queue.outcome(seq).result for seq in (first, second)] == [2, 1], "a short one is slept through"


def test_a_sleeping_request_can_be_cancelled() -> None:
    queue = Queue()
    first, second = queue.enqueue(doze, 3_600), queue.enqueue(doze, 0)
    queue.advance(1)
    queue.cancel(first)
    queue.advance(1)

    assert [outcome.status for outcome in queue.outcomes()] == ["cancelled", "succeeded"]
    assert second == 2
