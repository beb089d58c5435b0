"""The callback cursor of queues in memory."""

from dataclasses import replace

from chalicelib.adapters.memory.tables import MemoryTables, require
from chalicelib.core.queueing.callback_cursor import CallbackCursor
from chalicelib.core.queueing.looks import first_look, rests_beyond
from chalicelib.core.queueing.notes import Note
from chalicelib.core.queueing.queue import Queue
from chalicelib.core.time import Millis


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
            require(not _is_put_off_since(queue, found))
            found = replace(found, look_at=_look(found, queue, cursor))
        if given_up:
            self._tables.notes[queue.user_id, given_up.key] = given_up
        return self._tables.put(replace(found, callbacks=cursor._replace(last=found.callbacks.last)))


def _is_put_off_since(seen: Queue, found: Queue) -> bool:
    return not seen.callbacks.is_owed and found.look_at != seen.look_at


def _look(found: Queue, seen: Queue, cursor: CallbackCursor) -> Millis | None:
    stays = found.look_at is not None and not rests_beyond(seen, cursor)
    return found.look_at if stays else first_look(cursor.next_at)


def _called(queue: Queue) -> CallbackCursor:
    """Without what the drain moves."""
    return queue.callbacks._replace(first=None, last=0)
