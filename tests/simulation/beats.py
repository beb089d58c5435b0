"""What a process does beside a handler: it keeps a long attempt alive, and learns that somebody wants a stop.

As adapters/runtime/heartbeat.py and adapters/runtime/stop_watch.py do it.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from chalicelib.core.errors import LostRaceError, UnavailableError
from chalicelib.core.queueing.attempt import LAST_RESORT_MS
from chalicelib.core.queueing.heartbeat import BEAT_MS, Heartbeat, StopWatch
from chalicelib.core.queueing.stopping import CLEAN_UP_MS, LOOK_MS
from tests.simulation.history import Violation
from tests.simulation.scheduler import Actor, Crash, Scheduler

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.core.time import Millis

NOTICE_MS = 500  # how soon the handler is interrupted, or sees that it is to stop


class Beats:
    """Those of the process whose turn it is. It ends where it stands if its attempt cannot go on."""

    def __init__(self, scheduler: Scheduler, watch: StopWatch, *, steady: bool) -> None:
        """`steady`: the store answers every renewal in time."""
        self._scheduler = scheduler
        self._steady = steady
        self._watch = watch
        self._every = BEAT_MS if isinstance(watch, Heartbeat) else LOOK_MS
        self._process = scheduler.current
        self._is_over = False
        self._has_begun = False
        self._is_interrupted = False
        self._armed = 0
        self._holding: Actor | None = None
        self.killed_at: Millis | None = None

    def wait(self, ms: int, *, deaf: bool, heeds: bool) -> bool:
        """Let the handler work for so long. False if it is interrupted, to which a deaf one does not react.

        One that `heeds` ends by itself when it is to stop.
        """
        self._arm()
        if ms >= self._every and not self._has_begun:
            self._begin()
        end = self._scheduler.now + ms
        try:
            while self._scheduler.now < end and not (heeds and self._watch.stopping):
                if self._is_interrupted and not deaf:
                    return False
                self._scheduler.wait(min(NOTICE_MS, end - self._scheduler.now))
        finally:
            self._is_over = True
        return True

    def begin(self, limit: int) -> None:
        """From now on, and not only in `wait`: the handler has something else to do first.

        The process ends by force if the attempt takes much longer than its limit.
        """
        self._arm()
        self._begin()
        self._scheduler.after(limit + LAST_RESORT_MS, self._kill)

    def end(self) -> None:
        """The attempt is over."""
        self._is_over = True

    def _begin(self) -> None:
        self._has_begun = True
        self._scheduler.spawn(f"{self._process.name} beside", self._beat, after=self._every)

    def _beat(self) -> None:
        try:
            while not (self._is_over or self._watch.stopping):
                self._look()
                if not self._watch.stopping:
                    self._scheduler.wait(self._every)
            if not self._is_over:
                self._end_soon()
        except LostRaceError:
            self._is_interrupted = True
        except Crash:
            self._kill()
            raise

    def _look(self) -> None:
        try:
            self._watch()
        except UnavailableError:
            return
        self._arm()
        if isinstance(self._watch, Heartbeat) and not self._watch.stopping:
            self._hold_lease()

    def _hold_lease(self) -> None:
        """On a thread of its own: SQS may not answer."""
        if self._holding is None or self._holding.is_over:
            self._holding = self._scheduler.spawn(f"{self._process.name} lease", self._hold)

    def _hold(self) -> None:
        try:
            self._watch.hold_lease()
        except Crash:
            self._kill()
            raise

    def _end_soon(self) -> None:
        within = self._watch.at_most(CLEAN_UP_MS, LAST_RESORT_MS)
        stops = self._scheduler.now + within
        self._kill_in(within + LAST_RESORT_MS, self._kill)
        with suppress(UnavailableError):
            self._watch.expect_end(within + LAST_RESORT_MS)
            self._hold_lease()
        self._scheduler.wait(max(0, stops - self._scheduler.now))
        self._is_interrupted = True

    def _arm(self) -> None:
        if isinstance(self._watch, Heartbeat):
            self._kill_in(max(0, int(self._watch.seconds_left * 1000)), self._run_out)

    def _kill_in(self, ms: int, kill: Callable[[], None]) -> None:
        self._armed += 1
        armed = self._armed
        self._scheduler.after(ms, lambda: kill() if armed == self._armed else None)

    def _run_out(self) -> None:
        """Nobody has renewed the attempt in time."""
        if self._steady and not self._is_over:
            raise Violation(f"{self._process.name} was ended, whose attempt could be renewed")
        self._kill()

    def _kill(self) -> None:
        if not self._is_over:
            self._is_over = True
            self.killed_at = self._scheduler.now
            self._process.kill()
