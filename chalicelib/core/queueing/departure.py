"""What an application does when a user is deleted: it deletes what it has of them, before our data go.

The sweeper wakes a worker once a minute until the application's hook has returned. Workers have the
application with its permissions; the sweeper has neither.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from chalicelib.core.errors import LostRaceError
from chalicelib.core.log_events import log_event
from chalicelib.core.queueing.attempt import GRACE_MS, Ran, Result, Taken
from chalicelib.core.queueing.handler import Handler
from chalicelib.core.queueing.held_lease import HeldLease
from chalicelib.core.queueing.hooks import DELETE_USER
from chalicelib.core.queueing.queue import Queue
from chalicelib.core.queueing.queue_store import UserRemoval
from chalicelib.core.queueing.request import Request, Status
from chalicelib.core.queueing.request_store import RequestStore
from chalicelib.core.time import Clock, Millis

# After a deletion, a call or a short attempt that was under way has ended after this.
SETTLED_MS = 90_000

type RunHook = Callable[[Handler, Request, Taken, float], Ran]


@dataclass(frozen=True, slots=True)
class Departure:
    """Runs the hook of the application for users who are being deleted."""

    removal: UserRemoval
    requests: RequestStore
    clock: Clock
    hook: Handler
    run: RunHook

    def __call__(self, queue: Queue, lease: HeldLease, until: Millis | None) -> None:
        """Run the hook, unless it has returned, or something of the user may still be running.

        If it fails, the next wake-up runs it again. It may be run twice at once. Raises UnavailableError.
        """
        now, ends = self.clock.now(), round(self.hook.timeout * 1000) + GRACE_MS
        if queue.departed or now - (queue.deleted_at or now) <= SETTLED_MS or self._is_running(queue, now):
            return
        lease.outlast(now + ends)
        if until is not None and self.clock.now() + ends > until:  # SQS may have answered late
            return
        request = Request(queue.user_id, 0, DELETE_USER, "", Status.RUNNING, now, attempts=1, started_at=now)
        ran = self.run(self.hook, request, Taken(queue.user_id), self.hook.timeout)
        if not isinstance(ran, Result):
            log_event("user not deleted by the application", level=logging.ERROR, user=queue.user_id, why=ran)
            return
        log_event("user deleted by the application", user=queue.user_id)
        try:
            self.removal.note_departed(queue)
        except LostRaceError:  # another worker was faster, or this write was repeated
            log_event("queue moves by itself", user=queue.user_id)

    def _is_running(self, queue: Queue, now: Millis) -> bool:
        """Whether an attempt of a long request may still write what the hook deletes."""
        head = next(iter(self.requests.list_without_payloads(queue.user_id, queue.head, 1)), None)
        return head is not None and head.status is Status.RUNNING and head.due > now
