"""One thread for the timers of all execution environments.

After each invocation of a function, LocalStack starts a thread, which waits for minutes to end the idle
environment, and which the next invocation ends. A thread for each invocation costs CPU time in every request.
"""

import logging
import threading
import time
from collections.abc import Callable

LOG = logging.getLogger(__name__)

_PERIOD_SECONDS = 0.5  # between two looks, and so the most by which a timer is late


def install() -> None:
    from localstack.services.lambda_.invocation import execution_environment

    execution_environment.Timer = Timer


class Timer:
    """What LocalStack uses of `threading.Timer`."""

    def __init__(self, interval: float, function: Callable[[], object]) -> None:
        """`interval`: seconds from `start` to the call of `function`, which has a thread to itself."""
        self.interval = interval
        self.function = function
        self.due = 0.0

    def start(self) -> None:
        self.due = time.monotonic() + self.interval
        _waiting.add(self)

    def cancel(self) -> None:
        """Does nothing if it has not been started, or has called its function."""
        _waiting.discard(self)


def _call_what_is_due() -> None:
    while True:
        time.sleep(_PERIOD_SECONDS)
        now = time.monotonic()
        for timer in _waiting.copy():
            if timer.due <= now and timer in _waiting:
                _try_call(timer)


def _try_call(timer: Timer) -> None:
    """A timer whose thread cannot be started goes on waiting, so that the next look tries it again."""
    try:
        threading.Thread(target=timer.function, name="timer", daemon=True).start()
    except RuntimeError as error:
        LOG.warning("A timer is late: %s.", error)
    else:
        timer.cancel()


_waiting: set[Timer] = set()  # each change of it is atomic
threading.Thread(target=_call_what_is_due, name="gurukool-timers", daemon=True).start()
