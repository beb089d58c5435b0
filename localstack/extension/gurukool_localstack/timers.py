"""One thread for the timers of all execution environments.

After each invocation of a function, LocalStack starts a thread, which waits for minutes to end the idle
environment, and which the next invocation ends. A thread for each invocation costs CPU time in every request.
"""

import threading
import time
from collections.abc import Callable
from functools import cache

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
        _running().add(self)

    def cancel(self) -> None:
        """Does nothing if it has not been started, or has called its function."""
        _running().discard(self)


@cache
def _running() -> set[Timer]:
    """The timers that wait; a thread looks after them. Each change of the set is atomic."""
    timers: set[Timer] = set()
    threading.Thread(target=_look_after, args=[timers], name="gurukool-timers", daemon=True).start()
    return timers


def _look_after(timers: set[Timer]) -> None:
    while True:
        time.sleep(_PERIOD_SECONDS)
        now = time.monotonic()
        for timer in timers.copy():
            if timer.due <= now and timer in timers:
                timers.discard(timer)
                threading.Thread(target=timer.function, name="timer", daemon=True).start()
