"""Events of a handler: numbered, stored in few writes, and all of them before the outcome."""

import threading
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from chalicelib.core.queueing.event_buffer import MOST_EVENTS
from gurukool import Request, Stopped, handler
from gurukool.testing import Event, Queue, run
from gurukool.testing.application import application
from gurukool.testing.history import Ending, live
from gurukool.testing.process import Process
from gurukool.testing.queue import ProcessQueue


@handler("talk", max_attempts=3)
def talk(payload: int, request: Request) -> None:
    request.progress(0.5, "half")
    for number in range(payload):
        request.emit(number)
    if request.attempts == 1:
        raise ValueError("It broke.")


def test_a_run_shows_the_events_of_all_its_attempts() -> None:
    half = {"fraction": 0.5, "message": "half"}
    assert run(talk, 1).events == [
        Event(1, 1, "progress", half),
        Event(2, 1, "output", 0),
        Event(3, 2, "progress", half),
        Event(4, 2, "output", 0),
    ]


def _outcome(body: Any) -> Any:
    @handler("one", max_attempts=1)
    def one(payload: Any, request: Request) -> None:
        body(request)

    return run(one)


def test_a_progress_that_nobody_can_have_seen_is_replaced() -> None:
    def body(request: Request) -> None:
        for percent in range(101):
            request.progress(percent / 100)
        request.emit("done")

    events = _outcome(body).events
    assert [(event.n, event.kind) for event in events] == [(1, "progress"), (2, "progress"), (3, "output")]
    assert [event.data["fraction"] for event in events[:2]] == [0, 1]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (float("nan"), "The event contains NaN or infinity, which JSON cannot express."),
        (object(), "The event cannot be expressed in JSON."),
        ("x" * 32 * 1024, "The event is larger than 32 KiB."),
    ],
)
def test_what_is_no_event_fails_the_attempt(data: object, message: str) -> None:
    outcome = _outcome(lambda request: request.emit(data))

    assert (outcome.status, outcome.error.message, outcome.events) == ("failed", message, [])


def test_json_that_is_written_already_stays_one_event() -> None:
    events = _outcome(lambda request: request.emit(msgspec.Raw(b'{"a":\n[1,\n2]}'))).events

    assert [event.data for event in events] == [{"a": [1, 2]}]


@pytest.mark.parametrize("fraction", [-0.1, 1.1, float("nan"), Decimal(2)])
def test_a_progress_is_from_0_to_1(fraction: Any) -> None:
    assert _outcome(lambda request: request.progress(fraction)).error.message == (
        "The handler raised ValueError."
    )


def test_a_handler_that_emits_too_much_fails_for_good_and_keeps_what_it_has_emitted() -> None:
    def body(request: Request) -> None:
        for number in range(MOST_EVENTS + 1):
            request.emit(number)

    outcome = _outcome(body)
    assert (outcome.error.kind, len(outcome.events)) == ("permanent", MOST_EVENTS)
    assert "more than 10,000 events" in outcome.error.message


def test_more_than_a_chunk_is_stored_at_once_and_in_order() -> None:
    """Eight megabytes are too much, seven are not."""

    def body(request: Request) -> None:
        for number in range(7 * 32):
            request.emit(str(number) + " " * 32_000)

    assert [event.data.strip() for event in _outcome(body).events] == [str(n) for n in range(7 * 32)]


def test_events_from_several_threads_are_all_there() -> None:
    def body(request: Request) -> None:
        threads = [threading.Thread(target=request.emit, args=(number,)) for number in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert sorted(event.data for event in _outcome(body).events) == list(range(20))


def test_a_stop_is_raised_once_and_cleaning_up_may_emit() -> None:
    queue = Queue()

    @handler("endless")
    def endless(payload: Any, request: Request) -> None:
        try:
            for number in range(100):
                if number == 2:
                    queue.stop(request.seq)
                request.emit(number)
        except Stopped:
            request.emit("stopped")
            raise

    seq = queue.enqueue(endless)
    queue.run()

    outcome = queue.outcome(seq)
    assert (outcome.status, [event.data for event in outcome.events]) == ("cancelled", [0, 1, "stopped"])


def test_events_are_stored_before_an_attempt_is_suspended() -> None:
    queue, seen = Queue(), list[Any]()

    @handler("pausing")
    def pausing(payload: Any, request: Request) -> None:
        request.emit("before")
        request.emit("sleep")
        seen.append(queue.events(request.seq))
        request.sleep(60)
        request.emit("after")

    seq = queue.enqueue(pausing)
    queue.advance(1)
    assert [event.data for event in queue.events(seq)] == ["before", "sleep"]
    queue.run()

    assert [len(events) for events in seen] == [1, 3], "the first one is stored at once"
    assert [event.data for event in queue.events(seq)] == ["before", "sleep", "before", "sleep", "after"]


def test_wherever_a_process_ends_the_events_have_no_gap_and_an_end() -> None:
    def play(process: Process) -> Ending:
        queue = ProcessQueue(process, application({}, {}))
        seq = queue.enqueue(talk, 2)
        queue.run()
        outcome = queue.outcome(seq)
        assert [event.n for event in outcome.events] == list(range(1, len(outcome.events) + 1))
        attempts = [event.attempt for event in outcome.events]
        assert attempts == sorted(attempts)
        of_last = [event for event in outcome.events if event.attempt == outcome.attempts]
        assert [event.kind for event in of_last] == ["progress", "output", "output"]
        notes = queue._engine.store.tables.notes
        assert [note.text for note in notes.values()].count("end") == 1
        return Ending(outcome, {})

    for point in range(live(play).points + 1):
        live(play, point)
