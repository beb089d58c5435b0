"""How long one user may keep a worker, and which lane's worker goes on."""

from chalicelib.core.queueing.lane import QUICK_MS, Lane, lane_of
from chalicelib.core.queueing.registry import Registry
from chalicelib.core.queueing.request import Request, Status
from chalicelib.core.time import Clock

MOST_LOST = 20  # races in a row, after which a worker rests
BREATH_MS = 1_000  # for so long; so does one that was sent a request which is not for its lane


class Turn:
    """How long one wake-up may keep a worker of one lane, and when another worker has to go on."""

    def __init__(self, lane: Lane, handlers: Registry, clock: Clock, quantum_ms: int) -> None:
        self._lane = lane
        self._handlers = handlers
        self._clock = clock
        self.started = clock.now()
        self._until = self.started + quantum_ms
        self.took_ms: int | None = None
        """The attempt at the last request; None: that was only stepped over."""

    def lane_for(self, request: Request | None, average_ms: float) -> Lane:
        """`request`: the next one, if it is known."""
        return lane_of(average_ms, self._handlers.get(request.type) if request else None)

    def cannot_begin(self, request: Request, average_ms: float) -> bool:
        """Whether the request, whose time has come, is for a worker of another lane.

        A slow worker carries out what is quick, too, until its turn is over: two lanes for one user in turn
        would cost a wake-up for each request. The long lane has long requests, and no other lane has them.
        """
        if request.settled or request.due > self._clock.now():
            return False
        lane = self.lane_for(request, average_ms)
        return lane is not self._lane and not (lane is Lane.QUICK and self._lane is Lane.SLOW)

    def is_kept_alive(self, request: Request) -> bool:
        """Whether a worker of the long lane is at this request, as far as its heartbeat tells."""
        if request.status is not Status.RUNNING or request.has_crashed(self._clock.now()):
            return False
        handler = self._handlers.get(request.type)
        return handler is not None and handler.is_long

    @property
    def was_slow(self) -> bool:
        """Whether this is the quick lane and the last attempt took long: the next one may as well."""
        return self._lane is Lane.QUICK and (self.took_ms or 0) > QUICK_MS

    @property
    def is_over(self) -> bool:
        return self._clock.now() >= self._until or self.was_slow
