"""Carries requests out as a worker does, in the test's own process."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from chalicelib.adapters.runtime.runner import carry_out, taken
from chalicelib.adapters.runtime.time_limit import OverrunError, alarm, reacting
from chalicelib.core.queueing.application import Application
from chalicelib.core.queueing.attempt import Ran, Run, Take, Taken
from chalicelib.core.queueing.handler import Handler
from chalicelib.core.queueing.heartbeat import StopWatch
from chalicelib.core.queueing.journal import Journal
from chalicelib.core.queueing.registry import Registry
from chalicelib.core.queueing.request import Failure, Request
from gurukool.testing.observed import ObservedEffects
from gurukool.testing.process import CrashError, Process, running


def taker(*, limited: bool) -> Take:
    """Decodes payloads as a worker does. Unless it is `limited`, that may take as long as it takes."""

    def take(handler: Handler, request: Request, seconds: float) -> Taken | Failure:
        try:
            with _limit(seconds if limited else None):
                return taken(handler, request)
        except OverrunError:
            return Failure("invalid_payload", f"Reading the payload took longer than {seconds:g} seconds.")

    return take


def runner(process: Process, application: Application, handlers: Registry, *, limited: bool) -> Run:
    """Runs handlers in that process, which can enqueue follow-ups for `handlers`.

    Unless it is `limited`, an attempt may take as long as it takes.
    """

    def run(  # noqa: PLR0917 - as the core calls it
        handler: Handler, request: Request, taken: Taken, seconds: float, watch: StopWatch, journal: Journal
    ) -> Ran:
        def is_stopping() -> bool:
            watch()  # in a worker, a thread does that from time to time
            return watch.stopping

        try:
            with _limit(seconds if limited else None), running(process):
                effects = partial(ObservedEffects, process)
                ran: Ran = carry_out(
                    handler,
                    request,
                    taken,
                    application,
                    handlers=handlers,
                    new_effects=effects,
                    is_stopping=is_stopping,
                    journal=journal,
                    timed_events=False,
                )
        except OverrunError:
            ran = Failure("timeout", f"The handler took longer than {seconds:g} seconds.")
        if process.is_dead:  # the handler has caught the crash, which no handler can
            raise CrashError
        return ran

    return run


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
