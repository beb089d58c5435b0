"""A time limit on a piece of Python that does not ask for one."""

import faulthandler
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from chalicelib.core.attempt import LAST_RESORT_MS

LAST_RESORT_S = LAST_RESORT_MS / 1000


class OverrunError(BaseException):
    """The time is up. Not an Exception, so that a handler's `except Exception` does not stop it."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raises OverrunError inside the block when it takes longer. Main thread only, where Lambda runs us.

    What is deaf to that (code that catches everything, or a C call that does not return) is ended half a
    second later together with the process: nothing may go on working behind the next request's back.
    """
    before = signal.signal(signal.SIGALRM, _overrun)
    faulthandler.dump_traceback_later(seconds + LAST_RESORT_S, exit=True, file=sys.__stderr__ or sys.stderr)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)  # the alarm may strike just before
    finally:
        faulthandler.cancel_dump_traceback_later()
        signal.signal(signal.SIGALRM, before)


def _overrun(_signal: int, _frame: FrameType | None) -> None:
    raise OverrunError
