"""One queue item: reading it, updating it under a condition, and the shard of the indexes that it is in."""

from typing import Any
from zlib import crc32

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.adapters.dynamodb.errors import translated
from chalicelib.adapters.dynamodb.format import is_readable
from chalicelib.adapters.dynamodb.records import to_queue
from chalicelib.adapters.dynamodb.tables import Tables
from chalicelib.core.queueing.names import is_account_id
from chalicelib.core.queueing.queue import Queue
from chalicelib.core.time import Millis

SHARDS = 8  # of the sparse indexes, so that no partition of theirs is hot


class QueueItems:
    """What all stores that touch a queue item share; each of them has one of these."""

    def __init__(self, tables: Tables) -> None:
        self.model = tables.queues
        self._readable = is_readable(self.model.item_format)

    def get(self, user_id: str) -> Queue | None:
        with translated():
            try:
                return to_queue(self.model.get(user_id, consistent_read=True))
            except self.model.DoesNotExist:
                return None

    def update(self, user_id: str, actions: list[Action], condition: Condition) -> Queue:
        """The queue as it is afterwards. Raises LostRaceError, UnavailableError."""
        item = self.model(user_id)
        with translated():
            item.update(actions=actions, condition=condition & self._readable)
        return to_queue(item)

    def is_live(self, session_id: str, now: Millis) -> Condition:
        expiry: Any = self.model.sessions[session_id]
        live: Condition = expiry > now
        return live

    def is_drained(self, queue: Queue) -> Condition:
        """Whether head, tail and sessions are as in this drained queue, which is not to be removed."""
        m = self.model
        drained: Any = (m.head == queue.tail) & (m.tail == queue.tail)
        same: Condition = drained & (m.sessions == dict(queue.sessions)) & m.leaving.does_not_exist()
        return same


def shard(user_id: str) -> str:
    """Of an account, from its id, which is random; of a name, from its hash."""
    return str((int(user_id[:2], 16) if is_account_id(user_id) else crc32(user_id.encode())) % SHARDS)
