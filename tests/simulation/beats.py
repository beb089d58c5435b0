"""What keeps a long attempt alive beside its handler, as adapters/runtime/heartbeat.py does it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.core.errors import LostRaceError, UnavailableError
from chalicelib.core.queueing.heartbeat import BEAT_MS, Heartbeat
from tests.simulation.scheduler import Crash, Scheduler

if TYPE_CHECKING:
    from chalicelib.core.time import Millis

LOOK_MS = 500  # how soon the handler is interrupted when its attempt is not the current one any more


class Beats:
    """Those of the process whose turn it is. It ends where it stands if it cannot renew its attempt."""

    def __init__(self, scheduler: Scheduler, heartbeat: Heartbeat) -> None:
        self._scheduler = scheduler
        self._heartbeat = heartbeat
        self._process = scheduler.current
        self._is_over = False
        self._is_superseded = False
        self._armed = 0
        self.killed_at: Millis | None = None

    def wait(self, ms: int) -> bool:
        """Let the handler work for so long. False if its attempt is not the current one any more."""
        self._arm()
        self._scheduler.spawn(f"{self._process.name} heartbeat", self._beat, after=BEAT_MS)
        end = self._scheduler.now + ms
        try:
            while self._scheduler.now < end and not self._is_superseded:
                self._scheduler.wait(min(LOOK_MS, end - self._scheduler.now))
        finally:
            self._is_over = True
        return not self._is_superseded

    def _beat(self) -> None:
        try:
            while not self._is_over:
                self._renew()
                self._scheduler.wait(BEAT_MS)
        except LostRaceError:
            self._is_superseded = True
        except Crash:
            self._kill()
            raise

    def _renew(self) -> None:
        try:
            self._heartbeat()
        except UnavailableError:
            return
        self._arm()

    def _arm(self) -> None:
        self._armed += 1
        armed = self._armed
        left = max(0, int(self._heartbeat.seconds_left * 1000))
        self._scheduler.after(left, lambda: self._kill() if armed == self._armed else None)

    def _kill(self) -> None:
        if not self._is_over:
            self._is_over = True
            self.killed_at = self._scheduler.now
            self._process.kill()
