"""The requests behind the head, read ahead, and what becomes of numbers without a request."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from chalicelib.core.log_events import log_event
from chalicelib.core.polling import poll
from chalicelib.core.queueing.held_lease import HeldLease
from chalicelib.core.queueing.log_fields import log_fields
from chalicelib.core.queueing.queue import HOLE_GRACE_MS, Queue, State
from chalicelib.core.queueing.request import Outcome, Request, Status
from chalicelib.core.queueing.request_store import RequestStore
from chalicelib.core.queueing.retention import LEADING_VOID_MS, expiry
from chalicelib.core.queueing.slot_looks import SlotLooks
from chalicelib.core.queueing.stopping import settle_stopped
from chalicelib.core.time import Clock, Millis

CHUNK = 25


@dataclass(slots=True)
class Lookahead:
    """Reads a queue's requests in chunks of CHUNK.

    What was read ahead may be out of date: every write that follows from it is conditional.
    """

    requests: RequestStore
    clock: Clock
    lease: HeldLease
    slots: SlotLooks
    halts: Callable[[Request], bool]  # whether the request has failed for good and halts the queue
    _read: dict[int, Request] = field(default_factory=dict)
    _abandoned: dict[int, bool] = field(default_factory=dict)  # by the first number of a batch

    def resolve(self, queue: Queue, seq: int) -> Request:
        """The request under this number, once it is settled that it is one to run or to step over.

        A number whose request does not come in time becomes a void, and so does a request of an abandoned
        batch. A purged request is cancelled, and so is one that another has replaced in its slot, and one
        that was asked to stop and whose attempt crashed. A request that it is too late to begin expires.
        Raises LostRaceError.
        """
        request = self._read_chunk(queue, seq) or self._fill_hole(queue, seq)
        now = self.clock.now()
        if request.status is Status.QUEUED and self._is_abandoned(request):
            return self.requests.settle(request, Outcome(Status.VOID), now)
        if seq <= queue.purged and (request.status is Status.QUEUED or request.has_crashed(now)):
            return self._end(request, Outcome(Status.CANCELLED), "request cancelled", now, purged=True)
        if request.stop_requested_at is not None and request.has_crashed(now):
            return settle_stopped(self.requests, request, now)
        if request.slot is not None and queue.state is not State.HALTED and not self.halts(request):
            slot = self.slots.find(request)
            if slot and slot.supersedes(request, now):
                by = slot.replaced + 1
                superseded = Outcome(Status.CANCELLED, superseded_by=by)
                return self._end(request, superseded, "request superseded", now, by=by)
        if request.is_too_late(now):
            return self._end(request, Outcome(Status.EXPIRED), "request expired", now)
        return request

    def _end(self, request: Request, outcome: Outcome, event: str, now: Millis, **more: Any) -> Request:
        """Store the outcome of a request that is not run. Raises LostRaceError, and then logs nothing."""
        ended = self.requests.settle(request, outcome, now)
        log_event(event, **log_fields(request), **more)
        return ended

    def peek(self, seq: int) -> Request | None:
        """The request under this number as it was read ahead; None if it was not."""
        return self._read.get(seq)

    def discard(self) -> None:
        """Forget what was read ahead: it may have changed."""
        self._read = {}
        self._abandoned = {}
        self.slots.forget()

    def _read_chunk(self, queue: Queue, seq: int) -> Request | None:
        if seq not in self._read:
            self._read = {r.seq: r for r in self.requests.list_after(queue.user_id, seq - 1, CHUNK)}
        return self._read.get(seq)

    def _fill_hole(self, queue: Queue, seq: int) -> Request:
        """A number was given out and its request is not there: wait for the request, then store a void."""
        over = queue.tail_at + HOLE_GRACE_MS
        self.lease.outlast(over)
        for _ in poll(self.clock, (over - self.clock.now()) / 1000, first=0.005, longest=0.1, at_last=0.1):
            if request := self.requests.get(queue.user_id, seq):
                return request
        now = self.clock.now()
        expires_at = expiry(now, LEADING_VOID_MS)
        self.requests.void(queue.user_id, seq, now, expires_at=expires_at)
        log_event("hole closed", user=queue.user_id, seq=seq)
        return Request(queue.user_id, seq, "void", "null", Status.VOID, now, expires_at=expires_at)

    def _is_abandoned(self, request: Request) -> bool:
        """Whether the first number of its batch became a void: then none of the batch was accepted."""
        first = request.leader
        if first is None or request.attempts:
            return False
        if first not in self._abandoned:
            found = self.requests.get(request.user_id, first)
            self._abandoned[first] = found is not None and found.status is Status.VOID
        return self._abandoned[first]
