"""How the sweeper finds queues: two sparse indexes, in shards, and reading many queue items at once."""

import logging
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from chalicelib.adapters.dynamodb.errors import translated
from chalicelib.adapters.dynamodb.models import Expiring, QueueItem
from chalicelib.adapters.dynamodb.queue_items import SHARDS, QueueItems
from chalicelib.adapters.dynamodb.records import to_queue
from chalicelib.adapters.dynamodb.tables import Tables
from chalicelib.core.log_events import log_event
from chalicelib.core.queueing.queue import Queue
from chalicelib.core.time import Millis


class DynamoSweepIndex:
    """The port `SweepIndex`."""

    def __init__(self, tables: Tables) -> None:
        self._items = QueueItems(tables)
        self._model = tables.queues

    def with_work(self) -> Sequence[str]:
        return _of_all_shards(self._model.working.query)

    def with_expired_sessions(self, now: Millis) -> Sequence[str]:
        over: Any = Expiring.sessions_until
        return _of_all_shards(lambda shard: self._model.expiring.query(shard, over <= now))

    def get_many(self, user_ids: Sequence[str]) -> Sequence[Queue]:
        with translated():
            return [to_queue(item) for item in self._model.batch_get(user_ids, consistent_read=True)]

    def clear_work_mark(self, queue: Queue) -> None:
        m = self._model
        actions: list[Any] = [m.work.remove(), m.sessions_until.set(queue.connected_until)]
        self._items.update(queue.user_id, actions, self._items.is_drained(queue))


def _of_all_shards(query: Callable[[str], Iterable[QueueItem]]) -> Sequence[str]:
    """What could be read: an error ends the reading of its shard, and is logged."""
    found = list[str]()
    for number in range(SHARDS):
        try:
            found.extend(item.user_id for item in query(str(number)))
        except Exception as error:  # noqa: BLE001 - the sweeper must not stop for it
            log_event("index not read to its end", level=logging.ERROR, shard=number, exception=error)
    return found
