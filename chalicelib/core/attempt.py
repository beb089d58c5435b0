"""One attempt at one request: begin, run, finish."""

import logging
import random
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from chalicelib.core.errors import LostRaceError
from chalicelib.core.events import tell
from chalicelib.core.handler import Handler, Registry
from chalicelib.core.policy import Policy, after_failure
from chalicelib.core.ports import Clock, Lease, Log
from chalicelib.core.request import Failure, Millis, Outcome, Request, Status

GRACE_MS = 1_000  # between a handler's time limit and the moment its attempt is given up as crashed
SPARE_MS = 3_000  # the lease is held this much longer, so that it need not be held anew for each request

CRASHED = Failure("crash", "The worker ended in the middle of the request.")

type Run = Callable[[Handler, Request], str | Failure]
"""Carry a request out: the result as JSON text, or why it failed. Raises nothing."""


@dataclass(frozen=True, slots=True)
class Wait:
    """The head must wait until then, and so must everything behind it."""

    until: Millis


class Hold:
    """A lease and how long it lasts."""

    def __init__(self, lease: Lease, clock: Clock) -> None:
        self._lease = lease
        self._clock = clock
        self._until: Millis = 0

    def outlast(self, moment: Millis) -> None:
        """See to it that nobody else is woken before `moment`, and soon after if this process dies."""
        if self._until < moment:
            self._until = moment + SPARE_MS
            self._lease.hold((self._until - self._clock.now()) / 1000)


@dataclass(frozen=True, slots=True)
class Attempt:
    log: Log
    clock: Clock
    handlers: Registry
    run: Run
    fraction: Callable[[], float] = random.random
    mark: Callable[[], str] = lambda: secrets.token_hex(4)

    def __call__(self, request: Request, hold: Hold) -> Request | Wait:
        """The request with its outcome, or how long it must wait. Raises LostRaceError."""
        now = self.clock.now()
        if (due := _due(request)) > now:
            return Wait(due)
        handler = self.handlers.get(request.type)
        policy = handler.policy if handler else Policy()
        if request.status is Status.RUNNING and request.attempts >= policy.max_attempts:
            return self._settle(request, CRASHED, policy)
        if handler is None:
            running = self._begin(request, now, now)
            return self._settle(running, Failure("unknown_type", f"No handler for {request.type!r}."), policy)
        return self._attempt(request, handler, hold)

    def _attempt(self, request: Request, handler: Handler, hold: Hold) -> Request | Wait:
        now = self.clock.now()
        deadline = now + int(handler.timeout * 1000) + GRACE_MS
        hold.outlast(deadline)
        running = self._begin(request, now, deadline)
        _tell("request started", running)
        return self._settle(running, self.run(handler, running), handler.policy)

    def _begin(self, request: Request, now: Millis, deadline: Millis) -> Request:
        mark = self.mark()
        try:
            return self.log.begin(request, mark, now, deadline)
        except LostRaceError:
            found = self.log.request(request.user_id, request.seq)
            if found is None or found.begun_by != mark:
                raise
            return found  # the first answer was lost and the write repeated: it was this worker that began

    def _settle(self, running: Request, ran: str | Failure, policy: Policy) -> Request | Wait:
        now = self.clock.now()
        if isinstance(ran, str):
            return self._finish(running, Outcome(Status.SUCCEEDED, result=ran), now)
        decision = after_failure(running, ran, policy, now, self.fraction)
        if isinstance(decision, Outcome):
            return self._finish(running, decision, now)
        self.log.put_back(running, decision.not_before, decision.error)
        _tell("request will be retried", running, error=ran.message)
        return Wait(decision.not_before)

    def _finish(self, running: Request, outcome: Outcome, now: Millis) -> Request:
        finished = self.log.finish(running, outcome, now)
        error = {"error": outcome.error.message, "kind": outcome.error.kind} if outcome.error else {}
        _tell(f"request {outcome.status}", finished, took_ms=now - (running.started_at or now), **error)
        return finished


def _due(request: Request) -> Millis:
    """When it may be begun: a running attempt of somebody else's must be over first."""
    if request.status is Status.RUNNING:
        return request.deadline or 0
    return request.not_before or 0


def _tell(event: str, request: Request, **fields: object) -> None:
    level = logging.WARNING if "error" in fields else logging.INFO
    tell(
        event,
        level=level,
        user=request.user_id,
        seq=request.seq,
        type=request.type,
        attempt=request.attempts,
        **fields,
    )
