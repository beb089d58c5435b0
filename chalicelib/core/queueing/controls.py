"""What a user, or an administrator for them, can do to a queue and to the requests that wait in it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

from chalicelib.core.errors import ConflictError, LostRaceError, NotFoundError
from chalicelib.core.log_events import log_event
from chalicelib.core.queueing.again import CHANGED, work_again
from chalicelib.core.queueing.enqueue import Accepted, Enqueue
from chalicelib.core.queueing.ports import WakeUps
from chalicelib.core.queueing.queue import PausedBy, Queue, State, require_live
from chalicelib.core.queueing.queue_store import QueueStore
from chalicelib.core.queueing.request import Failure, Outcome, Request, Status
from chalicelib.core.queueing.request_store import RequestStore
from chalicelib.core.queueing.standing import is_fixed, is_held_by, stands_at
from chalicelib.core.queueing.stopping import stop
from chalicelib.core.queueing.waking import send_wake_up
from chalicelib.core.time import Clock, Millis

if TYPE_CHECKING:
    from chalicelib.core.queueing.object_store import ObjectStore

HALTED = "The queue is halted by request {seq}. Retry or skip that request first."
PAUSED_BY_ADMINISTRATOR = "An administrator has paused this queue. Only an administrator can resume it."


@dataclass(frozen=True, slots=True)
class Controls:
    """Pauses, purges, cancels, retries and skips.

    Each call takes the caller's session, or None for an administrator. All raise UnauthenticatedError.

    Pause, resume and purge have the session as a condition of their own write. Cancel, skip and retry write
    the request, which knows no sessions: they look at the session first, and a sign-out in the milliseconds
    between may be answered before the write. An administrator's pause holds until an administrator ends it.
    """

    queues: QueueStore
    requests: RequestStore
    wake_ups: WakeUps
    clock: Clock
    enqueue: Enqueue
    new_wake_up_id: Callable[[], str] = lambda: uuid4().hex
    objects: "ObjectStore | None" = None  # has the payloads that were uploaded

    def pause(self, user_id: str, session_id: str | None) -> Queue:
        """What runs goes on to its end; the next starts after `resume`. Raises ConflictError if halted.

        A closed queue, which only an administrator or a service can pause, stays closed, and a held queue
        stays held. Both are paused when they open.
        """
        by = PausedBy.USER if session_id else PausedBy.ADMINISTRATOR
        return self._change_pause(user_id, session_id, by)

    def resume(self, user_id: str, session_id: str | None) -> Queue:
        """Raises ConflictError if halted, and with a code of its own if an administrator has paused it."""
        queue = self._change_pause(user_id, session_id, None)
        self._wake(queue)  # whoever opened it may have crashed before this
        return queue

    def purge(self, user_id: str, session_id: str | None, *, forget: bool = False) -> Queue:
        """Cancel all that waits. With `forget`, nothing up to here is shown or handed out any more either."""
        while True:
            queue = self._queue(user_id, session_id)
            try:
                purged = self.queues.purge(queue, forget, self.clock.now(), session_id)
            except LostRaceError:
                continue
            log_event("queue purged", user=user_id, seq=queue.tail)
            self._wake(purged)
            return purged

    def cancel(self, user_id: str, session_id: str | None, seq: int) -> Request:
        """A cancelled request is never started. Raises NotFoundError, ConflictError if it is too late."""
        while True:
            queue, request = self.find(user_id, session_id, seq)
            now = self.clock.now()
            if request.status is not Status.QUEUED and not is_held_by(queue, request, now):
                raise ConflictError(
                    f"Request {seq} cannot be cancelled: it is {request.status}.", code="cannot_cancel"
                )
            if cancelled := self.cancel_seen(queue, request, now):
                return cancelled

    def cancel_seen(self, queue: Queue, request: Request, now: Millis) -> Request | None:
        """Cancel the request as it was read; None if somebody has changed it since."""
        user_id, seq = request.user_id, request.seq
        try:
            cancelled = self.requests.cancel(request, now)
        except LostRaceError:
            own = self._own(request, Status.CANCELLED, now)
            if own is None:
                return None
            cancelled = own
        log_event("request cancelled", user=user_id, seq=seq, type=request.type)
        if cancelled.attempts or cancelled.unfit_since is not None:
            self._open_after(user_id, seq)
        if queue.due(request) > now or request.status is Status.RUNNING or not queue.runnable:
            self._wake(queue)  # a worker may be due to come much later, or not at all
        return cancelled

    def stop(self, user_id: str, session_id: str | None, seq: int) -> Request:
        """Stop a request: cancelled at once if it does not run. If it runs, its outcome will be `cancelled`.

        A second stop of a request that still runs changes nothing. Raises NotFoundError, and ConflictError if
        the request has ended.
        """
        return stop(self, user_id, session_id, seq)

    def skip(self, user_id: str, session_id: str | None, seq: int) -> Request:
        """Give up the head that halts or holds the queue: it has failed and the next one goes on.

        Raises ConflictError.
        """
        request, queue = self._standing_head(self._queue(user_id, session_id), seq)
        if queue.state is State.HALTED and request.is_resolved and not request.settled:
            raise ConflictError(CHANGED, code="changed_meanwhile")  # somebody has said retry
        if not request.settled:
            request = self._give_up(request, queue.why_held.failure if queue.why_held else request.error)
            log_event("request skipped", user=user_id, seq=seq, type=request.type)
        self._open_after(user_id, seq)
        return request

    def retry(self, user_id: str, session_id: str, seq: int) -> tuple[Request, Queue] | Accepted:
        """Run the head that halts or holds the queue again, or a request that failed earlier as a new one."""
        queue = self._queue(user_id, session_id)
        request = self._request(queue, seq)
        if request.status is Status.FAILED:
            return self.enqueue(user_id, session_id, [work_again(self.requests, self.objects, request)])
        return self._retry_in_place(*self._standing_head(queue, seq))

    def retry_head(self, user_id: str, session_id: str | None, seq: int) -> tuple[Request, Queue]:
        """Run the head that halts or holds the queue again in its place. Raises ConflictError."""
        return self._retry_in_place(*self._standing_head(self._queue(user_id, session_id), seq))

    def _retry_in_place(self, request: Request, queue: Queue) -> tuple[Request, Queue]:
        """A held queue stays held until a worker has looked whether its code can take the head now."""
        if queue.state is State.HELD:
            self._wake(queue)
            return request, queue
        if not request.settled:
            try:
                request = self.requests.forgive_attempts(request)
            except LostRaceError:
                raise ConflictError(CHANGED, code="changed_meanwhile") from None
            log_event("request allowed again", user=queue.user_id, seq=request.seq)
        return request, self._open_after(queue.user_id, request.seq) or queue

    def _change_pause(self, user_id: str, session_id: str | None, wanted: PausedBy | None) -> Queue:
        while True:
            queue = self._queue(user_id, session_id)
            if queue.state is State.HALTED:
                raise ConflictError(HALTED.format(seq=queue.head + 1), code="queue_halted")
            fixed = is_fixed(queue, session_id)
            if fixed and wanted is None:
                raise ConflictError(PAUSED_BY_ADMINISTRATOR, code="paused_by_administrator")
            if fixed or queue.paused_by is wanted:
                return queue
            try:
                queue = self.queues.change_pause(queue, wanted, self.clock.now(), session_id)
            except LostRaceError:
                continue
            log_event("queue paused" if wanted else "queue open", user=user_id, by=wanted)
            return queue

    def _open_after(self, user_id: str, seq: int) -> Queue | None:
        """Open the queue if it stands at this request. It is read again: it may have been halted just now."""
        queue = self.queues.get(user_id)
        if queue is None or not stands_at(queue, seq):
            return queue
        try:
            queue = self.queues.change_state(queue, State.OPEN, self.clock.now())
        except LostRaceError:  # somebody else has opened it, or this very write was repeated
            queue = self.queues.get(user_id) or queue
        self._wake(queue)
        return queue

    def _wake(self, queue: Queue) -> None:
        if queue.state is not State.CLOSED:
            send_wake_up(self.wake_ups, queue, self.new_wake_up_id())

    def _give_up(self, head: Request, error: Failure | None) -> Request:
        """It has failed, unless somebody has asked to stop it while it ran."""
        stopped = head.stop_requested_at is not None
        outcome = Outcome(Status.CANCELLED) if stopped else Outcome(Status.FAILED, error=error)
        now = self.clock.now()
        try:
            return self.requests.settle(head, outcome, now)
        except LostRaceError:
            if own := self._own(head, outcome.status, now):
                return own
            raise ConflictError(CHANGED, code="changed_meanwhile") from None

    def _own(self, seen: Request, status: Status, now: Millis) -> Request | None:
        """The request, if this call made the change: its answer was lost, the repeated write was refused."""
        found = self.requests.get(seen.user_id, seen.seq)
        return found if found and (found.status, found.finished_at) == (status, now) else None

    def _standing_head(self, queue: Queue, seq: int) -> tuple[Request, Queue]:
        """The request at which the queue stands, halted or held, and the queue. Raises ConflictError.

        The queue is read again, after the request: it may have been opened, and the request have run since.
        """
        request = self._request(queue, seq)
        queue = self.queues.get(queue.user_id) or queue
        runs = request.status is Status.RUNNING and not request.has_crashed(self.clock.now())
        if runs or not stands_at(queue, seq):
            raise ConflictError(
                f"Request {seq} does not halt or hold the queue: it is {request.status}.", code="not_halting"
            )
        return request, queue

    def find(self, user_id: str, session_id: str | None, seq: int) -> tuple[Queue, Request]:
        """The caller's queue and the request. Raises NotFoundError, UnauthenticatedError."""
        queue = self._queue(user_id, session_id)
        return queue, self._request(queue, seq)

    def _queue(self, user_id: str, session_id: str | None) -> Queue:
        queue = self.queues.get(user_id)
        if session_id is not None:
            return require_live(queue, session_id, self.clock.now())
        if queue is None:
            raise NotFoundError("This user has no queue.")
        return queue

    def _request(self, queue: Queue, seq: int) -> Request:
        request = self.requests.get(queue.user_id, seq) if seq > queue.floor else None
        if request is None or request.status is Status.VOID or not self._is_accepted(request, queue):
            raise NotFoundError(f"There is no request {seq}.")
        return request

    def _is_accepted(self, request: Request, queue: Queue) -> bool:
        """Whether the call that sent the request was answered.

        The first request of a batch is written last: before that, none of the batch was accepted. If it is
        not there and the head has passed its number, it was written and has expired since.
        """
        if request.leader is None:
            return True
        first = self.requests.get(request.user_id, request.leader)
        return first.status is not Status.VOID if first else request.leader <= queue.head
