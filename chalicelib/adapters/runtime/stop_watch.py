"""Have an attempt that somebody has asked to stop end in time, from a thread beside its handler.

A handler that is quick must not pay for that. So a process has one such thread, which is asleep nearly all
the time: it wakes every LOOK_MS, and looks at the store only if the present attempt has lasted that long. To
begin and to end an attempt costs an assignment each. (An alarm signal, which could start a thread when it is
needed, would not reach a handler that waits in C, and would interrupt what runs for more than a second.)
"""

import logging
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from chalicelib.adapters.runtime import invocation, logs
from chalicelib.adapters.runtime.time_limit import LAST_RESORT_S, end_process_in
from chalicelib.core.errors import LostRaceError
from chalicelib.core.log_events import log_event
from chalicelib.core.queueing.attempt import LAST_RESORT_MS
from chalicelib.core.queueing.heartbeat import StopWatch
from chalicelib.core.queueing.stopping import CLEAN_UP_MS, LOOK_MS

LOOK_S = LOOK_MS / 1000


class UnwatchedError(RuntimeError):
    """The process cannot start the thread that is to watch an attempt: a failure of the worker."""


class WatchedAttempt:
    """One attempt, as the threads beside its handler see it.

    What they log has the attempt's fields, even when it is over and the next request is under way.

    `ends` is the moment at which the process is ended in any case, on the monotonic clock.
    """

    def __init__(self, watch: StopWatch, ends: float) -> None:
        self.watch = watch
        self.began = time.monotonic()
        self.fields = logs.present_fields()
        self._ends = ends
        self._lock = threading.Lock()  # so that nothing of an attempt reaches the next one
        self._is_over = False
        self._holding: threading.Thread | None = None

    def hold_lease(self) -> None:
        """Hold the wake-up, on a thread of its own: SQS may not answer for longer than the attempt can wait.

        A call that is still under way is not waited for either: then this one is left out.
        """
        if self._is_over or (self._holding and self._holding.is_alive()):
            return
        self._holding = threading.Thread(target=self._hold_lease, name="lease", daemon=True)
        try:
            self._holding.start()
        except RuntimeError as error:  # the process has too many threads
            log_event("wake-up not held", level=logging.WARNING, exception=error)

    def _hold_lease(self) -> None:
        with logs.as_of(self.fields):
            try:
                self.watch.hold_lease()
            except Exception as error:  # noqa: BLE001 - then the wake-up comes back earlier, or a little later
                log_event("wake-up not held", level=logging.WARNING, exception=error)

    def end_soon(self, within_ms: int) -> None:
        """Interrupt the handler after that time, and end the process if it does not react.

        Earlier if somebody else could take the attempt for crashed before that: the answer that told of the
        stop may have come late.
        """
        within_ms = self.watch.at_most(within_ms, LAST_RESORT_MS)
        stops = time.monotonic() + within_ms / 1000
        self.arm(stops + LAST_RESORT_S)
        try:
            if not self._is_over:
                self.watch.expect_end(within_ms + LAST_RESORT_MS)
                self.hold_lease()
        except LostRaceError:
            return self.interrupt()
        except Exception as error:  # noqa: BLE001 - then the next worker comes a little later
            log_event("end not announced", level=logging.WARNING, exception=error)
        while not self._is_over and time.monotonic() < stops:
            time.sleep(max(0, min(0.1, stops - time.monotonic())))
        return self.interrupt()

    def arm(self, moment: float) -> None:
        """Have the process ended at that moment, or when it is ended in any case.

        Raises RuntimeError if the process has too many threads: then nothing ends it any more.
        """
        with self._lock:
            if not self._is_over:
                end_process_in(min(moment, self._ends) - time.monotonic())

    def interrupt(self) -> None:
        """Raise OverrunError in the handler."""
        with self._lock:
            if not self._is_over:
                signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGALRM)

    def end_process(self, error: BaseException) -> None:
        """The thread beside the handler has failed: end the process at once, unless the attempt is over.

        The handler is not interrupted first. While this thread waited for that, code in C could keep the
        interpreter's lock, and then nothing would end the process before another worker begins the request.
        A process that can start no threads is of no use for the next request either.
        """
        with self._lock:
            if self._is_over:
                return
            with suppress(Exception):
                log_event("worker failed", level=logging.CRITICAL, exception=error)
                invocation.write_metrics()
            logs.flush()
            os._exit(1)

    def finish(self) -> None:
        """The handler has ended. After that, this attempt ends nothing any more."""
        with self._lock:
            self._is_over = True


class _Looks(threading.Thread):
    """Looks at the present attempt of this process, if there is one."""

    def __init__(self) -> None:
        super().__init__(name="stop watch", daemon=True)
        self.present: WatchedAttempt | None = None

    def run(self) -> None:
        while True:
            attempt = self.present
            if attempt is None or attempt.watch.stopping:
                time.sleep(LOOK_S)
            elif (left := attempt.began + LOOK_S - time.monotonic()) > 0:
                time.sleep(left)
            else:
                self._look(attempt)

    def _look(self, attempt: WatchedAttempt) -> None:
        started = time.monotonic()
        with logs.as_of(attempt.fields):
            self._look_once(attempt)
        if not attempt.watch.stopping:
            time.sleep(max(0, started + LOOK_S - time.monotonic()))

    def _look_once(self, attempt: WatchedAttempt) -> None:
        try:
            attempt.watch()
        except Exception as error:  # noqa: BLE001 - the next look may succeed
            log_event("stop not looked for", level=logging.WARNING, exception=error)
        if attempt.watch.stopping:
            try:
                attempt.end_soon(CLEAN_UP_MS)
            except BaseException as error:  # noqa: BLE001 - whatever it is, the attempt may have no end any more
                attempt.end_process(error)


def started[T: threading.Thread](thread: T) -> T:
    """Raises UnwatchedError if the process has too many threads."""
    try:
        thread.start()
    except RuntimeError as error:
        raise UnwatchedError(f"The thread {thread.name!r} cannot be started.") from error
    return thread


_looks: _Looks | None = None


@contextmanager
def stoppable(watch: StopWatch, seconds: float) -> Iterator[None]:
    """Looks whether somebody asks to stop the request, as long as the block lasts.

    The attempt is then interrupted by OverrunError after CLEAN_UP_MS. For use inside of `last_resort`, on the
    main thread. `seconds` is the attempt's time limit. Raises UnwatchedError, before the block.
    """
    global _looks  # noqa: PLW0603 - one thread for a process
    if seconds <= LOOK_S:
        yield
        return
    if _looks is None or not _looks.is_alive():  # a forked process has none
        _looks = started(_Looks())
    attempt = _looks.present = WatchedAttempt(watch, time.monotonic() + seconds + LAST_RESORT_S)
    try:
        yield
    finally:
        _looks.present = None
        attempt.finish()
