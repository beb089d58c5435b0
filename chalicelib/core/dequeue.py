"""Hand the user the next outcome, in order, once."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from chalicelib.core.errors import SESSION_ENDED, LostRaceError, UnauthenticatedError
from chalicelib.core.polling import poll
from chalicelib.core.ports import Clock, Log
from chalicelib.core.queue import Queue
from chalicelib.core.request import Request, Status

PAGE = 10


@dataclass(frozen=True, slots=True)
class Dequeue:
    log: Log
    clock: Clock
    mark: Callable[[], str] = lambda: secrets.token_hex(4)

    def __call__(self, user_id: str, session_id: str, wait: float = 0) -> Request | None:
        """The next outcome, or None if there is none within `wait` seconds. Raises UnauthenticatedError."""
        for _ in poll(self.clock, wait):
            if found := self._take(user_id, session_id):
                return found
        return None

    def _take(self, user_id: str, session_id: str) -> Request | None:
        while request := self._next(queue := self._live_queue(user_id, session_id)):
            if self._move_read(queue, session_id, request.seq):
                return request
        return None

    def _move_read(self, queue: Queue, session_id: str, seq: int) -> bool:
        """False if another client of this user was first, or the session has ended."""
        mark = self.mark()
        try:
            self.log.move_read(queue, session_id, seq, mark, self.clock.now())
        except LostRaceError:
            # Or the first answer was lost and the write repeated: then it was this call that read it.
            found = self.log.queue(queue.user_id)
            return found is not None and found.read_by == mark
        return True

    def _live_queue(self, user_id: str, session_id: str) -> Queue:
        queue = self.log.queue(user_id)
        if queue is None or not queue.is_live(session_id, self.clock.now()):
            raise UnauthenticatedError(SESSION_ENDED)
        return queue

    def _next(self, queue: Queue) -> Request | None:
        """The first outcome after `read`; voids and requests whose time to live is over are stepped over."""
        after, limit = queue.handed_out, 1  # mostly it is the next one, and what is read is paid for
        while after < queue.head and (page := self.log.requests(queue.user_id, after, limit)):
            for request in page:
                if request.seq <= queue.head and request.status is not Status.VOID:
                    return request
            after, limit = page[-1].seq, PAGE
        return None
