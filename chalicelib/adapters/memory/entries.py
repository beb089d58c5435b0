"""Entries in memory, and the writes by which they enter the line."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from chalicelib.adapters.memory.entry_items import put, require_new
from chalicelib.adapters.memory.keys import MemoryKeys
from chalicelib.adapters.memory.requests import MemoryRequests
from chalicelib.adapters.memory.tables import MemoryTables, in_part, marked, require
from chalicelib.core.errors import LostRaceError
from chalicelib.core.queueing.entry import Entry
from chalicelib.core.queueing.idempotency import IdempotencyKey
from chalicelib.core.queueing.looks import first_look
from chalicelib.core.queueing.queue import Queue, State
from chalicelib.core.queueing.queue_store import ALL, Part
from chalicelib.core.queueing.request import Request
from chalicelib.core.queueing.retention import expiry
from chalicelib.core.time import Millis


class MemoryEntries:
    """The port `EntryStore`."""

    def __init__(self, tables: MemoryTables, keys: MemoryKeys, requests: MemoryRequests) -> None:
        self._tables = tables
        self._keys = keys
        self._requests = requests

    def write(self, entry: Entry, key: IdempotencyKey | None = None) -> None:
        require_new(self._tables, entry)
        if key:
            self._keys.put_entry(entry, key)
        put(self._tables, entry)

    def get(self, user_id: str, entry_id: str) -> Entry | None:
        return self._tables.entries.get(user_id, {}).get(entry_id)

    def list_after(self, user_id: str, after: str, limit: int) -> Sequence[Entry]:
        above = [entry for entry in self._in_order(user_id) if entry.id > after]
        return [replace(entry, payload="") for entry in above[:limit]]

    def due(self, user_id: str, now: Millis, limit: int) -> Sequence[Entry]:
        return [entry for entry in self._in_order(user_id) if entry.enter_at <= now][:limit]

    def earliest(
        self,
        until: Millis,
        part: Part = ALL,
        *,
        since: Millis = 0,
        is_over: Callable[[], bool] = lambda: False,
    ) -> Mapping[str, Millis]:
        found = dict[str, Millis]()
        for user_id, own in self._tables.entries.items():
            moments = [e.enter_at for e in own.values() if since <= e.enter_at <= until]
            if moments and in_part(user_id, part) and not is_over():
                found[user_id] = min(moments)
        return found

    def take_number(self, user_id: str, now: Millis, *, create: bool) -> Queue:
        queue = self._tables.queues.get(user_id)
        if queue is None and create:
            limit = self._tables.limit
            queue = Queue(user_id, room=limit, limit=limit, moved_at=now)
        if queue is None:
            raise LostRaceError
        self._require_taking(queue)
        return self._tables.put(
            replace(
                marked(queue, first_look(now)),
                state=State.OPEN if queue.state is State.CLOSED else queue.state,
                tail=queue.tail + 1,
                room=queue.room - 1,
                tail_at=now,
                awake=now if queue.awake is None else queue.awake,
            )
        )

    def enter(self, entry: Entry, request: Request) -> None:
        self._require_there(entry)
        self._keys.require_stands_for(entry)
        self._requests.write(request)
        self._remove(entry)
        self._keys.update_entry(entry, seq=request.seq)

    def delete(self, entry: Entry, now: Millis) -> None:
        self._require_there(entry)
        self._remove(entry)
        self._keys.update_entry(entry, expires_at=expiry(now))

    def _require_taking(self, queue: Queue) -> None:
        require(queue.room >= 1 and queue.is_admitted)

    def _require_there(self, entry: Entry) -> None:
        require(self.get(entry.user_id, entry.id) is not None)

    def _remove(self, entry: Entry) -> None:
        self._tables.entries.get(entry.user_id, {}).pop(entry.id, None)

    def _in_order(self, user_id: str) -> list[Entry]:
        own = self._tables.entries.get(user_id, {})
        return [own[id_] for id_ in sorted(own)]
