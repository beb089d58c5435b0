"""What a running handler leaves beside its request: results of steps, signals, events.

Each note is an item of its own. A request says in `noted` whether it may have notes, so that nobody looks for
notes of a request that has none. The drain deletes the notes of steps and signals once the request has its
outcome, before the head moves past it.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final, NamedTuple, Protocol

from chalicelib.core.queueing.request import Request
from chalicelib.core.queueing.retention import KEPT_MS
from chalicelib.core.queueing.texts import SPARE_MS
from chalicelib.core.time import Millis

# The drain deletes notes. What it leaves behind after a crash or a late write expires: far later than a
# request may be put off, which is 366 days.
NOTES_KEPT_MS: Final = 400 * 24 * 3600 * 1000
# Events are kept as long as the outcome, and so much longer that the sweeper need not keep those of a request
# that ends within some days; see keeping.py for the others.
EVENTS_KEPT_MS: Final = KEPT_MS + SPARE_MS  # of a request that does not say otherwise
DELETED_AT_ONCE: Final = 25  # notes in one call


class NoteKind(StrEnum):
    STEP = "step"
    SIGNAL = "signal"
    EVENT = "event"
    CALLBACK = "callback"  # one that was given up, see callbacks_given_up.py


class NoteKey(NamedTuple):
    """Which note of a user it is."""

    seq: int
    kind: NoteKind
    name: str  # unique for the request and the kind; notes are listed in the order of their names


class Note(NamedTuple):
    """One note. It is never changed, only kept longer."""

    key: NoteKey
    text: str  # JSON
    expires_at: Millis


class NoteStore(Protocol):
    """The notes of all requests. Every method raises UnavailableError if the store does not answer."""

    def add(self, user_id: str, note: Note) -> None:
        """Store a note. Condition: nothing is stored under its key. Raises LostRaceError."""
        ...

    def get(self, user_id: str, key: NoteKey) -> Note | None: ...

    def list(
        self, user_id: str, seq: int, kind: NoteKind, after: str = "", limit: int = 100
    ) -> Sequence[Note]:
        """The notes of one kind of a request whose names come after `after`, in the order of their names.

        The page may have fewer than `limit` notes although more follow. It is empty only at the end.
        """
        ...

    def last(self, user_id: str, seq: int, kind: NoteKind, at_most: str) -> Note | None:
        """The last of these notes whose name does not come after `at_most`."""
        ...

    def keep(self, user_id: str, key: NoteKey, until: Millis) -> None:
        """Let a note expire later. Condition: it is stored. Raises LostRaceError."""
        ...

    def delete(self, user_id: str, keys: Sequence[NoteKey]) -> None:
        """Delete notes, unconditionally. It may be repeated."""
        ...


def kept_until(moment: Millis, kind: NoteKind = NoteKind.STEP, retention_ms: Millis = KEPT_MS) -> Millis:
    """When a note expires that is written at that moment; in whole seconds, as stores have it.

    `retention_ms`: how long its request is kept after its outcome.
    """
    kept_ms = retention_ms + SPARE_MS if kind is NoteKind.EVENT else NOTES_KEPT_MS
    return -(-(moment + kept_ms) // 1000) * 1000


def list_all(notes: NoteStore, user_id: str, seq: int, kind: NoteKind) -> Sequence[Note]:
    """All notes of one kind of a request, in the order of their names."""
    found: list[Note] = []
    while page := notes.list(user_id, seq, kind, found[-1].key.name if found else ""):
        found.extend(page)
    return found


def clean_up(notes: NoteStore, request: Request) -> None:
    """Delete the steps and signals of a request that has ended. It may be repeated."""
    for kind in (NoteKind.STEP, NoteKind.SIGNAL):
        while page := notes.list(request.user_id, request.seq, kind, limit=DELETED_AT_ONCE):
            notes.delete(request.user_id, [note.key for note in page])
