"""Notes in memory."""

from collections.abc import Sequence

from chalicelib.adapters.memory.tables import MemoryTables, require
from chalicelib.core.queueing.notes import Note, NoteKey, NoteKind
from chalicelib.core.time import Millis


class MemoryNotes:
    """The port `NoteStore`."""

    def __init__(self, tables: MemoryTables) -> None:
        self._tables = tables

    def add(self, user_id: str, note: Note) -> None:
        require((user_id, note.key) not in self._tables.notes)
        self._tables.notes[user_id, note.key] = note

    def get(self, user_id: str, key: NoteKey) -> Note | None:
        return self._tables.notes.get((user_id, key))

    def list(
        self, user_id: str, seq: int, kind: NoteKind, after: str = "", limit: int = 100
    ) -> Sequence[Note]:
        found = (
            note
            for (owner, key), note in self._tables.notes.items()
            if (owner, key.seq, key.kind) == (user_id, seq, kind) and key.name > after
        )
        return sorted(found, key=lambda note: note.key.name)[:limit]

    def last(self, user_id: str, seq: int, kind: NoteKind, at_most: str) -> Note | None:
        names = [
            key.name
            for owner, key in self._tables.notes
            if (owner, key.seq, key.kind) == (user_id, seq, kind) and key.name <= at_most
        ]
        return self.get(user_id, NoteKey(seq, kind, max(names))) if names else None

    def keep(self, user_id: str, key: NoteKey, until: Millis) -> None:
        require((user_id, key) in self._tables.notes)
        self._tables.notes[user_id, key] = self._tables.notes[user_id, key]._replace(expires_at=until)

    def delete(self, user_id: str, keys: Sequence[NoteKey]) -> None:
        for key in keys:
            self._tables.notes.pop((user_id, key), None)
