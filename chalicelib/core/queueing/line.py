"""How a queue stands at one moment: what is at the head of the line, and how long the rest waits for it."""

from dataclasses import dataclass
from enum import StrEnum

from chalicelib.core.queueing.queue import HOLE_GRACE_MS, STANDING, Queue
from chalicelib.core.queueing.request import Failure, Request, Status
from chalicelib.core.time import Millis


class Reason(StrEnum):
    """Why a line has not moved on."""

    RUNNING = "running"  # its head runs
    BACKOFF = "backoff"  # its head has failed and will be tried again
    NOT_BEFORE = "not_before"  # its head must not begin yet
    SLEEPING = "sleeping"  # the handler of its head sleeps
    RATE = "rate"  # its handler has a rate, and an attempt at one of its requests began just before
    SIGNAL = "signal"  # the handler of its head waits for a signal
    HALTED = "halted"  # its head has failed for good and somebody must say retry or skip
    HELD = "held"  # the deployed code cannot take its head; it goes on when code that can is deployed
    PAUSED = "paused"
    HOLE = "hole"  # its first number was given out and the request is not written yet
    RUNG = "rung"  # a worker is on its way, or about to go on
    IDLE = "idle"  # nobody is on the way: the sweeper will wake a worker


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the line waits for."""

    reason: Reason
    since: Millis  # of what runs, its start; otherwise since when the line stands here, as far as known
    seq: int  # the head's number
    until: Millis | None  # when that is over at the latest; None if nobody can tell
    behind: int  # so many numbers wait behind it
    error: Failure | None  # of the head's last attempt
    stop_requested_at: Millis | None = None  # when somebody asked to stop the head, which still runs


@dataclass(frozen=True, slots=True)
class Line:
    """A queue at one moment, as far as its user is told about it."""

    queue: Queue
    first: Request | None  # the first request behind the head, without its payload; None: none, or not read
    now: Millis
    limit_ms: Millis | None = None  # how long the first request may run, if its deadline does not say so

    @property
    def head(self) -> Request | None:
        """The request whose turn it is, if it is known."""
        is_next = self.first is not None and self.first.seq == self.queue.head + 1
        return self.first if is_next else None

    @property
    def running(self) -> int | None:
        """The number of the running request."""
        return self.first.seq if self.first and self.first.status is Status.RUNNING else None

    @property
    def oldest_age_seconds(self) -> float:
        return max(0, self.now - self.first.enqueued_at) / 1000 if self.first else 0.0

    @property
    def estimated_wait_seconds(self) -> float | None:
        """Until a request that is enqueued now is likely to begin; None if nobody can tell."""
        return self._seconds_behind(self.queue.depth)

    def position(self, request: Request) -> int | None:
        """Its place in the line, 1 being the head; None once it has an outcome."""
        return None if request.settled else max(1, request.seq - self.queue.head)

    def estimated_wait_seconds_of(self, request: Request) -> float | None:
        """Until this request is likely to begin; None once it has an outcome, or if nobody can tell."""
        place = self.position(request)
        wait = None if place is None else self._seconds_behind(place - 1)
        if wait is None or request.status is Status.RUNNING:
            return wait
        return max(wait, ((request.not_before or 0) - self.now) / 1000)

    def _seconds_behind(self, ahead: int) -> float | None:
        """The head's own time, and an average one for each of the others that are ahead."""
        if not self.queue.runnable:
            return None
        if not ahead:
            return 0.0
        if self.head is None:
            return None
        return (self._head_ms(self.head) + (ahead - 1) * self.queue.average_ms) / 1000

    def _head_ms(self, head: Request) -> float:
        """How long it is likely to hold the line."""
        average = self.queue.average_ms
        if head.status is Status.RUNNING:
            ran = self.now - (head.started_at or self.now)
            # What has run for longer than the average is taken to need as long again, within its deadline.
            return max(0, average - ran, min(ran, (self._over_at(head) or 0) - self.now))
        return 0 if head.settled else average + max(0, self.queue.due(head) - self.now)

    def _over_at(self, running: Request) -> Millis | None:
        """When it is over at the latest. The deadline of a long attempt is moved on while it runs."""
        if self.limit_ms is None or running.started_at is None:
            return running.deadline
        return running.started_at + self.limit_ms

    @property
    def waiting(self) -> Waiting | None:
        """None if nothing waits."""
        if not self.queue.depth:
            return None
        reason, until = self._reason()
        return Waiting(
            reason=reason,
            since=self._since(reason),
            seq=self.queue.head + 1,
            until=until,
            behind=self.queue.depth - 1,
            error=self._error(),
            stop_requested_at=self.head.stop_requested_at if reason is Reason.RUNNING and self.head else None,
        )

    def _error(self) -> Failure | None:
        if self.queue.why_held:
            return self.queue.why_held.failure
        return None if self.head is None or self.head.settled else self.head.error

    def _reason(self) -> tuple[Reason, Millis | None]:
        head = self.head
        if head and head.status is Status.RUNNING and not head.has_crashed(self.now):
            return Reason.RUNNING, self._over_at(head)
        if self.queue.state in STANDING:
            return Reason(self.queue.state.value), None
        if head is None:
            return Reason.HOLE, self.queue.tail_at + HOLE_GRACE_MS
        if head.status is Status.QUEUED and (head.not_before or 0) > self.now:
            return _why_put_off(head), head.not_before
        if (due := self.queue.due(head)) > self.now:
            return Reason.RATE, due
        return (Reason.IDLE if self.queue.awake is None else Reason.RUNG), None

    def _since(self, reason: Reason) -> Millis:
        head, queue = self.head, self.queue
        if reason is Reason.HELD and queue.why_held:
            return queue.why_held.since
        if head is None:
            return max(queue.moved_at, queue.tail_at if reason is Reason.HOLE else 0)
        if reason is Reason.RUNNING and head.started_at:
            return head.started_at
        return max(queue.moved_at, head.enqueued_at)


def _why_put_off(head: Request) -> Reason:
    if head.awaits is not None:
        return Reason.SIGNAL if head.awaits else Reason.SLEEPING
    return Reason.BACKOFF if head.error else Reason.NOT_BEFORE
