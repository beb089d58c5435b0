"""Three lanes of wake-ups, each with workers of its own.

Users whose requests take long keep the workers of the slow lane busy, and nobody else's. A request that may
take minutes has a worker of the long lane, which keeps its attempt alive by a heartbeat (see heartbeat.py).
"""

from enum import StrEnum

from chalicelib.core.queueing.handler import Handler

QUICK_TIMEOUT_S = 10.0  # requests of a handler that declares more may take long
QUICK_MS = 1_000  # a request that takes longer than this is slow by measure


class Lane(StrEnum):
    QUICK = "quick"
    SLOW = "slow"
    LONG = "long"


def lane_of(average_ms: float, handler: Handler | None = None) -> Lane:
    """The lane of a user whose requests take so long on average, and whose next one is for `handler`.

    `handler` is None if the next request is not known, or has no handler.

    >>> lane_of(20.0), lane_of(1_500.0)
    (<Lane.QUICK: 'quick'>, <Lane.SLOW: 'slow'>)
    """
    if handler is not None and handler.is_long:
        return Lane.LONG
    declared = handler is not None and handler.timeout > QUICK_TIMEOUT_S
    return Lane.SLOW if declared or average_ms > QUICK_MS else Lane.QUICK
