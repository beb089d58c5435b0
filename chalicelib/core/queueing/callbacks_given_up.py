"""The list of callbacks that were given up: a note for each, kept as long as an outcome."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from chalicelib.core.queueing.notes import Note, NoteKey, NoteKind
from chalicelib.core.queueing.retention import expiry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chalicelib.core.queueing.callback_cursor import CallbackCursor
    from chalicelib.core.queueing.notes import NoteStore
    from chalicelib.core.queueing.request import Request
    from chalicelib.core.time import Millis

NO_REQUEST = 0  # in place of a number, so that the notes of one user are one list


class GivenUp(NamedTuple):
    """A callback that nobody tries any more, unless somebody asks for a replay."""

    seq: int
    url: str
    at: Millis
    tries: int
    status: int  # of the last answer; 0: there was none


def note_of(outcome: Request, failed: CallbackCursor, now: Millis) -> Note:
    """It is stored by the very write that moves the cursor past the outcome."""
    text = json.dumps([outcome.callback, now, failed.tries, failed.status])
    return Note(_key(outcome.seq), text, expiry(now))


def remove(notes: NoteStore, outcome: Request) -> None:
    """Before the cursor moves past an outcome that a replay has pushed. There need not be a note."""
    notes.delete(outcome.user_id, [_key(outcome.seq)])


def page(notes: NoteStore, user_id: str, after: int, limit: int) -> Sequence[GivenUp]:
    """Those with numbers above `after`, in order; empty only at the end."""
    found = notes.list(user_id, NO_REQUEST, NoteKind.CALLBACK, _name(after), limit)
    return [GivenUp(int(note.key.name), *json.loads(note.text)) for note in found]


def _key(seq: int) -> NoteKey:
    return NoteKey(NO_REQUEST, NoteKind.CALLBACK, _name(seq))


def _name(seq: int) -> str:
    return f"{seq:015d}"
