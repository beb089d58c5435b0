"""How many tries there were, and when the next one may be made."""

from dataclasses import dataclass, replace
from typing import Self

from chalicelib.core.time import Millis

FREE_TRIES = 5
DAY_MS = 24 * 3_600_000
FORGOTTEN_MS = DAY_MS  # without a try for this long, and beyond the wait, all are forgotten
FIRST_WAIT_MS = 30_000
LONGEST_WAIT_MS = 3_600_000
LONGEST_TRY_MS = 30_000  # a call lasts no longer: a try of which nothing is heard by then has failed


@dataclass(frozen=True, slots=True)
class Tries:
    """How many tries a subject has made of late, and when."""

    count: int  # those that failed and those that are being made
    last_at: Millis
    failed: int = 0
    known_until: Millis = 0  # the last right one is remembered until then

    @property
    def open_at(self) -> Millis:
        """When the next try may be made."""
        return self.last_at + wait_after(self.count)

    @property
    def forgotten_at(self) -> Millis:
        return self.open_at + FORGOTTEN_MS

    @property
    def expires_at(self) -> Millis:
        """From then on nothing of it is of use."""
        return max(self.forgotten_at, self.known_until)

    def is_free(self, now: Millis) -> bool:
        """Whether another try needs neither a look at those before it nor a wait."""
        return self.count < 1 or (self.count < FREE_TRIES and self.last_at > now - FORGOTTEN_MS)

    def may_be_right(self, now: Millis) -> bool:
        """Whether enough of them are being made at this moment to make room if they are right."""
        return self.failed < min(self.count, FREE_TRIES) and self.last_at + LONGEST_TRY_MS > now

    def is_known(self, now: Millis) -> bool:
        return self.known_until > now

    def another(self, now: Millis) -> Self:
        if self.forgotten_at <= now:
            return replace(self, count=1, failed=0, last_at=now)
        return replace(self, count=self.count + 1, failed=self.count, last_at=now)


def wait_after(count: int) -> Millis:
    """How long after the `count`th try the next one may be made, in milliseconds.

    >>> [wait_after(count) for count in (4, 5, 6, 20)]
    [0, 30000, 60000, 3600000]
    """
    doublings = count - FREE_TRIES
    if doublings < 0:
        return 0
    return min(LONGEST_WAIT_MS, FIRST_WAIT_MS << min(doublings, 10))
