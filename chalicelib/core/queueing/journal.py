"""The notes of one attempt. It imports notes.py when the first of them is written or read: most have none."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from chalicelib.core.errors import LostRaceError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from chalicelib.core.queueing.notes import Note, NoteKind, NoteStore
    from chalicelib.core.queueing.request import Request
    from chalicelib.core.queueing.request_store import RequestStore
    from chalicelib.core.time import Clock, Millis


class Journal:
    """The notes of one attempt. It marks the request as `noted` before the first note, once."""

    def __init__(
        self, requests: RequestStore, notes: Callable[[], NoteStore], clock: Clock, running: Request
    ) -> None:
        """`notes` is called when the first note is written or read."""
        self._requests = requests
        self._notes = notes
        self._clock = clock
        self.running = running
        self.calls: Any = None  # what the handler calls, once it has called something
        self.noted = running.noted  # whether the request is marked
        self.events: Any = None  # what takes the events of the handler, once it has emitted one
        self.eventful = running.eventful  # likewise, as one that may have events

    @property
    def user_id(self) -> str:
        return self.running.user_id

    @property
    def seq(self) -> int:
        return self.running.seq

    @property
    def attempt(self) -> int:
        return self.running.attempts

    def now(self) -> Millis:
        return self._clock.now()

    def sleep(self, seconds: float) -> None:
        """Within the attempt."""
        self._clock.sleep(seconds)

    def add(self, kind: NoteKind, name: str, text: str) -> Note:
        """Store a note, unless there is one of that name: the one that is stored then.

        Raises LostRaceError if this attempt is not the current one any more, and UnavailableError.
        """
        from chalicelib.core.queueing.notes import Note, NoteKey, NoteKind, kept_until

        if kind is NoteKind.EVENT:
            self._mark_eventful()
        else:
            self.mark()
        key = NoteKey(self.seq, kind, name)
        note = Note(key, text, kept_until(self._clock.now(), kind, self.running.retention_ms))
        try:
            self._notes().add(self.user_id, note)
        except LostRaceError:  # another attempt was first, or this very write was repeated on its way
            return self._notes().get(self.user_id, key) or note
        return note

    def list(self, kind: NoteKind) -> Sequence[Note]:
        """All notes of this kind; without a call if the request has no notes."""
        from chalicelib.core.queueing.notes import list_all

        return list_all(self._notes(), self.user_id, self.seq, kind) if self.noted else ()

    def get(self, kind: NoteKind, name: str) -> Note | None:
        from chalicelib.core.queueing.notes import NoteKey

        return self._notes().get(self.user_id, NoteKey(self.seq, kind, name))

    def last(self, kind: NoteKind, at_most: str) -> Note | None:
        return self._notes().last(self.user_id, self.seq, kind, at_most)

    def conclude(self, running: Request) -> Request:
        """Before the attempt is ended: store the events that are left. The request, with what was marked.

        Raises LostRaceError if this attempt is not the current one any more, and UnavailableError.
        """
        if self.events is not None:
            self.events.finish()
        if not (self.noted or self.eventful):
            return running
        return replace(running, noted=self.noted, eventful=self.eventful)

    def mark(self) -> None:
        """Mark the request as noted. Raises LostRaceError if this attempt is not the current one any more."""
        if not self.noted:
            self._requests.mark_noted(self.running)
            self.noted = True

    def _mark_eventful(self) -> None:
        if not self.eventful:
            self._requests.mark_eventful(self.running)
            self.eventful = True


def no_notes() -> NoteStore:
    """In place of a store, where no handler leaves notes. Raises RuntimeError."""
    raise RuntimeError("There is no store for notes here.")


def was_marked_since(running: Request, found: Request) -> bool:
    """Whether this attempt still runs, and the request was marked as noted or eventful since it was seen."""
    same = (found.attempt_token, found.status) == (running.attempt_token, running.status)
    return same and (found.noted, found.eventful) != (running.noted, running.eventful)
