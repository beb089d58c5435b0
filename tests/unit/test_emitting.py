"""When events are written, and what becomes of them if they cannot be."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.adapters.memory.clock import ManualClock
from chalicelib.adapters.memory.store import MemoryStore
from chalicelib.adapters.runtime.clock import SystemClock
from chalicelib.adapters.runtime.durable import SupersededError
from chalicelib.adapters.runtime.emitting import Emitting
from chalicelib.core.errors import LostRaceError, UnavailableError
from chalicelib.core.queueing.event_buffer import FLUSH_MS, MOST_UNSTORED_BYTES
from chalicelib.core.queueing.events import chunk_of
from chalicelib.core.queueing.journal import Journal
from chalicelib.core.queueing.notes import NoteKind, list_all
from chalicelib.core.queueing.policy import HandlerError, PermanentError
from chalicelib.core.queueing.request import Request, Status
from chalicelib.core.time import Clock

BEGUN = 1_800_000_000_000


class Attempt:
    """One that emits."""

    def __init__(self, store: MemoryStore, clock: Clock, number: int = 1, *, timed: bool = False) -> None:
        self._store = store
        found = store.requests.get("ada", 1)
        seen = found or Request("ada", 1, "talk", "1", Status.QUEUED, enqueued_at=BEGUN)
        if found is None:
            store.requests.write(seen)
        running = store.requests.begin(seen, f"attempt {number}", BEGUN, BEGUN + 1)
        self.journal = Journal(store.requests, lambda: store.notes, clock, running)
        self.emit = Emitting(self.journal, lambda: False, timed=timed)

    def chunks(self) -> list[list[Any]]:
        notes = list_all(self._store.notes, "ada", 1, NoteKind.EVENT)
        return [[event.data for event in chunk_of(note).events] for note in notes]


class Failing:
    """Answers to writes of notes with an error, as often as it is told, before or after they were stored."""

    def __init__(self, store: MemoryStore, patch: pytest.MonkeyPatch) -> None:
        self._add = store.notes.add
        self.times = 0
        self.stores = False
        patch.setattr(store.notes, "add", self._fail)

    def observe(self) -> None:
        """A write is about to fail."""

    def _fail(self, *arguments: Any) -> None:
        if not self.times:
            return self._add(*arguments)
        self.times -= 1
        self.observe()
        if self.stores:
            self._add(*arguments)
        raise UnavailableError("The store does not answer.")


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


def wait_until(condition: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_the_first_event_is_stored_at_once_and_the_others_four_times_a_second(
    store: MemoryStore, clock: ManualClock
) -> None:
    attempt = Attempt(store, clock)

    for number in range(11):  # one each 100 ms
        attempt.emit("output", number)
        clock.advance(100)
    attempt.emit.finish()

    assert attempt.chunks() == [["0"], ["1", "2", "3"], ["4", "5", "6"], ["7", "8", "9"], ["10"]]
    assert FLUSH_MS == 250


def test_what_waits_is_stored_while_the_handler_computes(store: MemoryStore) -> None:
    attempt = Attempt(store, SystemClock(), timed=True)
    attempt.emit("output", 1)
    attempt.emit("output", 2)

    wait_until(lambda: attempt.chunks() == [["1"], ["2"]])

    attempt.emit.finish()
    with pytest.raises(RuntimeError):
        attempt.emit("output", 3)
    assert attempt.chunks() == [["1"], ["2"]]


def test_events_wait_until_the_store_answers(
    store: MemoryStore, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt, failing = Attempt(store, clock), Failing(store, monkeypatch)
    for failing.times, failing.stores in ((1, False), (1, True)):
        attempt.emit("output", 1)
        attempt.emit("progress", 2)
        clock.advance(FLUSH_MS)
    attempt.emit("progress", 3)

    attempt.emit.finish()

    found = [data for chunk in attempt.chunks() for data in chunk]
    assert found == ["1", "2", "1", "3"], "the second progress was not stored, and is replaced"


def test_an_attempt_does_not_end_while_its_events_cannot_be_stored(
    store: MemoryStore, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt, failing = Attempt(store, clock), Failing(store, monkeypatch)
    failing.times = 2
    attempt.emit("output", 1)
    attempt.journal.events = attempt.emit

    with pytest.raises(UnavailableError):
        attempt.journal.conclude(attempt.journal.running)
    concluded = attempt.journal.conclude(attempt.journal.running)
    assert (concluded, attempt.chunks()) == (replace(attempt.journal.running, eventful=True), [["1"]])


def test_only_so_much_waits_for_a_store_that_does_not_answer(
    store: MemoryStore, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt, failing = Attempt(store, clock), Failing(store, monkeypatch)
    failing.times = 1_000
    most = MOST_UNSTORED_BYTES // 32_000 + 1
    for number in range(most):
        attempt.emit("output", str(number) + " " * 32_000)

    with pytest.raises(HandlerError, match="could not be stored") as raised:
        attempt.emit("output", "one more")
    assert not isinstance(raised.value, PermanentError)
    failing.times = 0
    attempt.emit.finish()
    assert sum(map(len, attempt.chunks())) == most


def test_a_handler_that_is_faster_than_the_store_waits_for_it(
    store: MemoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Several megabytes at once, which are also written by the thread beside it."""
    add = store.notes.add

    def add_slowly(*arguments: Any) -> None:
        time.sleep(0.01)
        add(*arguments)

    monkeypatch.setattr(store.notes, "add", add_slowly)
    attempt = Attempt(store, SystemClock(), timed=True)
    for number in range(250):
        attempt.emit("output", str(number) + " " * 32_000)
    attempt.emit.finish()

    assert [data.strip('" ') for chunk in attempt.chunks() for data in chunk] == [str(n) for n in range(250)]


def test_a_handler_does_not_wait_for_a_store_that_does_not_answer(
    store: MemoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt, failing = Attempt(store, SystemClock(), timed=True), Failing(store, monkeypatch)
    failing.times = 1_000
    attempt.emit("output", 0)
    writers = list[str]()
    monkeypatch.setattr(failing, "observe", lambda: writers.append(threading.current_thread().name))
    for number in range(20):
        attempt.emit("output", str(number) + " " * 32_000)

    wait_until(lambda: len(writers) > 1)
    assert threading.current_thread().name not in writers
    failing.times = 0
    attempt.emit.finish()
    assert sum(map(len, attempt.chunks())) == 21


@pytest.mark.parametrize("emitted", [(), (1,)])
def test_an_attempt_that_was_given_up_ends_at_its_next_event(
    store: MemoryStore, clock: ManualClock, emitted: Sequence[int]
) -> None:
    """Whether it has emitted something before or not, and whether the next attempt has or not."""
    given_up = Attempt(store, clock)
    for number in emitted:
        given_up.emit("output", number)
    current = Attempt(store, clock, 2)
    current.emit("output", 2)
    clock.advance(FLUSH_MS)

    for _ in range(2):
        with pytest.raises(SupersededError):
            given_up.emit("output", 3)
    with pytest.raises(LostRaceError):
        given_up.emit.finish()
    assert sum(map(len, current.chunks())) == len(emitted) + 1
