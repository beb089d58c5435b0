"""How the sweeper finds queues: sparse indexes, in shards, and reading many queue items at once."""

from collections.abc import Iterable, Sequence
from typing import Any

from chalicelib.adapters.dynamodb.batches import get_all
from chalicelib.adapters.dynamodb.models import Expiring, Looks, QueueItem
from chalicelib.adapters.dynamodb.queue_items import QueueItems, has
from chalicelib.adapters.dynamodb.records import stored_state, to_queue
from chalicelib.adapters.dynamodb.shards import read_shards
from chalicelib.adapters.dynamodb.tables import Tables
from chalicelib.core.queueing.queue import Queue
from chalicelib.core.queueing.queue_store import ALL, Incomplete, Part
from chalicelib.core.time import Millis


class DynamoSweepIndex:
    """The port `SweepIndex`."""

    def __init__(self, tables: Tables) -> None:
        self._items = QueueItems(tables)
        self._model = tables.queues
        self._shards = tables.shards

    def due(self, until: Millis | None, part: Part = ALL) -> Sequence[str]:
        m, moment = self._model, Looks.look_at

        def look(shard: str) -> Iterable[QueueItem]:
            return m.looks.query(shard, None if until is None else moment <= until)

        unread = set[int]()
        found = [item.user_id for item in read_shards(self._shards, part, look, unread)]
        found += [item.user_id for item in read_shards(self._shards, part, m.working.query, unread)]
        user_ids = dict.fromkeys(found)
        return Incomplete(user_ids, unread=len(unread)) if unread else list(user_ids)

    def with_expired_sessions(self, now: Millis, part: Part = ALL) -> Sequence[str]:
        over: Any = Expiring.sessions_until

        def look(shard: str) -> Iterable[QueueItem]:
            return self._model.expiring.query(shard, over <= now)

        return [item.user_id for item in read_shards(self._shards, part, look)]

    def get_many(self, user_ids: Sequence[str]) -> Sequence[Queue]:
        keys = [(user_id,) for user_id in user_ids]
        return [to_queue(item) for item in get_all(self._items.tables.connection, self._model, keys)]

    def put_off(self, queue: Queue, until: Millis) -> None:
        m = self._model
        same: Any = (m.head == queue.head) & has(m.look_at, queue.look_at)
        same &= (m.state == stored_state(queue.state)) & has(m.awake, queue.awake)
        same &= has(m.owing, queue.callbacks.first) & m.leaving.does_not_exist()
        self._items.update(queue.user_id, self._items.remarked(queue.user_id, until), same)

    def clear_work_mark(self, queue: Queue) -> None:
        m = self._model
        actions = [*self._items.unmarked(), m.sessions_until.set(queue.connected_until)]
        self._items.update(queue.user_id, actions, self._items.is_drained(queue))
