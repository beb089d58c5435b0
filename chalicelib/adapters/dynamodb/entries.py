"""Entries, and the writes by which they enter the line."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from chalicelib.adapters.dynamodb.entry_items import to_entry, transaction_put
from chalicelib.adapters.dynamodb.errors import translated
from chalicelib.adapters.dynamodb.keys import DynamoKeys
from chalicelib.adapters.dynamodb.models import Due, EntryItem
from chalicelib.adapters.dynamodb.opening import create_open
from chalicelib.adapters.dynamodb.paging import all_but_payload, first_page
from chalicelib.adapters.dynamodb.queue_items import QueueItems
from chalicelib.adapters.dynamodb.records import request_attributes
from chalicelib.adapters.dynamodb.request_keys import key_of_new, marks_of_new, note_numbers
from chalicelib.adapters.dynamodb.shards import read_shards_in_turn
from chalicelib.adapters.dynamodb.tables import Tables
from chalicelib.adapters.dynamodb.transaction import commit
from chalicelib.core.errors import LostRaceError
from chalicelib.core.queueing.entry import Entry, last_entry_id
from chalicelib.core.queueing.idempotency import IdempotencyKey
from chalicelib.core.queueing.looks import first_look
from chalicelib.core.queueing.queue import Queue, State
from chalicelib.core.queueing.queue_store import ALL, Part
from chalicelib.core.queueing.request import Request
from chalicelib.core.queueing.retention import expiry
from chalicelib.core.time import Millis


class DynamoEntries:
    """The port `EntryStore`."""

    def __init__(self, tables: Tables, keys: DynamoKeys, limit: int) -> None:
        """`limit`: how many requests without an outcome a new queue has room for."""
        self._tables = tables
        self._entries = tables.entries
        self._requests = tables.requests
        self._queues = QueueItems(tables)
        self._connection = tables.connection
        self._keys = keys
        self._limit = limit

    def write(self, entry: Entry, key: IdempotencyKey | None = None) -> None:
        """A transaction in any case: DynamoDB knows its repetition, though the entry may be gone by then."""
        put = {"Put": transaction_put(self._entries, entry, self._tables.shards)}
        noted = [{"Put": self._keys.transaction_put_entry(entry, key)}] if key else []
        commit(self._connection, [put, *noted])

    def get(self, user_id: str, entry_id: str) -> Entry | None:
        with translated():
            try:
                return to_entry(self._entries.get(user_id, entry_id, consistent_read=True))
            except self._entries.DoesNotExist:
                return None

    def list_after(self, user_id: str, after: str, limit: int) -> Sequence[Entry]:
        """One page of DynamoDB, 1 MB of items at most. Their payloads are paid for, but not sent."""
        m = self._entries
        above = m.entry_id > after if after else None
        with translated():
            page = first_page(m, user_id, above, limit, all_but_payload(m))
        return [to_entry(item) for item in page]

    def due(self, user_id: str, now: Millis, limit: int) -> Sequence[Entry]:
        m = self._entries
        with translated():
            found = m.query(user_id, m.entry_id <= last_entry_id(now), consistent_read=True, limit=limit)
            return [to_entry(item) for item in found]

    def earliest(
        self,
        until: Millis,
        part: Part = ALL,
        *,
        since: Millis = 0,
        is_over: Callable[[], bool] = lambda: False,
    ) -> Mapping[str, Millis]:
        """In pages of 1 MB, some 10,000 entries, and no item is made of each: a user may have very many."""
        found = dict[str, Millis]()
        by: Any = Due.enter_at

        def look(shard: str) -> Iterator[Any]:
            moments = by.between(since, until)
            wanted = ["user_id", "enter_at"]
            return self._entries.due.query(shard, moments, attributes_to_get=wanted).page_iter

        for page in read_shards_in_turn(self._tables.shards, part, look, is_over):
            for item in page["Items"]:  # of a user in two shards, if their number has grown in between
                user_id, moment = item["user_id"]["S"], int(item["enter_at"]["N"])
                found[user_id] = min(moment, found.get(user_id, moment))
        return found

    def take_number(self, user_id: str, now: Millis, *, create: bool) -> Queue:
        try:
            return self._take(user_id, now)
        except LostRaceError:
            try:
                return self._open(user_id, now, create=create)
            except LostRaceError:
                found = self._queues.get(user_id)
                if found is None or found.state is State.CLOSED or found.room < 1 or not found.is_admitted:
                    raise
                # Another process made or opened it in between, or this one did and its answer was lost.
                return self._take(user_id, now)

    def _take(self, user_id: str, now: Millis) -> Queue:
        is_open = self._queues.model.state != State.CLOSED
        return self._queues.update(user_id, self._taking(user_id, now), self._takes() & is_open)

    def _open(self, user_id: str, now: Millis, *, create: bool) -> Queue:
        m = self._queues.model
        actions = [*self._taking(user_id, now), m.state.set(State.OPEN)]
        try:
            return self._queues.update(user_id, actions, self._takes() & (m.state == State.CLOSED))
        except LostRaceError:
            if create:
                return self._create(user_id, now)
            raise

    def _taking(self, user_id: str, now: Millis) -> list[Any]:
        m = self._queues.model
        return [
            m.tail.add(1),
            m.room.add(-1),
            m.tail_at.set(now),
            m.awake.set(m.awake | now),
            *self._queues.marked(user_id, first_look(now)),
            *note_numbers(self._queues.tables),
        ]

    def _takes(self) -> Any:
        return (self._queues.model.room >= 1) & self._queues.is_admitted()

    def _create(self, user_id: str, now: Millis) -> Queue:
        """With the first number given out."""
        numbers = {"tail": 1, "room": self._limit - 1, "limit": self._limit}
        marks = marks_of_new(self._tables)
        return create_open(self._queues, user_id, now, awake=now, **numbers, **marks)

    def enter(self, entry: Entry, request: Request) -> None:
        m = self._requests
        item = m(**request_attributes(request), **key_of_new(self._tables, request))
        put = {"Put": item.get_save_kwargs_from_instance(condition=m.user_id.does_not_exist())}
        noted = [{"Update": self._keys.transaction_update(entry, request.seq)}] if entry.key else []
        commit(self._connection, [put, {"Delete": self._deletion(entry)}, *noted])

    def delete(self, entry: Entry, now: Millis) -> None:
        """A transaction in any case, as for `write`: its repetition does not find the entry gone."""
        ending = {"expires_at": expiry(now)}
        noted = [{"Update": self._keys.transaction_update(entry, **ending)}] if entry.key else []
        try:
            commit(self._connection, [{"Delete": self._deletion(entry)}, *noted])
        except LostRaceError:
            if entry.key is None or self.get(entry.user_id, entry.id) is None:
                raise
            commit(self._connection, [{"Delete": self._deletion(entry)}])  # its key is gone, or newer

    def _deletion(self, entry: Entry) -> dict[str, Any]:
        item: EntryItem = self._entries(entry.user_id, entry.id)
        there: Any = self._entries.user_id.exists()
        return item.get_delete_kwargs_from_instance(condition=there)
