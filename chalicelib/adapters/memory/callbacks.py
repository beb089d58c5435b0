"""The callback cursor of queues in memory."""

from dataclasses import replace

from chalicelib.adapters.memory.tables import MemoryTables, require
from chalicelib.core.queueing.callback_cursor import CallbackCursor
from chalicelib.core.queueing.notes import Note
from chalicelib.core.queueing.queue import Queue


class MemoryCallbacks:
    """The port `CallbackStore`."""

    def __init__(self, tables: MemoryTables) -> None:
        self._tables = tables

    def move(self, queue: Queue, cursor: CallbackCursor, given_up: Note | None = None) -> Queue:
        found = self._tables.existing(queue.user_id)
        require(_called(found) == _called(queue))
        if cursor.first is None:
            require(found.callbacks.last == queue.callbacks.last)
        else:
            self._tables.with_work[queue.user_id] = None
        if given_up:
            self._tables.notes[queue.user_id, given_up.key] = given_up
        return self._tables.put(replace(found, callbacks=cursor._replace(last=found.callbacks.last)))


def _called(queue: Queue) -> CallbackCursor:
    """Without what the drain moves."""
    return queue.callbacks._replace(first=None, last=0)
