"""Serve one wake-up: carry out the requests of one user, one at a time, in the order of their numbers."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

from chalicelib.core.errors import NewerItemError
from chalicelib.core.log_events import log_event
from chalicelib.core.queueing.attempt import Attempt
from chalicelib.core.queueing.drain_pass import DrainPass
from chalicelib.core.queueing.lane import Lane
from chalicelib.core.queueing.ports import VisibilityLease, WakeUps
from chalicelib.core.queueing.queue_store import QueueStore
from chalicelib.core.queueing.request_store import RequestStore
from chalicelib.core.queueing.steps import Done, Ending, Wait
from chalicelib.core.time import Clock, Millis

if TYPE_CHECKING:
    from chalicelib.core.queueing.departure import Departure
    from chalicelib.core.queueing.held_lease import HeldLease
    from chalicelib.core.queueing.queue import Queue

NEWER_MS = 20_000  # how long a wake-up is put off for a worker of the release that can read the item


@dataclass(frozen=True, slots=True)
class Drain:
    """The work of the workers of one lane.

    Whatever happens to a worker, no request is lost and none runs beside another of the same user: each step
    is one conditional write, and the next worker goes on where the last one stopped.
    """

    queues: QueueStore
    requests: RequestStore
    wake_ups: WakeUps
    clock: Clock
    attempt: Attempt
    quantum_ms: int  # how long one user may keep a worker while others wait
    new_wake_up_id: Callable[[], str] = lambda: uuid4().hex
    lane: Lane = Lane.QUICK
    code: str = ""  # fingerprint of the deployed code; "" if the deployment has none
    callbacks: WakeUps | None = None  # wakes those who push outcomes; None: the deployment has no callbacks
    depart: "Departure | None" = None  # what the application does about users who are deleted

    def __call__(
        self, user_id: str, lease: VisibilityLease, until: Millis | None = None, receives: int = 1
    ) -> Ending:
        """Drain until nothing is left to do, the next request must wait, or the quantum is used up.

        `until` is when the process is ended: no attempt is begun that may last longer. `receives`: how often
        the wake-up was handed out. Raises UnavailableError; the wake-up must then come back.
        """
        try:
            queue = self.queues.get(user_id)
            return Done() if queue is None else DrainPass(self, queue, lease, until, receives).run()
        except NewerItemError:
            # During a deployment, or after a roll-back, this worker is older than what stored the item.
            log_event("item of a newer release", level=logging.WARNING, user=user_id)
            return Wait(self.clock.now() + NEWER_MS)

    def let_depart(self, queue: "Queue", lease: "HeldLease", until: Millis | None) -> Done:
        """Have the application delete what it has of a user who is to be removed."""
        if self.depart:
            self.depart(queue, lease, until)
        return Done()
