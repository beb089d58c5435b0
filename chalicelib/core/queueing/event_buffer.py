"""The events of one attempt that are not stored yet."""

import logging
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Final

from chalicelib.core.errors import UnavailableError
from chalicelib.core.log_events import log_event
from chalicelib.core.queueing.events import EventChain, EventKind, NewEvent
from chalicelib.core.queueing.journal import Journal
from chalicelib.core.queueing.policy import HandlerError, PermanentError

if TYPE_CHECKING:
    from chalicelib.core.time import Millis

FLUSH_MS: Final = 250  # between two writes, unless a chunk is full
CHUNK_BYTES: Final = 128 * 1024  # of one write
MOST_UNSTORED_BYTES: Final = 1024 * 1024
MOST_EVENTS: Final = 10_000  # of one attempt
MOST_BYTES: Final = 8 * 1024 * 1024  # likewise


class EventBuffer:
    """Collects events, so that they cost few writes.

    Events may be added by several threads, if it has a lock, also while others are written. Only one thread
    may write at a time. A progress that is not being written yet is replaced by the next one.
    """

    def __init__(self, journal: Journal, lock: AbstractContextManager[object] | None = None) -> None:
        self._journal = journal
        self._lock = lock or nullcontext()
        self._chain = EventChain(journal)
        self._waiting: list[NewEvent] = []
        self._chunk: list[NewEvent] = []  # that is being written; after an error it may be stored
        self._emitted = 0
        self._emitted_bytes = 0
        self._unstored_bytes = 0
        self.due: Millis = 0  # when the next write may be made; 0: at once, there was none
        self.is_failing = False  # the store has not answered the last write

    @property
    def is_empty(self) -> bool:
        return not (self._waiting or self._chunk)

    @property
    def is_full(self) -> bool:
        """Whether there is enough for one write, or more."""
        return self._unstored_bytes >= CHUNK_BYTES

    def add(self, kind: EventKind, data: str) -> None:
        """Take an event; nothing is written. `data` is JSON in one line.

        Raises HandlerError if too much waits because the store does not answer, and PermanentError if the
        attempt has emitted too much.
        """
        with self._lock:
            if self._unstored_bytes > MOST_UNSTORED_BYTES:
                raise HandlerError("The events of this request could not be stored.")
            self._drop_stale_progress(kind)
            size = _size(data)
            if self._emitted >= MOST_EVENTS or self._emitted_bytes + size > MOST_BYTES:
                most = f"{MOST_EVENTS:,} events, or more than {MOST_BYTES // 1024**2} MiB of them,"
                raise PermanentError(f"The handler has emitted more than {most} in one attempt.")
            self._waiting.append(NewEvent(self._journal.now(), kind, data))
            self._count(1, size)

    def _drop_stale_progress(self, kind: EventKind) -> None:
        if kind is EventKind.PROGRESS and self._waiting and self._waiting[-1].kind is EventKind.PROGRESS:
            self._count(-1, -_size(self._waiting.pop().data))

    def _count(self, events: int, size: int) -> None:
        self._emitted += events
        self._emitted_bytes += size
        self._unstored_bytes += size

    def flush_if_due(self) -> None:
        """Write what waits, at most every FLUSH_MS. If the store does not answer, it goes on waiting.

        Raises LostRaceError if this attempt is not the current one any more.
        """
        if self.is_empty or (self._journal.now() < self.due and not self.is_full):
            return
        try:
            self.flush()
        except UnavailableError as error:
            log_event("events not stored", level=logging.WARNING, error=str(error))

    def flush(self) -> None:
        """Write all that waits. Raises LostRaceError, and UnavailableError: then it may be repeated."""
        self.due = self._journal.now() + FLUSH_MS
        try:
            while chunk := self._next_chunk():
                self._chain.add(chunk)
                self._forget(chunk)
        except UnavailableError:
            self.is_failing = True
            raise
        self.is_failing = False

    def _next_chunk(self) -> list[NewEvent]:
        """What is to be written next: first of all what may be stored already."""
        with self._lock:
            if not self._chunk:
                self._chunk, self._waiting = _divided(self._waiting)
            return self._chunk

    def _forget(self, chunk: list[NewEvent]) -> None:
        with self._lock:
            self._unstored_bytes -= sum(_size(event.data) for event in chunk)
            self._chunk = []


def _divided(events: list[NewEvent]) -> tuple[list[NewEvent], list[NewEvent]]:
    """What fits into one chunk, and the rest."""
    size = 0
    for number, event in enumerate(events):
        size += _size(event.data)
        if size > CHUNK_BYTES and number:
            return events[:number], events[number:]
    return events, []


def _size(data: str) -> int:
    """The bytes of an event in its chunk, and some for the moment, the attempt and the kind."""
    return len(data.encode()) + 32
