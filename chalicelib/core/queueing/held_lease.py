"""Holding a wake-up for as long as its worker needs, with few calls."""

import logging

from chalicelib.core.errors import UnavailableError
from chalicelib.core.log_events import log_event
from chalicelib.core.queueing.ports import VisibilityLease
from chalicelib.core.time import Clock, Millis

SPARE_MS = 2_500  # the lease is held this much longer than asked, so that short requests share one call
SLOW_MS = 1_000  # SQS takes a fraction of it, unless it is about not to answer at all
REST_MS = 5_000  # after a slow call there is none for so long: each request of a queue would wait for it


class HeldLease:
    """A visibility lease together with the moment until which it is held.

    Two threads that hold it at once do no harm: at worst, it is held for a while longer or shorter.
    """

    def __init__(self, lease: VisibilityLease, clock: Clock) -> None:
        self._lease = lease
        self._clock = clock
        self._until: Millis = 0
        self._rests_until: Millis = 0

    def outlast(self, moment: Millis) -> None:
        """Hold the lease until `moment`, and not much longer: the end of this process is noticed only then.

        Correctness does not depend on it. A worker that is woken too early finds the attempt running and
        waits for its end. So it is only logged if the lease cannot be held. If SQS does not answer, the call
        takes seconds: who has a deadline to set reads the clock after it.
        """
        now = self._clock.now()
        if now < self._rests_until:
            return
        # An earlier request, which could take longer, may have held it for too long.
        too_long = self._until > moment + 2 * SPARE_MS and moment > now
        if max(self._until, now) >= moment and not too_long:
            return
        self._hold(moment + SPARE_MS, now)

    def shorten(self, moment: Millis) -> None:
        """Hold the lease until `moment` and not longer: this process may end just before it."""
        if self._until > moment:
            self._hold(moment, self._clock.now())

    def _hold(self, until: Millis, now: Millis) -> None:
        try:
            self._lease.hold((until - now) / 1000)
        except UnavailableError:
            log_event("wake-up not held", level=logging.WARNING)
        else:
            self._until = until
        if (ended := self._clock.now()) - now > SLOW_MS:
            self._rests_until = ended + REST_MS
