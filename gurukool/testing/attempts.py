"""Carries requests out as a worker does, in the test's own process."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from chalicelib.adapters.runtime.first_calls import end_calls
from chalicelib.adapters.runtime.raised import last_words
from chalicelib.adapters.runtime.runner import carry_out, taken
from chalicelib.adapters.runtime.time_limit import OverrunError, alarm, reacting
from chalicelib.core.queueing.application import Application
from chalicelib.core.queueing.attempt import Ran, Take, Taken
from chalicelib.core.queueing.handler import Handler
from chalicelib.core.queueing.heartbeat import StopWatch
from chalicelib.core.queueing.journal import Journal
from chalicelib.core.queueing.policy import HandlerError
from chalicelib.core.queueing.registry import Registry
from chalicelib.core.queueing.request import Failure, Request
from gurukool.testing.observed import ObservedEffects
from gurukool.testing.process import CrashError, Process, running

MOST_ATTEMPTS = 100_000  # until the workers have nothing to do
ENDLESS = (
    f"After {MOST_ATTEMPTS:,} attempts there is still something to do. Does a handler enqueue itself "
    "again and again? Give the next request an `enter_at`, and use `advance`."
)

_log = logging.getLogger(__name__)


def taker(*, limited: bool) -> Take:
    """Decodes payloads as a worker does. Unless it is `limited`, that may take as long as it takes."""

    def take(handler: Handler, request: Request, seconds: float) -> Taken | Failure:
        try:
            with _limit(seconds if limited else None):
                return taken(handler, request)
        except OverrunError:
            return Failure("invalid_payload", f"Reading the payload took longer than {seconds:g} seconds.")

    return take


class Attempts:
    """Runs handlers in that process, which can enqueue follow-ups for `handlers`."""

    def __init__(
        self, process: Process, application: Application, handlers: Registry, *, limited: bool
    ) -> None:
        """Unless it is `limited`, an attempt may take as long as it takes."""
        self._process = process
        self._application = application
        self._handlers = handlers
        self._limited = limited
        self._left = 0
        self.raised: dict[tuple[str, int], BaseException] = {}
        """What the last attempt of a request raised, by user and number."""

    def begin(self) -> None:
        """From now on, MOST_ATTEMPTS are allowed."""
        self._left = MOST_ATTEMPTS

    def __call__(  # noqa: PLR0917 - as the core calls it
        self,
        handler: Handler,
        request: Request,
        taken: Taken,
        seconds: float,
        watch: StopWatch,
        journal: Journal,
    ) -> Ran:
        """Raises RuntimeError if no attempt is left, and CrashError."""
        if not self._left:
            raise RuntimeError(ENDLESS)
        self._left -= 1
        self.raised.pop((request.user_id, request.seq), None)

        def is_stopping() -> bool:
            watch()  # in a worker, a thread does that from time to time
            return watch.stopping

        try:
            with _limit(seconds if self._limited else None), running(self._process):
                ran: Ran = carry_out(
                    handler,
                    request,
                    taken,
                    self._application,
                    handlers=self._handlers,
                    new_effects=partial(ObservedEffects, self._process),
                    is_stopping=is_stopping,
                    journal=journal,
                    timed_events=False,
                    failure=partial(self._failure, request),
                )
        except OverrunError:
            ran = Failure("timeout", f"The handler took longer than {seconds:g} seconds.")
        finally:
            end_calls(journal)
        if self._process.is_dead:  # the handler has caught the crash, which no handler can
            raise CrashError
        return ran

    def _failure(self, request: Request, error: BaseException) -> Failure:
        """Unlike a worker's log, that of a test has the traceback as Python prints it."""
        self.raised[request.user_id, request.seq] = error
        if not isinstance(error, HandlerError):
            _log.error("The handler of %r raised:", request.type, exc_info=error)
        return last_words(error)


@contextmanager
def _limit(seconds: float | None) -> Iterator[None]:
    """Raises OverrunError in the block after that time. A thread beside the main one has no limit.

    Unlike in a worker, code that does not react is not ended by force: that would be the end of the tests.
    """
    if seconds is None or threading.current_thread() is not threading.main_thread():
        yield
        return
    with reacting(), alarm(seconds):
        yield
