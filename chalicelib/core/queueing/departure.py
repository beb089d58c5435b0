"""What an application does when a user is deleted: it deletes what it has of them, before our data go.

The sweeper wakes a worker once a minute until the application's hook has returned. Workers have the
application with its permissions; the sweeper has neither.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from chalicelib.core.errors import LostRaceError
from chalicelib.core.log_events import log_event
from chalicelib.core.queueing.at_work import is_at_work
from chalicelib.core.queueing.attempt import GRACE_MS, Ran, Result, Taken
from chalicelib.core.queueing.handler import Handler
from chalicelib.core.queueing.held_lease import HeldLease
from chalicelib.core.queueing.hooks import DELETE_USER
from chalicelib.core.queueing.queue import Queue
from chalicelib.core.queueing.removal_store import UserRemoval
from chalicelib.core.queueing.request import Request, Status
from chalicelib.core.queueing.request_store import RequestStore
from chalicelib.core.time import Clock, Millis

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
        if queue.departed or is_at_work(self.requests, queue, now):
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
            # The mark begins anew: another worker may still run the hook, which has to have ended before the
            # name can be used again.
            self.removal.note_departed(queue, self.clock.now())
        except LostRaceError:  # another worker was faster, or this write was repeated
            log_event("queue moves by itself", user=queue.user_id)
