"""How the sweeper finds queues in memory."""

from collections.abc import Sequence
from dataclasses import replace

from chalicelib.adapters.memory import tables
from chalicelib.adapters.memory.tables import MemoryTables, in_part
from chalicelib.core.queueing.queue import Queue
from chalicelib.core.queueing.queue_store import ALL, Part
from chalicelib.core.time import Millis


class MemorySweepIndex:
    """The port `SweepIndex`."""

    def __init__(self, tables: MemoryTables) -> None:
        self._tables = tables

    def due(self, until: Millis | None, part: Part = ALL) -> Sequence[str]:
        return [
            queue.user_id
            for queue in self._tables.queues.values()
            if queue.look_at is not None
            and (until is None or queue.look_at <= until)
            and in_part(queue.user_id, part)
        ]

    def with_expired_sessions(self, now: Millis, part: Part = ALL) -> Sequence[str]:
        open_until = self._tables.open_until.items()
        return [user_id for user_id, until in open_until if until <= now and in_part(user_id, part)]

    def get_many(self, user_ids: Sequence[str]) -> Sequence[Queue]:
        queues = self._tables.queues
        return [queues[user_id] for user_id in user_ids if user_id in queues]

    def put_off(self, queue: Queue, until: Millis) -> None:
        found = self._tables.existing(queue.user_id)
        tables.require(_at_rest(found) == _at_rest(queue) and found.deleted_at is None)
        self._tables.put(replace(found, look_at=until))

    def clear_work_mark(self, queue: Queue) -> None:
        found = self._tables.existing(queue.user_id)
        tables.require(tables.is_drained(found, queue))
        self._tables.put(replace(found, look_at=None))
        self._tables.open_until[queue.user_id] = queue.connected_until


def _at_rest(queue: Queue) -> tuple[object, ...]:
    """What putting the look off has as its condition."""
    return queue.head, queue.look_at, queue.state, queue.awake, queue.callbacks.first
