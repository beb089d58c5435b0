"""What becomes of an attempt in a process that can start no more threads."""

import threading
from typing import Any, Never, cast

import pytest

from chalicelib.adapters.memory.clock import ManualClock
from chalicelib.adapters.memory.store import MemoryStore
from chalicelib.adapters.runtime import stop_watch
from chalicelib.adapters.runtime.clock import SystemClock
from chalicelib.adapters.runtime.emitting import Emitting
from chalicelib.adapters.runtime.stop_watch import UnwatchedError
from chalicelib.core.queueing.events import chunk_of
from chalicelib.core.queueing.handler import declarations, handler
from chalicelib.core.queueing.heartbeat import Heartbeat, StopWatch
from chalicelib.core.queueing.journal import Journal
from chalicelib.core.queueing.notes import NoteKind, list_all
from chalicelib.core.queueing.request import Request, Status
from local_cloud.waiting import wait_until
from tests.fakes import attempts
from tests.patience import PATIENCE_S

QUEUED = Request("ada", 1, "work", "1", Status.QUEUED, enqueued_at=0)


def refuse(_: object) -> Never:
    raise RuntimeError("can't start new thread")


@pytest.mark.parametrize("kind", [StopWatch, Heartbeat])
def test_an_attempt_that_cannot_be_watched_is_not_begun(
    kind: type[StopWatch], monkeypatch: pytest.MonkeyPatch
) -> None:
    called = list[int]()

    @handler("work")
    def work(payload: int) -> None:
        called.append(payload)

    unused = cast("Any", None)
    watch = kind(unused, ManualClock(0), unused, QUEUED, deadline=60_000)
    monkeypatch.setattr(stop_watch, "_looks", None)
    monkeypatch.setattr(threading.Thread, "start", refuse)

    with pytest.raises(UnwatchedError):
        attempts.attempt(declarations(work)[0], QUEUED, 30, stop_watch=watch)
    assert not called


def test_events_are_written_in_time_again_once_threads_can_be_started(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = MemoryStore()

    def stored() -> list[Any]:
        notes = list_all(store.notes, "ada", 1, NoteKind.EVENT)
        return [event.data for note in notes for event in chunk_of(note).events]

    store.requests.write(QUEUED)
    running = store.requests.begin(QUEUED, "first", 0, 1)
    emit = Emitting(Journal(store.requests, lambda: store.notes, SystemClock(), running), lambda: False)
    emit("output", 1)
    with monkeypatch.context() as limited:
        limited.setattr(threading.Thread, "start", refuse)
        emit("output", 2)
    assert stored() == ["1"]

    emit("output", 3)

    assert wait_until(lambda: len(stored()) == 3, seconds=PATIENCE_S)
    emit.finish()
