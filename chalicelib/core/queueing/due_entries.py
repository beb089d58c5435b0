"""The sweeper's part in entries: find what is due, and stay for what falls due soon."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import batched

from chalicelib.core.queueing.entering import PAGE, Entering
from chalicelib.core.queueing.queue_store import ALL, Part
from chalicelib.core.time import Millis

AT_ONCE = 100  # users between two looks at the time
AGAIN_MS = 5_000  # how often a sweep that stays looks for what was scheduled meanwhile
LATE_MS = 10_000  # what falls due is in the index for so long, at most, before a sweep that stays looks again
# What has been due for so long was not entered by the last sweep: its user may have no room.
OVERDUE_MS = 120_000


@dataclass(slots=True)
class DueEntries:
    """Has entries enter in one sweep, those of several users side by side.

    The users' turns are in random order, each for a page of entries. A user who has more gets another turn
    when all have had theirs, and one at whose turn the store did not answer after AGAIN_MS; one whose entries
    cannot enter gets none before the next sweep. So nobody waits for a user with many entries, or without
    room for them.
    """

    entering: Entering
    part: Part = ALL  # of the users
    shuffle: Callable[[list[str]], None] = random.shuffle
    _moments: dict[str, Millis] = field(default_factory=dict)  # of users who get a turn: the first of each
    _refused: set[str] = field(default_factory=set)  # users who get no other turn
    _read_at: Millis | None = None  # the index, the last time

    def enter(self, end: Millis, until: Millis | None = None) -> Millis | None:
        """Have enter what is due now, and begin nothing more at `until`, which is `end` unless it is given.

        When to go on: at once if time was too short, or when the next entry falls due, if that is before
        `end`; otherwise None. Raises UnavailableError.
        """
        until = end if until is None else until
        clock = self.entering.clock
        self._read_index(end, until)
        while due := [user_id for user_id, at in self._moments.items() if at <= clock.now()]:
            if clock.now() >= until:
                return clock.now()
            have_entered = self._enter(due, until)
            is_idle = not any(user_id in self._moments for user_id in due)
            if clock.now() - (self._read_at or 0) >= AGAIN_MS or (have_entered and is_idle):
                self._read_index(end, until)
        return min(self._moments.values(), default=None)

    def stay(self, following: Millis | None, end: Millis) -> None:
        """Until `end`, as long as something falls due before that. Raises UnavailableError."""
        clock = self.entering.clock
        while following is not None and (now := clock.now()) < end:
            clock.sleep(min(max(1, following - now), AGAIN_MS, end - now) / 1000)
            following = self.enter(end)

    def _read_index(self, end: Millis, until: Millis) -> None:
        """All that enters before `end`; later only what was not there when it was read before."""
        clock = self.entering.clock
        since, self._read_at = (self._read_at or LATE_MS) - LATE_MS, clock.now()
        entries = self.entering.entries
        found = entries.earliest(end, self.part, since=since, is_over=lambda: clock.now() >= until)
        for user_id, at in found.items():
            if user_id not in self._refused:
                self._moments[user_id] = min(at, self._moments.get(user_id, at))

    def _enter(self, due: list[str], until: Millis) -> bool:
        """A turn for each of these users, as far as there is time. Whether any entry has entered."""
        clock, have_entered = self.entering.clock, False
        self.shuffle(due)
        for some in batched(due, AT_ONCE, strict=False):
            if (now := clock.now()) >= until:
                break
            overdue = {user_id for user_id in some if self._moments[user_id] <= now - OVERDUE_MS}
            entered = self.entering.users(some, until, overdue)
            is_over = clock.now() >= until
            for user_id in some:
                count = entered.get(user_id, 0)
                have_entered |= bool(count)
                if user_id not in entered:
                    self._refused.add(user_id)
                if count is None:
                    self._moments[user_id] = clock.now() + AGAIN_MS
                elif count < PAGE and not (is_over and user_id in entered):
                    del self._moments[user_id]
        return have_entered
