"""How many tries there were, and when the next one may be made."""

from dataclasses import dataclass
from typing import Self

from chalicelib.core.request import Millis

FREE_TRIES = 5
WINDOW_MS = 15 * 60_000  # without a try for this long, and beyond the wait, all are forgotten
FIRST_WAIT_MS = 30_000
LONGEST_WAIT_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Tries:
    count: int
    last_at: Millis

    @property
    def open_at(self) -> Millis:
        """When the next try may be made."""
        return self.last_at + wait_after(self.count)

    @property
    def forgotten_at(self) -> Millis:
        return self.open_at + WINDOW_MS

    def another(self, now: Millis) -> Self:
        return type(self)(1 if self.forgotten_at <= now else self.count + 1, now)


def wait_after(count: int) -> Millis:
    """How long after the `count`th try the next one may be made."""
    doublings = count - FREE_TRIES
    if doublings < 0:
        return 0
    return min(LONGEST_WAIT_MS, FIRST_WAIT_MS << min(doublings, 10))
