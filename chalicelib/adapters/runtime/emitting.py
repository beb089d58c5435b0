"""What `request.progress` and `request.emit` of a running handler do."""

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from chalicelib.adapters.runtime.durable import SupersededError
from chalicelib.adapters.runtime.results import json_text
from chalicelib.core.errors import LostRaceError
from chalicelib.core.log_events import log_event
from chalicelib.core.queueing.event_buffer import EventBuffer
from chalicelib.core.queueing.events import EventKind
from chalicelib.core.queueing.journal import Journal
from chalicelib.core.queueing.stopped import Stopped

EVENT_LIMIT: Final = 32 * 1024  # bytes


class EventsEndedError(RuntimeError):
    """A thread of the handler emits something when the attempt has ended."""

    def __init__(self) -> None:
        super().__init__("The attempt at this request has ended: it has no events any more.")


class Emitting:
    """Takes the events of one attempt, from any thread of its handler, and writes them from time to time.

    The first event is written by the call that emits it, and so is what fills a chunk. All others are written
    by a thread beside the handler, which does not wait for them. `timed=False` is for tests, which must be
    the same each time: then calls write what is due.
    """

    def __init__(self, journal: Journal, is_stopping: Callable[[], bool], *, timed: bool = True) -> None:
        self._journal = journal
        self._is_stopping = is_stopping
        self._is_timed = timed
        self._lock = threading.Lock()  # of the buffer and the timer; nothing is waited for while it is held
        self._writing = threading.Lock()  # held by who writes
        self._buffer = EventBuffer(journal, self._lock)
        self._timer: threading.Timer | None = None
        self._was_told = False  # the handler, of the stop
        self._is_superseded = False
        self._is_over = False

    def __call__(self, kind: str, data: Any) -> None:
        """Raises HandlerError for what is no event, or one too many; Stopped, once; and SupersededError."""
        text = json_text(data, "event", EVENT_LIMIT).replace("\n", " ")  # a msgspec.Raw may have lines
        if self._is_superseded:
            raise SupersededError
        if self._is_over:
            raise EventsEndedError
        self._raise_if_stopping()
        self._buffer.add(EventKind(kind), text)
        if not self._is_timed or self._is_to_be_written_now:
            self._write_if_due()
        self._set_timer()

    def finish(self) -> None:
        """Write what is left. From then on there are no events of this attempt.

        Raises LostRaceError and UnavailableError.
        """
        with self._lock:
            self._is_over = True
            if self._timer is not None:
                self._timer.cancel()
        with self._writing:
            self._buffer.flush()

    def _raise_if_stopping(self) -> None:
        """Only once: a handler that cleans up may tell of that."""
        if not self._was_told and self._is_stopping():
            self._was_told = True
            raise Stopped

    @property
    def _is_to_be_written_now(self) -> bool:
        """A handler does not wait for a store that does not answer."""
        return self._buffer.due == 0 or (self._buffer.is_full and not self._buffer.is_failing)

    def _write_if_due(self) -> None:
        with self._writing:
            try:
                if not self._is_over:
                    self._buffer.flush_if_due()
            except LostRaceError as error:
                self._is_superseded = True
                raise SupersededError from error

    def _set_timer(self) -> None:
        with self._lock:
            if not self._is_timed or self._is_over or self._timer is not None or self._buffer.is_empty:
                return
            left_ms = max(0, self._buffer.due - self._journal.now())
            timer = threading.Timer(left_ms / 1000, self._write_beside)
            timer.daemon = True
            with suppress(RuntimeError):  # the process has too many threads: the next event tries again
                timer.start()
                self._timer = timer

    def _write_beside(self) -> None:
        try:
            self._write_if_due()
        except SupersededError:
            return  # the next call of the handler is told
        except Exception as error:  # noqa: BLE001 - the next write may succeed
            log_event("events not stored", level=logging.WARNING, exception=error)
        with self._lock:
            self._timer = None
        self._set_timer()
