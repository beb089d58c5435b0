"""What a user can see of their queue."""

from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.core.errors import NotFoundError
from chalicelib.core.polling import poll
from chalicelib.core.ports import Clock, Log
from chalicelib.core.queue import Queue
from chalicelib.core.request import Request, Status


@dataclass(frozen=True, slots=True)
class QueueView:
    queue: Queue
    first: Request | None  # the request at the head of the line
    oldest_age_seconds: float

    @property
    def running(self) -> int | None:
        """The number of the running request."""
        return self.first.seq if self.first and self.first.status is Status.RUNNING else None

    @property
    def estimated_wait_seconds(self) -> float | None:
        """How long a request enqueued now is likely to wait; None while nothing may begin."""
        return estimated_wait_seconds(self.queue.depth, self.queue)


@dataclass(frozen=True, slots=True)
class Watch:
    log: Log
    clock: Clock

    def queue(self, user_id: str) -> QueueView:
        """Raises NotFoundError for a user who never signed in."""
        queue = self._queue(user_id)
        page = self.log.requests(user_id, queue.head, 1) if queue.depth else ()
        first = page[0] if page else None
        age = (self.clock.now() - first.enqueued_at) / 1000 if first else 0.0
        return QueueView(queue, first, max(0.0, age))

    def request(self, user_id: str, seq: int, wait: float = 0) -> tuple[Request, Queue]:
        """The request once it has an outcome, or as it is after `wait` seconds. Raises NotFoundError."""
        found = None
        for _ in poll(self.clock, wait):
            found = self.log.request(user_id, seq)
            if found is None or found.settled:
                break
        queue = self._queue(user_id)
        if found is None or found.status is Status.VOID or seq <= queue.floor:
            raise NotFoundError(f"There is no request {seq}.")
        return found, queue

    def requests(self, user_id: str, after: int, limit: int) -> tuple[Sequence[Request], Queue]:
        """A page of requests with numbers above `after`, in order."""
        queue = self._queue(user_id)
        page = self.log.requests(user_id, max(after, queue.floor), limit)
        return [r for r in page if r.status is not Status.VOID], queue

    def _queue(self, user_id: str) -> Queue:
        if queue := self.log.queue(user_id):
            return queue
        raise NotFoundError("This user has no queue yet.")


def estimated_wait_seconds(ahead: int, queue: Queue) -> float | None:
    """Of a request with so many before it; None while nothing may begin."""
    return ahead * queue.average_ms / 1000 if queue.runnable else None


def position(request: Request, queue: Queue) -> int | None:
    """Its place in the line, 1 being the head; None once it has an outcome."""
    return None if request.settled else max(1, request.seq - queue.head)
