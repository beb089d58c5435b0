"""Outcomes for readers that keep their own place: nothing is handed out, so nothing is lost on the way."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from chalicelib.core.errors import ConflictError, LostRaceError
from chalicelib.core.queueing.access import waiter
from chalicelib.core.queueing.opening import live_or_new
from chalicelib.core.queueing.pages import Extent, Page, read_page
from chalicelib.core.queueing.queue import Queue
from chalicelib.core.queueing.queue_store import QueueStore
from chalicelib.core.queueing.request_store import RequestStore
from chalicelib.core.queueing.waits import Waits
from chalicelib.core.time import Clock


@dataclass(frozen=True, slots=True)
class Outcomes:
    """A reader asks for what follows its place, deals with it, and asks again from the place it was told.

    Several readers may do so side by side. A reader without a memory of its own can keep its place in the
    queue's `read`. Both methods raise UnauthenticatedError.
    """

    queues: QueueStore
    requests: RequestStore
    clock: Clock
    waits: Waits
    new_token: Callable[[], str] = lambda: secrets.token_hex(4)

    def __call__(
        self, user_id: str, session_id: str, after: int | None, extent: Extent, wait: float = 0
    ) -> tuple[Page, Queue]:
        """The outcomes after that number, or after `read`: at least one, or none within `wait` seconds."""
        looks: list[tuple[Page, Queue]] = []

        def look() -> bool | None:
            queue = self._queue(user_id, session_id)
            place = max(queue.read if after is None else after, queue.floor)
            page = read_page(self.requests, user_id, place, queue.head, extent)
            looks.append((page, queue))
            return True if page.requests else None

        self.waits(waiter(user_id, session_id), wait, look)
        return looks[-1]

    def mark_read(self, user_id: str, session_id: str, seq: int) -> Queue:
        """Move `read` on to that number; never back. Harmless if it is there or beyond already.

        Raises ConflictError if not all up to that number have an outcome.
        """
        while (queue := self._queue(user_id, session_id)).read < seq:
            if seq > queue.head:
                raise ConflictError(
                    f"Request {seq} has no outcome yet. The last number with an outcome is {queue.head}.",
                    code="no_outcome_yet",
                )
            try:
                self.queues.move_read(queue, session_id, seq, self.new_token(), self.clock.now())
            except LostRaceError:
                continue  # somebody else has moved it, or this very write was repeated
        return queue

    def _queue(self, user_id: str, session_id: str) -> Queue:
        return live_or_new(self.queues.get(user_id), user_id, session_id, self.clock.now())
