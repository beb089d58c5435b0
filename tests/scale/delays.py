"""How long requests waited, from the answer 202 to their start."""

import math
from collections.abc import Sequence

from chalicelib.core.queueing.request import Request
from chalicelib.core.time import Millis


class Delays:
    def __init__(self) -> None:
        self.measured: list[tuple[Millis, Millis, str]] = []  # accepted at, delay, user
        self._accepted: dict[tuple[str, int], Millis] = {}
        self._started: dict[tuple[str, int], Millis] = {}

    def accepted(self, request: Request, now: Millis) -> None:
        place = request.user_id, request.seq
        started = self._started.pop(place, None)
        if started is None:
            self._accepted[place] = now
        else:  # before the answer has arrived
            self.measured.append((now, 0, request.user_id))

    def started(self, request: Request, now: Millis) -> None:
        """Only the first attempt counts."""
        if request.attempts > 1:
            return
        place = request.user_id, request.seq
        accepted = self._accepted.pop(place, None)
        if accepted is None:
            self._started[place] = now
        else:
            self.measured.append((accepted, now - accepted, request.user_id))


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that so many percent do not exceed; 0 of none."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]
