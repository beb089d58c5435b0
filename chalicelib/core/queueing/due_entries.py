"""The sweeper's part in entries: find what is due, and stay for what falls due soon."""

from dataclasses import dataclass
from itertools import batched

from chalicelib.core.queueing.entering import Entering
from chalicelib.core.queueing.queue_store import ALL, Part
from chalicelib.core.time import Millis

AT_ONCE = 100  # users between two looks at the time
AGAIN_MS = 5_000  # how often a sweep that stays looks for what was scheduled meanwhile


@dataclass(frozen=True, slots=True)
class DueEntries:
    """Has entries enter, the oldest first, several users' side by side."""

    entering: Entering
    part: Part = ALL  # of the users

    def enter(self, end: Millis) -> Millis | None:
        """Have enter what is due now. When the next entry falls due, if that is before `end`.

        Raises UnavailableError.
        """
        while True:
            clock = self.entering.clock
            now = clock.now()
            moments = self.entering.entries.earliest(end, self.part)
            due = sorted((at, user_id) for user_id, at in moments.items() if at <= now)
            entered = False
            for some in batched(due, AT_ONCE, strict=False):
                if clock.now() < end:
                    entered |= self.entering.users([user_id for _, user_id in some])
            if not entered or clock.now() >= end:
                return min((at for at in moments.values() if at > now), default=None)

    def stay(self, following: Millis | None, end: Millis) -> None:
        """Until `end`, as long as something falls due before that. Raises UnavailableError."""
        clock = self.entering.clock
        while following is not None and (now := clock.now()) < end:
            clock.sleep(min(max(1, following - now), AGAIN_MS, end - now) / 1000)
            following = self.enter(end)
