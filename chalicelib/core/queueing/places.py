"""The places of the log in the order of their numbers, and what is to be done about empty ones."""

from dataclasses import dataclass, field

from chalicelib.core.log_events import log_event
from chalicelib.core.polling import poll
from chalicelib.core.queueing.attempt import Hold
from chalicelib.core.queueing.queue import HOLE_GRACE_MS, Queue
from chalicelib.core.queueing.request import Outcome, Request, Status
from chalicelib.core.queueing.request_store import RequestStore
from chalicelib.core.time import Clock

CHUNK = 25


@dataclass(slots=True)
class Places:
    """What it has read ahead may be out of date: every write that follows from it is conditional."""

    requests: RequestStore
    clock: Clock
    hold: Hold
    _held: dict[int, Request] = field(default_factory=dict)
    _abandoned: dict[int, bool] = field(default_factory=dict)  # by the first number of a batch

    def get(self, queue: Queue, seq: int) -> Request:
        """What is at this place; a hole is closed first. Raises LostRaceError."""
        request = self._read(queue, seq) or self._close(queue, seq)
        now = self.clock.now()
        if request.status is Status.QUEUED and self._is_abandoned(request):
            return self.requests.settle(request, Outcome(Status.VOID), now)
        if seq <= queue.purged and (request.status is Status.QUEUED or request.crashed(now)):
            return self.requests.settle(request, Outcome(Status.CANCELLED), now)
        return request

    def read_ahead(self, seq: int) -> Request | None:
        """What was at this place when it was read, if it was."""
        return self._held.get(seq)

    def forget(self) -> None:
        self._held = {}

    def _read(self, queue: Queue, seq: int) -> Request | None:
        if seq not in self._held:
            self._held = {r.seq: r for r in self.requests.list_after(queue.user_id, seq - 1, CHUNK)}
        return self._held.get(seq)

    def _close(self, queue: Queue, seq: int) -> Request:
        """A number was taken and its request is not there: wait for it a moment, then close the hole."""
        over = queue.tail_at + HOLE_GRACE_MS
        self.hold.outlast(over)
        for _ in poll(self.clock, (over - self.clock.now()) / 1000, first=0.005, longest=0.1, at_last=0.1):
            if request := self.requests.get(queue.user_id, seq):
                return request
        now = self.clock.now()
        self.requests.void(queue.user_id, seq, now)
        log_event("hole closed", user=queue.user_id, seq=seq)
        return Request(queue.user_id, seq, "void", "null", Status.VOID, enqueued_at=now)

    def _is_abandoned(self, request: Request) -> bool:
        """Whether its batch's first place was closed as a hole: then none of the batch was accepted."""
        first = request.batch
        if first is None or request.attempts:
            return False
        if first not in self._abandoned:
            found = self.requests.get(request.user_id, first)
            self._abandoned[first] = found is not None and found.status is Status.VOID
        return self._abandoned[first]
