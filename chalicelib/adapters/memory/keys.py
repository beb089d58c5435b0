"""Idempotency keys in memory."""

from dataclasses import replace

from chalicelib.adapters.memory.tables import MemoryTables, StoredKey
from chalicelib.core.errors import LostRaceError
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

    def expire(self, request: Request, expires_at: Millis) -> None:
        place = request.user_id, request.key or ""
        stored = self._tables.keys.get(place)
        if stored and stored.record.first <= request.seq:
            self._tables.keys[place] = replace(stored, expires_at=expires_at)
