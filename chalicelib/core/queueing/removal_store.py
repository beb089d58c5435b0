"""The port through which the core deletes what removed users have left."""

from typing import Protocol

from chalicelib.core.queueing.queue import Queue
from chalicelib.core.time import Millis


class UserRemoval(Protocol):
    """Deletes what a removed user leaves behind. Every method raises UnavailableError."""

    def delete_requests(self, user_id: str) -> bool:
        """Delete some thousands of the user's requests, keys and entries. True if none are left."""
        ...

    def note_departed(self, queue: Queue, now: Millis) -> None:
        """Note that the application has deleted what it had of the user. The mark for removal moves to `now`.

        Condition: the queue was marked for removal when `queue` says. Raises LostRaceError if it was not.
        """
        ...

    def claim(self, queue: Queue, deleted_at: Millis) -> Queue:
        """Move the mark for removal on, so that no sweep which has read the queue earlier removes it.

        Condition: the queue was marked for removal when `queue` says. Raises LostRaceError if it was not.
        """
        ...

    def delete_queue(self, queue: Queue) -> None:
        """Delete the queue.

        Condition: the queue was marked for removal when `queue` says. Raises LostRaceError if it was not.
        """
        ...
