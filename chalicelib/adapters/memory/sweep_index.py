"""How the sweeper finds queues in memory."""

from collections.abc import Sequence

from chalicelib.adapters.memory import tables
from chalicelib.adapters.memory.tables import MemoryTables
from chalicelib.core.queueing.queue import Queue
from chalicelib.core.time import Millis


class MemorySweepIndex:
    """The port `SweepIndex`."""

    def __init__(self, tables: MemoryTables) -> None:
        self._tables = tables

    def with_work(self) -> Sequence[str]:
        return list(self._tables.with_work)

    def with_expired_sessions(self, now: Millis) -> Sequence[str]:
        return [user_id for user_id, until in self._tables.open_until.items() if until <= now]

    def get_many(self, user_ids: Sequence[str]) -> Sequence[Queue]:
        queues = self._tables.queues
        return [queues[user_id] for user_id in user_ids if user_id in queues]

    def clear_work_mark(self, queue: Queue) -> None:
        found = self._tables.existing(queue.user_id)
        tables.require(tables.is_drained(found, queue))
        self._tables.with_work.pop(queue.user_id, None)
        self._tables.open_until[queue.user_id] = queue.connected_until
