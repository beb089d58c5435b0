"""The heartbeat of a long attempt, and what may be concluded when it is missing.

An attempt of some seconds has a deadline that its time limit gives: until then it is taken for alive. For an
attempt of minutes that would be far too late to notice a crash. So its deadline is only ALIVE_MS ahead, and
is moved on while it runs. Whoever finds that a deadline has passed may take the attempt for crashed. So a
process that cannot move it on must end before that moment.
"""

from dataclasses import dataclass

from chalicelib.core.queueing.held_lease import HeldLease
from chalicelib.core.queueing.request import Request
from chalicelib.core.queueing.request_store import RequestStore
from chalicelib.core.time import Clock, Millis

SKEW_MS = 500  # by which the clocks of two workers may differ
BEAT_MS = 1_250  # between two renewals; each costs one write unit, and tells whether somebody wants a stop
ALIVE_MS = 10_000  # how long an attempt is taken for alive after a renewal: several may fail


@dataclass(slots=True)
class StopWatch:
    """Learns that somebody has asked to stop a request. It is called from a thread beside the handler's."""

    requests: RequestStore
    clock: Clock
    lease: HeldLease
    running: Request
    deadline: Millis
    stopping: bool = False  # whether somebody has asked to stop the request, as far as this process knows

    def __call__(self) -> None:
        """Look once. Raises UnavailableError if the store does not answer."""
        self.stopping = self.stopping or self.requests.is_stop_requested(self.running)

    @property
    def seconds_left(self) -> float:
        """How long the attempt may go on if it is not renewed. Then nobody else takes it for crashed yet."""
        return (self.deadline - SKEW_MS - self.clock.now()) / 1000

    def at_most(self, within_ms: int, spare_ms: int) -> int:
        """`within_ms`, or less, so that `spare_ms` are left when the attempt may not go on any more."""
        return max(0, min(within_ms, int(self.seconds_left * 1000) - spare_ms))

    def expect_end(self, within_ms: int) -> None:
        """Let nobody wait longer than that: within that time this process ends the attempt, or itself.

        Raises LostRaceError if the attempt is not the current one any more, and UnavailableError.
        """
        deadline = self.clock.now() + within_ms + SKEW_MS
        if deadline < self.deadline:
            self.requests.renew(self.running, deadline, shortens=True)
            self.deadline = deadline

    def hold_lease(self) -> None:
        """Have the wake-up come back when the attempt may be taken for crashed, and not later.

        SQS may not answer for seconds, so nothing that keeps the attempt alive, or ends it, waits for this.
        """
        self.lease.shorten(self.deadline)


@dataclass(slots=True)
class Heartbeat(StopWatch):
    """Renews one long attempt, which also tells whether somebody has asked to stop it."""

    def __call__(self) -> None:
        """Renew the attempt once.

        Raises LostRaceError if the attempt is not the current one any more, and UnavailableError if the store
        does not answer. Then the former deadline is what this process can rely on.
        """
        deadline = max(self.deadline, self.clock.now() + ALIVE_MS)  # a clock may be set back
        stored = self.requests.renew(self.running, deadline)
        self.deadline = deadline
        self.stopping = stored.stop_requested_at is not None

    def hold_lease(self) -> None:
        """As long as the attempt goes on, the wake-up does not come back."""
        hold = self.lease.shorten if self.stopping else self.lease.outlast
        hold(self.deadline)
