"""Keeps a long attempt alive from a thread beside its handler, and ends the process if it cannot."""

import logging
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from chalicelib.adapters.runtime.time_limit import LAST_RESORT_S, end_process_in
from chalicelib.core.errors import LostRaceError
from chalicelib.core.log_events import log_event
from chalicelib.core.queueing.heartbeat import BEAT_MS, Heartbeat


@contextmanager
def kept_alive(heartbeat: Heartbeat, seconds: float, every: float = BEAT_MS / 1000) -> Iterator[None]:
    """Renews the attempt as long as the block lasts. For use inside of `last_resort`, on the main thread.

    The process is ended shortly before the attempt could be taken for crashed, whatever the handler does:
    code in C that holds the interpreter's lock keeps the thread from renewing, and a network may. It is ended
    half a second after `seconds` in any case. An attempt that is not the current one any more is ended by
    raising OverrunError inside the block.
    """
    beats = _Beats(heartbeat, time.monotonic() + seconds + LAST_RESORT_S, every)
    beats.arm()
    beats.start()
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
        self._lock = threading.Lock()  # so that nothing of an attempt reaches the next one

    def run(self) -> None:
        while not self._over.wait(self._every):
            try:
                self._renew()
            except LostRaceError:
                return self._end_attempt()
            except Exception as error:  # noqa: BLE001 - the process ends in time if none succeeds
                log_event("attempt not renewed", level=logging.WARNING, exception=error)
            else:
                self.arm()
        return None

    def arm(self) -> None:
        """Have the process ended when the attempt could be taken for crashed."""
        with self._lock:
            if not self._over.is_set():
                end_process_in(min(self._renew.seconds_left, self._ends - time.monotonic()))

    def _end_attempt(self) -> None:
        with self._lock:
            if not self._over.is_set():
                signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGALRM)

    def stop(self) -> None:
        with self._lock:
            self._over.set()
