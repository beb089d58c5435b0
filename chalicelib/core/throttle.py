"""Waits that grow with the number of failed tries, so that nobody can try passwords at leisure.

A try is counted before it is made, so that many made at once count as many. One that is refused is not made.
"""

import math
from dataclasses import dataclass

from chalicelib.core.account_ports import TryCounts
from chalicelib.core.errors import LostRaceError, TooManyError
from chalicelib.core.events import tell
from chalicelib.core.ports import Clock
from chalicelib.core.request import Millis
from chalicelib.core.tries import Tries


@dataclass(frozen=True, slots=True)
class Throttle:
    counts: TryCounts
    clock: Clock

    def admit(self, subject: str) -> None:
        """Count one more try for the subject. Raises TooManyError if it comes too early."""
        try:
            self.counts.begin(subject, Tries(1, self.clock.now()))
        except LostRaceError:
            self._admit_another(subject)

    def forgive(self, subject: str) -> None:
        """The try was right: all before it are forgotten."""
        self.counts.forget(subject)

    def _admit_another(self, subject: str) -> None:
        while True:
            now, seen = self.clock.now(), self.counts.get(subject)
            if seen is not None and seen.open_at > now:
                raise _refusal(seen.open_at - now)
            try:
                if seen is None:
                    self.counts.begin(subject, Tries(1, now))
                else:
                    self.counts.replace(subject, seen, seen.another(now))
            except LostRaceError:
                continue  # somebody else's try was counted meanwhile
            return


def _refusal(wait_ms: Millis) -> TooManyError:
    seconds = math.ceil(wait_ms / 1000)
    tell("try refused", wait_seconds=seconds)
    return TooManyError(
        f"Too many wrong passwords. Try again in {seconds} seconds.", seconds, code="throttled"
    )
