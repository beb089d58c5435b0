"""What all that touches a queue item has in common."""

from collections.abc import Sequence
from typing import Any

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.adapters.dynamodb.errors import translated
from chalicelib.adapters.dynamodb.records import to_queue
from chalicelib.adapters.dynamodb.tables import Tables
from chalicelib.core.queueing.queue import Queue
from chalicelib.core.time import Millis

SHARDS = 8  # of the sparse indexes, so that no partition of theirs is hot


class QueueItems:
    def __init__(self, tables: Tables, limit: int) -> None:
        """`limit`: how many requests without an outcome a new queue has room for."""
        self._queues = tables.queues
        self._limit = limit

    def queue(self, user_id: str) -> Queue | None:
        with translated():
            try:
                return to_queue(self._queues.get(user_id, consistent_read=True))
            except self._queues.DoesNotExist:
                return None

    def several(self, user_ids: Sequence[str]) -> Sequence[Queue]:
        with translated():
            return [to_queue(item) for item in self._queues.batch_get(user_ids, consistent_read=True)]

    def _live(self, session_id: str, now: Millis) -> Condition:
        expiry: Any = self._queues.sessions[session_id]
        live: Condition = expiry > now
        return live

    def _update_queue(self, user_id: str, actions: list[Action], condition: Condition) -> Queue:
        item = self._queues(user_id)
        with translated():
            item.update(actions=actions, condition=condition)
        return to_queue(item)


def shard(user_id: str) -> str:
    return str(int(user_id[:2], 16) % SHARDS)
