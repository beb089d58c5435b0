"""The events of a request, as who watches it sees them."""

import json
from dataclasses import dataclass
from typing import Any

from chalicelib.core.queueing import events
from chalicelib.core.queueing.notes import NoteKind, NoteStore, list_all


@dataclass(frozen=True, slots=True)
class Event:
    """What a handler has told by `request.progress` or `request.emit`."""

    n: int  # 1, 2, 3 … within the request
    attempt: int
    kind: str  # progress or output
    data: Any  # JSON, as dict, list, str, int, float, bool or None


def events_of(notes: NoteStore, user_id: str, seq: int) -> list[Event]:
    """All that are stored, in order."""
    chunks = map(events.chunk_of, list_all(notes, user_id, seq, NoteKind.EVENT))
    stored = [event for chunk in chunks for event in chunk.events]
    return [Event(event.n, event.attempt, event.kind.value, json.loads(event.data)) for event in stored]
