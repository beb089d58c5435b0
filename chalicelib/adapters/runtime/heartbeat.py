"""Keeps a long attempt alive from a thread beside its handler, and ends the process if it cannot."""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from chalicelib.adapters.runtime import logs
from chalicelib.adapters.runtime.stop_watch import UnwatchedError, WatchedAttempt, started
from chalicelib.adapters.runtime.time_limit import LAST_RESORT_S
from chalicelib.core.errors import LostRaceError
from chalicelib.core.log_events import log_event
from chalicelib.core.queueing.heartbeat import BEAT_MS, Heartbeat
from chalicelib.core.queueing.stopping import CLEAN_UP_MS


@contextmanager
def kept_alive(heartbeat: Heartbeat, seconds: float, every: float = BEAT_MS / 1000) -> Iterator[None]:
    """Renews the attempt as long as the block lasts. For use inside of `last_resort`, on the main thread.

    The process is ended shortly before the attempt could be taken for crashed, whatever the handler does:
    code in C that holds the interpreter's lock keeps the thread from renewing, and a network may. It is ended
    half a second after `seconds` in any case. An attempt that is not the current one any more is ended by
    raising OverrunError inside the block, and so is one that somebody has asked to stop, CLEAN_UP_MS later.
    The process lives on while SQS does not answer: a wake-up that comes back too early does no harm. It is
    ended at once if the thread beside the handler fails. Raises UnwatchedError, before the block.
    """
    beats = _Beats(heartbeat, time.monotonic() + seconds + LAST_RESORT_S, every)
    beats.begin()
    try:
        yield
    finally:
        beats.stop()


class _Beats(threading.Thread):
    def __init__(self, heartbeat: Heartbeat, ends: float, every: float) -> None:
        super().__init__(name="heartbeat", daemon=True)
        self._renew = heartbeat
        self._ends = ends
        self._every = every
        self._over = threading.Event()
        self._attempt = WatchedAttempt(heartbeat, ends)

    def run(self) -> None:
        with logs.as_of(self._attempt.fields):
            try:
                self._beat()
            except BaseException as error:  # noqa: BLE001 - whatever it is, nothing renews the attempt any more
                self._attempt.end_process(error)

    def _beat(self) -> None:
        while not self._over.wait(self._every):
            try:
                self._renew()
            except LostRaceError:
                return self._attempt.interrupt()
            except Exception as error:  # noqa: BLE001 - the process ends in time if none succeeds
                log_event("attempt not renewed", level=logging.WARNING, exception=error)
            else:
                self.arm()
                if not self._renew.stopping:
                    self._attempt.hold_lease()
            if self._renew.stopping:
                return self._attempt.end_soon(CLEAN_UP_MS)
        return None

    def begin(self) -> None:
        """Raises UnwatchedError if the process has too many threads."""
        try:
            self.arm()
        except RuntimeError as error:
            raise UnwatchedError("The end of the process cannot be armed.") from error
        started(self)

    def arm(self) -> None:
        """Have the process ended when the attempt could be taken for crashed."""
        self._attempt.arm(min(time.monotonic() + self._renew.seconds_left, self._ends))

    def stop(self) -> None:
        self._attempt.finish()
        self._over.set()
