"""Waits that grow with the number of failed tries, so that nobody can try passwords at leisure.

A try is counted before it is made, so that many made at once count as many. One that is refused is not made.
"""

import math
from contextlib import suppress
from dataclasses import dataclass

from chalicelib.core.errors import LostRaceError, TooManyError
from chalicelib.core.identity.ports import TryCounts
from chalicelib.core.identity.tries import DAY_MS, Tries
from chalicelib.core.time import Clock, Millis

LOOK_S = 0.1  # how often a call looks whether those before it were right
PATIENCE_MS = 10_000
SETTLINGS = 5  # each further one is needed only if another try was settled at the same moment


@dataclass(frozen=True, slots=True)
class Throttle:
    """Counts the tries of a subject, and makes it wait after several that failed."""

    counts: TryCounts
    clock: Clock

    def admit(self, subject: str) -> Tries:
        """Count one more try for the subject, which `failed` or `succeeded` has to settle.

        While as many as are free are being made, the call waits: they may be right.
        Raises TooManyError if the try comes too early.
        """
        patience = self.clock.now() + PATIENCE_MS
        while True:
            now = self.clock.now()
            with suppress(LostRaceError):
                return self.counts.admit(subject, now)
            seen = self.counts.get(subject)
            if seen is None or seen.is_free(now):
                continue
            if seen.may_be_right(now):
                self._wait(patience)
            elif seen.open_at > now:
                raise too_many(seen.open_at - now)
            else:
                with suppress(LostRaceError):  # somebody else's try was counted meanwhile
                    return self.counts.replace(subject, seen, seen.another(now))

    def failed(self, subject: str) -> None:
        with suppress(LostRaceError):  # the count has expired
            self.counts.fail(subject)

    def taken_back(self, subject: str) -> None:
        """The try was not made after all."""
        with suppress(LostRaceError):
            self.counts.take_back(subject)

    def succeeded(self, subject: str, tries: Tries, remembered_ms: Millis = DAY_MS) -> None:
        """The try was right: those before it are forgotten, those beside it are not."""
        seen: Tries | None = tries
        for _ in range(SETTLINGS):
            try:
                self.counts.succeed(subject, seen or tries, self.clock.now() + remembered_ms)
            except LostRaceError:
                seen = self.counts.get(subject)
            else:
                break

    def _wait(self, patience: Millis) -> None:
        if self.clock.now() >= patience:
            message = "Too many simultaneous calls with a password. Try again in 1 second."
            raise TooManyError(message, 1, code="too_many_at_once")
        self.clock.sleep(LOOK_S)


def too_many(wait_ms: Millis) -> TooManyError:
    seconds = math.ceil(wait_ms / 1000)
    return TooManyError(
        f"Too many wrong passwords. Try again in {seconds} seconds.", seconds, code="throttled"
    )
