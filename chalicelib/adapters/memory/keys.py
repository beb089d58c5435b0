"""Idempotency keys in memory."""

from dataclasses import replace

from chalicelib.adapters.memory.tables import MemoryTables, StoredKey, require
from chalicelib.core.errors import LostRaceError
from chalicelib.core.queueing.entry import Entry
from chalicelib.core.queueing.idempotency import IdempotencyKey, KeyRecord
from chalicelib.core.queueing.request import Request
from chalicelib.core.time import Millis


class MemoryKeys:
    """The port `KeyStore`, and the writes of keys that belong to writes of requests."""

    def __init__(self, tables: MemoryTables) -> None:
        self._tables = tables

    def find(self, user_id: str, key: str, now: Millis) -> KeyRecord | None:
        stored = self._tables.keys.get((user_id, key))
        return stored.record if stored and stored.is_known(now) else None

    def put(self, first: Request, key: IdempotencyKey, last: int) -> None:
        """Raises LostRaceError."""
        if self.find(first.user_id, key.key, first.enqueued_at):
            raise LostRaceError
        record = KeyRecord(key.fingerprint, first.seq, last)
        self._tables.keys[first.user_id, key.key] = StoredKey(record)

    def put_entry(self, entry: Entry, key: IdempotencyKey) -> None:
        """Raises LostRaceError."""
        if self.find(entry.user_id, key.key, entry.created_at):
            raise LostRaceError
        record = KeyRecord(key.fingerprint, 0, 0, entry.id)
        self._tables.keys[entry.user_id, key.key] = StoredKey(record)

    def require_stands_for(self, entry: Entry) -> None:
        """Raises LostRaceError."""
        stored = self._tables.keys.get((entry.user_id, entry.key or ""))
        require(entry.key is None or (stored is not None and stored.record.entry == entry.id))

    def update_entry(self, entry: Entry, seq: int = 0, expires_at: Millis | None = None) -> None:
        """If a key stands for it: for the request from now on; or, if it was deleted, the key expires."""
        place = entry.user_id, entry.key or ""
        stored = self._tables.keys.get(place)
        if stored and stored.record.entry == entry.id:
            record = stored.record._replace(first=seq, last=seq)
            self._tables.keys[place] = StoredKey(record, expires_at)

    def expire(self, request: Request, expires_at: Millis) -> None:
        place = request.user_id, request.key or ""
        stored = self._tables.keys.get(place)
        if stored and stored.record.first <= request.seq <= stored.record.last:
            self._tables.keys[place] = replace(stored, expires_at=expires_at)
