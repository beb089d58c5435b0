"""A time limit on a piece of Python that does not ask for one."""

import faulthandler
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from chalicelib.core.queueing.attempt import LAST_RESORT_MS

LAST_RESORT_S = LAST_RESORT_MS / 1000


class AttemptEndedError(BaseException):
    """The attempt is over, whatever the handler does.

    Not an Exception, so that a handler's `except Exception` does not stop it.
    """


class OverrunError(AttemptEndedError):
    """The time is up."""


@contextmanager
def last_resort(seconds: float) -> Iterator[None]:
    """Ends the process half a second after these seconds, if the block is not over then.

    That is for code that does not react to `alarm`: code that catches everything, or a C call that does not
    return. Nothing may go on working behind the next request's back. Main thread only, where Lambda runs us.
    Raises RuntimeError if the process cannot start one more thread.
    """
    with reacting():
        end_process_in(seconds + LAST_RESORT_S)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()


@contextmanager
def reacting() -> Iterator[None]:
    """In the block, `alarm` raises OverrunError. Main thread only."""
    before = signal.signal(signal.SIGALRM, raise_overrun)
    try:
        yield
    finally:
        # The signal of a stop may have struck just before `alarm` called its own off. That alarm must not
        # outlive the block: without a handler, it ends the process. If it strikes here, the block is over.
        with suppress(OverrunError):
            signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def end_process_in(seconds: float) -> None:
    """Set the moment at which the process is ended, instead of the one that was set before.

    A thread of C does it, which does not need the interpreter's lock. Raises RuntimeError if the process
    cannot start that thread: then no moment is set any more, not even the one before.
    """
    faulthandler.dump_traceback_later(max(0.001, seconds), exit=True, file=sys.__stderr__ or sys.stderr)


@contextmanager
def alarm(seconds: float) -> Iterator[None]:
    """Raises OverrunError inside the block when it takes longer. For use in `last_resort` or `reacting`.

    The alarm may strike at the very end, so the OverrunError has to be caught outside of the block.
    """
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def raise_overrun(_signal: int, _frame: FrameType | None) -> None:
    """For `signal.signal`: the alarm has struck."""
    raise OverrunError
