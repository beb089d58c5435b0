"""Deleting what a removed user leaves behind in memory."""

from dataclasses import replace

from chalicelib.adapters.memory.tables import MemoryTables, require
from chalicelib.core.queueing.queue import Queue
from chalicelib.core.time import Millis


class MemoryUserRemoval:
    """The port `UserRemoval`."""

    def __init__(self, tables: MemoryTables) -> None:
        self._tables = tables

    def delete_requests(self, user_id: str) -> bool:
        self._tables.requests.pop(user_id, None)
        self._tables.entries.pop(user_id, None)
        self._tables.texts = {
            place: text for place, text in self._tables.texts.items() if place[0] != user_id
        }
        self._tables.keys = {place: key for place, key in self._tables.keys.items() if place[0] != user_id}
        self._tables.slots = {place: s for place, s in self._tables.slots.items() if place[0] != user_id}
        self._tables.notes = {
            place: note for place, note in self._tables.notes.items() if place[0] != user_id
        }
        return True

    def note_departed(self, queue: Queue, now: Millis) -> None:
        self._tables.put(replace(self._marked(queue), departed=True, deleted_at=now))

    def claim(self, queue: Queue, deleted_at: Millis) -> Queue:
        return self._tables.put(replace(self._marked(queue), deleted_at=deleted_at))

    def _marked(self, queue: Queue) -> Queue:
        """The queue, which was marked for removal when `queue` says. Raises LostRaceError."""
        found = self._tables.existing(queue.user_id)
        require(found.deleted_at is not None and found.deleted_at == queue.deleted_at)
        return found

    def delete_queue(self, queue: Queue) -> None:
        self._marked(queue)
        del self._tables.queues[queue.user_id]
        self._tables.open_until.pop(queue.user_id, None)
