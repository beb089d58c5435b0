"""What a request asks for, as the sample shows it: the mean over the requests of the last while."""

from collections import Counter, deque
from collections.abc import Mapping

from tests.scale.meter import Meter

FEWEST = 250  # requests from which a mean is taken; what is missing counts as usual requests
SNAPSHOTS = 30  # in one window


class Window:
    def __init__(self, meter: Meter, seconds: float, usual: Mapping[str, float]) -> None:
        """`usual`: what a request asks for as long as too few were seen."""
        self._meter = meter
        self._every = max(1.0, seconds / SNAPSHOTS)
        self._usual = usual
        self._next = 0.0
        self._snapshots: deque[Counter[str]] = deque(maxlen=SNAPSHOTS)
        self.per_request: Mapping[str, float] = usual

    def look(self, second: float) -> bool:
        """Once a second; whether something new was learnt."""
        if second < self._next:
            return False
        self._next = second + self._every
        if self._snapshots:
            counted = self._meter.since(self._snapshots[0])
            missing = max(0, FEWEST - counted["requests"])
            requests = counted["requests"] + missing
            self.per_request = {
                name: (counted[name] + missing * self._usual.get(name, 0.0)) / requests
                for name in counted.keys() | self._usual.keys()
            }
        self._snapshots.append(self._meter.counts.copy())
        return True
