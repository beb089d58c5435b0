"""Notes of running handlers, as items beside the idempotency keys of their user."""

from collections.abc import Sequence
from typing import Any

from chalicelib.adapters.dynamodb.batches import delete_all
from chalicelib.adapters.dynamodb.conflicts import past_conflicts
from chalicelib.adapters.dynamodb.errors import translated
from chalicelib.adapters.dynamodb.format import require_readable
from chalicelib.adapters.dynamodb.note_models import NoteItem
from chalicelib.adapters.dynamodb.paging import first_page
from chalicelib.adapters.dynamodb.tables import Tables
from chalicelib.core.queueing.notes import Note, NoteKey, NoteKind
from chalicelib.core.time import Millis

LAST = "\U0010ffff"  # after every name


class DynamoNotes:
    """The port `NoteStore`."""

    def __init__(self, tables: Tables) -> None:
        self._notes = tables.notes
        self._connection = tables.connection

    def add(self, user_id: str, note: Note) -> None:
        item = note_item(self._notes, user_id, note)
        past_conflicts(lambda: item.save(condition=self._notes.user_id.does_not_exist()))

    def get(self, user_id: str, key: NoteKey) -> Note | None:
        with translated():
            try:
                item = self._notes.get(user_id, place(key), consistent_read=True)
            except self._notes.DoesNotExist:
                return None
        return _to_note(item, key)

    def list(
        self, user_id: str, seq: int, kind: NoteKind, after: str = "", limit: int = 100
    ) -> Sequence[Note]:
        """One page of DynamoDB, 1 MB of items at most."""
        first, last = place(NoteKey(seq, kind, after)), place(NoteKey(seq, kind, LAST))
        # Both ends of BETWEEN belong to it: one more is read, and the one called `after` is left out.
        between = self._notes.place.between(first, last)
        with translated():
            items = first_page(self._notes, user_id, between, limit + 1)
        notes = [_to_note(item, _key_of(item, seq, kind)) for item in items]
        return [note for note in notes if note.key.name > after][:limit]

    def last(self, user_id: str, seq: int, kind: NoteKind, at_most: str) -> Note | None:
        between = self._notes.place.between(place(NoteKey(seq, kind, "")), place(NoteKey(seq, kind, at_most)))
        with translated():
            items = list(first_page(self._notes, user_id, between, 1, backwards=True))
        return _to_note(items[0], _key_of(items[0], seq, kind)) if items else None

    def keep(self, user_id: str, key: NoteKey, until: Millis) -> None:
        actions: list[Any] = [self._notes.expires_at.set(until // 1000)]
        item, there = self._notes(user_id, place(key)), self._notes.user_id.exists()
        past_conflicts(lambda: item.update(actions=actions, condition=there))

    def delete(self, user_id: str, keys: Sequence[NoteKey]) -> None:
        delete_all(self._connection, self._notes, [(user_id, place(key)) for key in keys])


def note_item(model: type[NoteItem], user_id: str, note: Note) -> NoteItem:
    return model(user_id, place(note.key), text=note.text, expires_at=note.expires_at // 1000)


def place(key: NoteKey) -> str:
    """The sort key of a note: it begins with a space, which no idempotency key contains.

    >>> place(NoteKey(7, NoteKind.STEP, "charge"))
    ' 000000000000007 step charge'
    """
    return f" {key.seq:015d} {key.kind} {key.name}"


def _key_of(item: NoteItem, seq: int, kind: NoteKind) -> NoteKey:
    return NoteKey(seq, kind, item.place[len(place(NoteKey(seq, kind, ""))) :])


def _to_note(item: NoteItem, key: NoteKey) -> Note:
    require_readable(item.item_format)
    return Note(key, item.text, int(item.expires_at) * 1000)
