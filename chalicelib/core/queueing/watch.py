"""What users can see of their queues."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chalicelib.core.errors import NotFoundError
from chalicelib.core.queueing.access import waiter
from chalicelib.core.queueing.line import Line
from chalicelib.core.queueing.opening import live_or_new
from chalicelib.core.queueing.pages import Extent, Page, read_page
from chalicelib.core.queueing.queue import Queue
from chalicelib.core.queueing.queue_store import QueueStore
from chalicelib.core.queueing.request import Request, Status
from chalicelib.core.queueing.request_store import RequestStore
from chalicelib.core.queueing.texts import with_payload, with_results
from chalicelib.core.queueing.waits import Waits
from chalicelib.core.time import Clock, Millis

if TYPE_CHECKING:
    from chalicelib.core.queueing.matching import Match

# How often a call that waits for one request reads it before the head has passed it: to notice a cancel.
LOOK_MS = 2_000


def _by_its_deadline(_type: str) -> None:
    """A running request is over at its deadline."""


@dataclass(frozen=True, slots=True)
class Watch:
    """Shows queues and requests, and changes nothing.

    Each call takes the caller's access, or None for an administrator. All raise UnauthenticatedError before
    anything else is read if it is a session that is not live, and ForbiddenError if it has no session and its
    user is disabled or being deleted. A user who has no queue: to an administrator all raise NotFoundError,
    and a service, or a user of an identity provider, gets an empty queue.
    """

    queues: QueueStore
    requests: RequestStore
    clock: Clock
    waits: Waits
    limit_ms: Callable[[str], Millis | None] = _by_its_deadline  # of a running request's type, see `Line`

    def queue(self, user_id: str, session_id: str | None) -> Line:
        return self.line(self.queue_of(user_id, session_id))

    def line(self, queue: Queue, first: Request | None = None) -> Line:
        """Of a queue just read or written; reads the first request that waits, unless it is given."""
        if first is None and queue.depth:
            first = next(iter(self.requests.list_without_payloads(queue.user_id, queue.head, 1)), None)
        limit_ms = self.limit_ms(first.type) if first and first.status is Status.RUNNING else None
        return Line(queue, first, self.clock.now(), limit_ms)

    def request(
        self, user_id: str, session_id: str | None, seq: int, wait: float = 0
    ) -> tuple[Request, Line]:
        """The request once it has an outcome, or as it is after `wait` seconds. Raises NotFoundError."""
        watched = _WatchedRequest(self, user_id, session_id, seq)
        if session_id is None:
            watched.look()
        else:
            self.waits(waiter(user_id, session_id), wait, watched.look)
        request = watched.latest()
        if request is None or request.status is Status.VOID:
            raise NotFoundError(f"There is no request {seq}.")
        request = with_payload(self.requests, request) or replace(request, payload="null")
        [request] = with_results(self.requests, [request])
        if request.settled:
            return request, Line(watched.queue, None, self.clock.now())
        return request, self.line(watched.queue, request if seq == watched.queue.head + 1 else None)

    def page(self, user_id: str, session_id: str | None, after: int, extent: Extent) -> tuple[Page, Line]:
        """A page of requests with numbers above `after`, in order."""
        queue = self.queue_of(user_id, session_id)
        page = read_page(self.requests, user_id, max(after, queue.floor), queue.tail, extent)
        return page, self._line_of(page, queue)

    def matching(
        self, user_id: str, session_id: str | None, after: int, extent: Extent, match: "Match"
    ) -> tuple[Page, Line]:
        """Likewise of those that fit. An empty page is the end only if its `after` is the tail."""
        from chalicelib.core.queueing.matching import match_page

        queue = self.queue_of(user_id, session_id)
        page = match_page(self.requests, queue, after, extent, match)
        return page, self._line_of(page, queue)

    def _line_of(self, page: Page, queue: Queue) -> Line:
        """With the head, if that is needed for what the page tells."""
        waiting = [request for request in page.requests if not request.settled]
        if not waiting:
            return Line(queue, None, self.clock.now())
        return self.line(queue, None if waiting[0].seq > queue.head + 1 else waiting[0])

    def queue_of(self, user_id: str, session_id: str | None) -> Queue:
        queue = self.queues.get(user_id)
        if session_id is not None:
            return live_or_new(queue, user_id, session_id, self.clock.now())
        if queue is None:
            raise NotFoundError("This user has no queue yet.")
        return queue


class _WatchedRequest:
    """A request whose outcome a call waits for.

    It looks at the queue item, which is small, and at the request only when that may have changed.
    """

    def __init__(self, watch: Watch, user_id: str, session_id: str | None, seq: int) -> None:
        self._watch = watch
        self._user = user_id, session_id
        self._seq = seq
        self._request: Request | None = None
        self._read_at: Millis = 0
        self.queue: Queue

    def look(self) -> bool | None:
        """True once there is nothing more to wait for."""
        self.queue = self._watch.queue_of(*self._user)
        if self._is_passed or self._age_ms >= LOOK_MS:
            self._read()
        return True if self._request is None or self._request.settled else None

    def latest(self) -> Request | None:
        """As it is now; None if there is none."""
        if self._request and not self._request.settled and self._age_ms >= LOOK_MS / 2:
            self._read()
        return self._request

    @property
    def _is_passed(self) -> bool:
        return self._seq <= max(self.queue.head, self.queue.floor)

    @property
    def _age_ms(self) -> int:
        return self._watch.clock.now() - self._read_at

    def _read(self) -> None:
        there = self.queue.floor < self._seq <= self.queue.tail
        self._request = self._watch.requests.get(self._user[0], self._seq) if there else None
        self._read_at = self._watch.clock.now()
