"""Idempotency keys, by user."""

from typing import Any

from chalicelib.adapters.dynamodb.conflicts import past_conflicts
from chalicelib.adapters.dynamodb.errors import translated
from chalicelib.adapters.dynamodb.format import DURABLE, require_readable
from chalicelib.adapters.dynamodb.tables import Tables
from chalicelib.core.errors import LostRaceError
from chalicelib.core.log_events import log_event
from chalicelib.core.queueing.entry import Entry
from chalicelib.core.queueing.idempotency import IdempotencyKey, KeyRecord
from chalicelib.core.queueing.request import Request
from chalicelib.core.time import Millis


class DynamoKeys:
    """The port `KeyStore`, and the writes of keys that belong to writes of requests."""

    def __init__(self, tables: Tables) -> None:
        self._keys = tables.keys

    def find(self, user_id: str, key: str, now: Millis) -> KeyRecord | None:
        with translated():
            try:
                item = self._keys.get(user_id, key, consistent_read=True)
            except self._keys.DoesNotExist:
                return None
        require_readable(item.item_format)
        if item.expires_at is not None and item.expires_at <= now // 1000:
            return None  # DynamoDB removes it within days
        return KeyRecord(item.fingerprint, int(item.first), int(item.last), item.entry)

    def transaction_put(self, first: Request, key: IdempotencyKey, last: int) -> dict[str, Any]:
        """The write that stores the key, as part of a transaction."""
        m = self._keys
        item = m(first.user_id, key.key, fingerprint=key.fingerprint, first=first.seq, last=last)
        expired = m.expires_at <= first.enqueued_at // 1000
        return item.get_save_kwargs_from_instance(condition=m.user_id.does_not_exist() | expired)

    def transaction_put_entry(self, entry: Entry, key: IdempotencyKey) -> dict[str, Any]:
        """Likewise, for an entry. A release that knows no entries does not read it."""
        m = self._keys
        numbers: dict[str, Any] = {"first": 0, "last": 0, "entry": entry.id, "item_format": DURABLE}
        item = m(entry.user_id, key.key, fingerprint=key.fingerprint, **numbers)
        expired = m.expires_at <= entry.created_at // 1000
        return item.get_save_kwargs_from_instance(condition=m.user_id.does_not_exist() | expired)

    def transaction_update(self, entry: Entry, seq: int = 0, expires_at: Millis = 0) -> dict[str, Any]:
        """The key stands for the request from now on; or, if the entry was deleted, it expires."""
        m = self._keys
        numbers: list[Any] = [m.first.set(seq), m.last.set(seq), m.expires_at.remove()]
        ending: list[Any] = [m.expires_at.set(expires_at // 1000)]
        item = m(entry.user_id, entry.key)
        return item.get_update_kwargs_from_instance(
            actions=numbers if seq else ending, condition=m.entry == entry.id
        )

    def expire(self, request: Request, expires_at: Millis) -> None:
        """Idempotent: a drain that crashed after the outcome leaves this to the next one.

        By then the key may have expired and stand for something newer, such as an entry (both numbers are 0).
        """
        m = self._keys
        actions: list[Any] = [m.expires_at.set(expires_at // 1000)]
        its: Any = (m.first <= request.seq) & (m.last >= request.seq)
        try:
            past_conflicts(lambda: m(request.user_id, request.key).update(actions=actions, condition=its))
        except LostRaceError:
            log_event("idempotency key gone", user=request.user_id, seq=request.seq)
