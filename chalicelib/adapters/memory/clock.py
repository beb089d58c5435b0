"""Time that passes only when somebody says so."""

from chalicelib.core.time import Millis

START: Millis = 1_800_000_000_000


class ManualClock:
    def __init__(self, now: Millis = START) -> None:
        self._now = now

    def now(self) -> Millis:
        return self._now

    def sleep(self, seconds: float) -> None:
        self.advance(round(seconds * 1000))

    def advance(self, ms: int) -> None:
        self._now += ms
