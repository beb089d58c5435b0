"""One attempt at one request: begin, run, finish."""

import logging
import random
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from chalicelib.core.errors import EffectRefusedError, LostRaceError, UnavailableError
from chalicelib.core.log_events import log_event
from chalicelib.core.queueing.handler import Handler
from chalicelib.core.queueing.policy import UNFIT, Halt, OnFailure, Policy, after_failure, exhausted
from chalicelib.core.queueing.ports import VisibilityLease
from chalicelib.core.queueing.registry import Registry
from chalicelib.core.queueing.request import Failure, Outcome, Request, Status
from chalicelib.core.queueing.request_store import RequestStore
from chalicelib.core.time import Clock, Millis

GRACE_MS = 1_500  # between a handler's time limit and the moment its attempt is given up as crashed
LAST_RESORT_MS = 500  # after its time limit what is deaf to it is ended, together with its process
SKEW_MS = 500  # by which the clocks of two workers may differ
ENDING_MS = 2_000  # what a worker needs at most after an attempt: to write what came of it, and to ring
SPARE_MS = 2_500  # the lease is held this much longer, so that it need not be held anew for each request

CRASHED = Failure("crash", "The worker process ended while the request was running.")
OVERRAN = Failure(
    "timeout", "The handler exceeded its time limit and did not stop, so its process was ended."
)


@dataclass(frozen=True, slots=True)
class Result:
    """What a handler returned, and what is to be written together with the outcome."""

    json: str
    effects: Sequence[object] = ()


type Run = Callable[[Handler, Request, float], Result | Failure]
"""Carry a request out within so many seconds. Raises nothing that a handler can cause."""


@dataclass(frozen=True, slots=True)
class Wait:
    """The head must wait until then, and so must everything behind it."""

    until: Millis


class Hold:
    """A lease and how long it lasts."""

    def __init__(self, lease: VisibilityLease, clock: Clock) -> None:
        self._lease = lease
        self._clock = clock
        self._until: Millis = 0

    def outlast(self, moment: Millis) -> None:
        """See to it that nobody else is woken before `moment`, and soon after if this process dies.

        Nothing depends on it: whoever is woken too early finds the attempt running and waits for its end.
        """
        now = self._clock.now()
        too_long = (
            self._until > moment + 2 * SPARE_MS and moment > now
        )  # for a request that could take longer
        if max(self._until, now) >= moment and not too_long:
            return
        try:
            self._lease.hold((moment + SPARE_MS - now) / 1000)
        except UnavailableError:
            log_event("wake-up not held", level=logging.WARNING)
        else:
            self._until = moment + SPARE_MS


@dataclass(frozen=True, slots=True)
class Attempt:
    requests: RequestStore
    clock: Clock
    handlers: Registry
    run: Run
    fraction: Callable[[], float] = random.random
    mark: Callable[[], str] = lambda: secrets.token_hex(4)

    def takes_ms(self, request: Request) -> int:
        """How long a worker may be at an attempt of this request, from reading it to the end of its pass."""
        handler = self.handlers.get(request.type)
        return ENDING_MS + (int(handler.timeout * 1000) + GRACE_MS if handler else 0)

    def __call__(self, request: Request, hold: Hold) -> Request | Wait | Halt:
        """The request with its outcome, or why there is none. Raises LostRaceError."""
        now = self.clock.now()
        if request.due > now:
            return Wait(request.due)
        handler = self.handlers.get(request.type)
        policy = (handler.policy if handler else Policy()).for_request(request)
        if request.attempts and exhausted(request, policy):
            return self._exhausted(request, policy)
        if handler is None:
            # With some time, in which nobody may take it for crashed: the other lane's worker may look on.
            running = self._begin(request, now, now + GRACE_MS)
            return self._failed(running, Failure("unknown_type", f"No handler for {request.type!r}."), policy)
        return self._attempt(request, handler, policy, hold)

    def _attempt(
        self, request: Request, handler: Handler, policy: Policy, hold: Hold
    ) -> Request | Wait | Halt:
        now = self.clock.now()
        deadline = now + int(handler.timeout * 1000) + GRACE_MS
        hold.outlast(deadline)
        running = self._begin(request, now, deadline)
        _tell("request started", running)
        ran = self._run(handler, running, deadline)
        if isinstance(ran, Failure):
            return self._failed(running, ran, policy)
        try:
            return self._finish(running, Outcome(Status.SUCCEEDED, result=ran.json), ran.effects)
        except EffectRefusedError as error:
            return self._failed(running, Failure("conflict", str(error)), policy)

    def _run(self, handler: Handler, running: Request, deadline: Millis) -> Result | Failure:
        """Not beyond the deadline, even if it took long to begin: from then on somebody else may run it."""
        left = (deadline - SKEW_MS - LAST_RESORT_MS - self.clock.now()) / 1000
        if left <= 0:
            return Failure("timeout", "The worker started the handler too late.")
        return self.run(handler, running, min(handler.timeout, left))

    def _begin(self, request: Request, now: Millis, deadline: Millis) -> Request:
        mark = self.mark()
        try:
            return self.requests.begin(request, mark, now, deadline)
        except LostRaceError:
            found = self.requests.get(request.user_id, request.seq)
            if found is None or found.begun_by != mark or found.status is not Status.RUNNING:
                raise
            return found  # the first answer was lost and the write repeated: it was this worker that began

    def _exhausted(self, request: Request, policy: Policy) -> Request | Wait | Halt:
        """Its last attempt crashed, or the decision about it was not carried out, or the policy changed."""
        # A worker that could not take it does not know its policy: a crash may have been its last attempt.
        lost = OVERRAN if request.overran and request.overran == request.begun_by else CRASHED
        unfit = request.error is None or request.error.kind in UNFIT
        failure = lost if unfit or request.error is None else request.error
        if request.status is Status.RUNNING:
            return self._failed(request, lost, policy)
        if policy.on_failure is OnFailure.HALT:
            return Halt(failure)
        return self.requests.settle(request, Outcome(Status.FAILED, error=failure), self.clock.now())

    def _failed(self, running: Request, failure: Failure, policy: Policy) -> Request | Wait | Halt:
        now = self.clock.now()
        decision = after_failure(running, failure, policy, now, self.fraction)
        if isinstance(decision, Outcome):
            return self._finish(running, decision)
        if isinstance(decision, Halt):
            unfit_since = running.unfit_since if failure.kind in UNFIT else None
            self.requests.requeue(running, None, failure, unfit_since)
            _tell("request halts the queue", running, kind=failure.kind, error=failure.message)
            return decision
        self.requests.requeue(running, decision.not_before, failure, decision.unfit_since)
        _tell("request will be retried", running, kind=failure.kind, error=failure.message)
        return Wait(decision.not_before)

    def _finish(self, running: Request, outcome: Outcome, effects: Sequence[object] = ()) -> Request:
        now = self.clock.now()
        finished = self.requests.finish(running, outcome, now, effects)
        error = {"kind": outcome.error.kind, "error": outcome.error.message} if outcome.error else {}
        _tell(f"request {outcome.status}", finished, took_ms=now - (running.started_at or now), **error)
        return finished


def _tell(event: str, request: Request, **fields: object) -> None:
    log_event(
        event,
        level=logging.WARNING if "error" in fields else logging.INFO,
        user=request.user_id,
        seq=request.seq,
        type=request.type,
        attempt=request.attempts,
        **fields,
    )
