"""Events: what a running handler tells those who watch it, numbered from 1.

Several events are stored as one note, a chunk, under the number of its first event. The next chunk has the
number after its last event, and each is stored on condition that nothing is under its number. So of two
attempts only one goes on at each place, and what is stored is one chain without gaps, the same for everybody.

Once the request has its outcome, the drain closes the chain: it stores an end under the next number. An
attempt that was given up and still runs finds it there. So what was read up to the end is all that ever was.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from chalicelib.core.errors import LostRaceError
from chalicelib.core.queueing.journal import Journal
from chalicelib.core.queueing.notes import Note, NoteKey, NoteKind, NoteStore, kept_until
from chalicelib.core.queueing.request import Request
from chalicelib.core.time import Millis

END: Final = "end"
LAST: Final = "9" * 9  # after every number of an event


class EventKind(StrEnum):
    PROGRESS = "progress"
    OUTPUT = "output"


class NewEvent(NamedTuple):
    """An event that has no number yet."""

    at: Millis
    kind: EventKind
    data: str  # JSON, in one line


class Event(NamedTuple):
    """An event as it is stored."""

    n: int
    at: Millis
    attempt: int
    kind: EventKind
    data: str  # JSON


class Chunk(NamedTuple):
    """Events that were stored together; none: the end of the chain."""

    first: int
    events: Sequence[Event]

    @property
    def is_end(self) -> bool:
        return not self.events

    @property
    def last(self) -> int:
        return self.first + len(self.events) - 1


class EventChain:
    """Adds the events of one attempt to the chain of its request."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._place: tuple[int, object] | None = None  # the next number, and the chunk that was stored last

    def add(self, events: Sequence[NewEvent]) -> None:
        """Store these events as one chunk.

        Raises LostRaceError if this attempt is not the current one any more. Raises UnavailableError; they
        may be stored then, so the next call must have the same object: it is stored once.
        """
        if self._place is None:
            self._place = self._first_number(), None
        number, stored = self._place
        if stored is events:
            return
        text = _text(events, self._journal.attempt)
        is_own = False
        while not is_own:
            found = chunk_of(self._journal.add(NoteKind.EVENT, chunk_name(number), text))
            is_own = self._is_own(found)
            number = found.last + 1
        self._place = number, events  # in one step: an alarm may strike before or after it

    def _first_number(self) -> int:
        """What is stored by earlier attempts is read once, and only if there may be something."""
        note = self._journal.last(NoteKind.EVENT, LAST) if self._journal.eventful else None
        if note is None:
            return 1
        last = chunk_of(note)
        self._is_own(last)
        return last.last + 1

    def _is_own(self, found: Chunk) -> bool:
        """Whether this attempt has stored the chunk; False: an earlier one has.

        Raises LostRaceError if a later attempt has, or the chain is closed.
        """
        if found.is_end or found.events[0].attempt > self._journal.attempt:
            raise LostRaceError
        return found.events[0].attempt == self._journal.attempt


def close(notes: NoteStore, ended: Request, now: Millis) -> None:
    """End the chain of a request that has its outcome. It may be repeated. Raises UnavailableError."""
    while True:
        note = notes.last(ended.user_id, ended.seq, NoteKind.EVENT, LAST)
        last = chunk_of(note) if note else None
        if last and last.is_end:
            return None
        key = NoteKey(ended.seq, NoteKind.EVENT, chunk_name(last.last + 1 if last else 1))
        try:
            return notes.add(
                ended.user_id, Note(key, END, kept_until(now, NoteKind.EVENT, ended.retention_ms))
            )
        except LostRaceError:
            continue  # an attempt that was given up was first, or this very write was repeated


def chunk_name(first: int) -> str:
    """The name of the note with the chunk that begins with this number."""
    return f"{first:09d}"


def after(n: int) -> str:
    """The names of all chunks that begin with a number above `n` come after this."""
    return f"{n:09d}."


def chunk_of(note: Note) -> Chunk:
    """The events of a note. A line has the moment, the attempt, the kind and the data of one event."""
    first = int(note.key.name)
    if note.text == END:
        return Chunk(first, ())
    return Chunk(first, [_event(first + i, line) for i, line in enumerate(note.text.split("\n"))])


def _event(n: int, line: str) -> Event:
    at, attempt, kind, data = line.split(" ", 3)
    return Event(n, int(at), int(attempt), EventKind(kind), data)


def _text(events: Sequence[NewEvent], attempt: int) -> str:
    return "\n".join(f"{event.at} {attempt} {event.kind} {event.data}" for event in events)
