"""The port through which the callback cursor of a queue is moved by others than the drain."""

from typing import Protocol

from chalicelib.core.queueing.callback_cursor import CallbackCursor
from chalicelib.core.queueing.notes import Note
from chalicelib.core.queueing.queue import Queue


class CallbackStore(Protocol):
    """Raises what `QueueStore` raises. The drain moves the cursor with `QueueStore.advance` and `go_idle`."""

    def move(self, queue: Queue, cursor: CallbackCursor, given_up: Note | None = None) -> Queue:
        """Move the callback cursor; `last` stays as it is stored. If something is owed, the queue is marked,
        so that the sweeper finds it. A note of what was given up is stored in the same transaction, whatever
        is stored in its place.

        Conditions: nobody has moved the cursor since `queue` was read, apart from the drain; if nothing is
        owed any more, nor has the drain: `last` is as `queue` has it; if something is owed and nothing was,
        the moment of the sweeper's look is as `queue` has it.
        """
        ...
