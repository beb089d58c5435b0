"""One attempt at one request: begin, run, finish."""

import random
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from chalicelib.core.errors import LostRaceError
from chalicelib.core.queueing.conclusion import Conclusion, log_attempt, lost_attempt
from chalicelib.core.queueing.entry import Entry
from chalicelib.core.queueing.handler import Handler
from chalicelib.core.queueing.heartbeat import ALIVE_MS, SKEW_MS, Heartbeat, StopWatch
from chalicelib.core.queueing.held_lease import SLOW_MS, HeldLease
from chalicelib.core.queueing.journal import Journal, no_notes
from chalicelib.core.queueing.policy import OnFailure, Policy, exhausted, next_look
from chalicelib.core.queueing.registry import Registry
from chalicelib.core.queueing.request import Failure, Request, Status
from chalicelib.core.queueing.request_store import RequestStore
from chalicelib.core.queueing.steps import AfterAttempt, Passed, Unfit, Wait
from chalicelib.core.queueing.stopping import settle_stopped
from chalicelib.core.queueing.suspending import Suspended, wait_for
from chalicelib.core.queueing.texts import with_payload
from chalicelib.core.time import Clock, Millis

if TYPE_CHECKING:
    from chalicelib.core.queueing.notes import NoteStore
    from chalicelib.core.queueing.object_store import ObjectStore

GRACE_MS = 1_500  # between a handler's time limit and the moment its attempt is given up as crashed
# So long after the time limit, the process ends: its handler does not react to the time-out signal.
LAST_RESORT_MS = 500
READING_MS = 5_000  # what a handler's code may take to read a payload, before the attempt counts
ENDING_MS = 2_000  # what a worker needs at most after an attempt: to write its result and send a wake-up

PAYLOAD_GONE = Failure("permanent", "The payload of this request is no longer stored.")
STARTED_TOO_LATE = Failure("timeout", "The worker started the handler too late.")


@dataclass(frozen=True, slots=True)
class Result:
    """What a handler returned, and what is to be written together with the outcome."""

    json: str
    effects: Sequence[object] = ()


class Taken(NamedTuple):
    """A payload that the handler can take, as a value of the handler's type."""

    payload: object


type Take = Callable[[Handler, Request, float], Taken | Failure]
"""Decode the payload within so many seconds, or say why the handler cannot take it. Raises nothing."""


type Ran = Result | Failure | Suspended
"""What came of an attempt."""

type Run = Callable[[Handler, Request, Taken, float, StopWatch, Journal], Ran]
"""Carry a request out within so many seconds; ended earlier if the watch learns that it is to stop.

The watch of a long request is a Heartbeat, which keeps the attempt alive.

The journal takes the notes of the attempt. Raises nothing that a handler can cause.
"""


@dataclass(frozen=True, slots=True)
class Attempt:
    """Carries out one attempt at a request and writes what came of it.

    Each attempt has a token of its own. Only the attempt whose token the stored request has can write an
    outcome, so an attempt that was given up as crashed changes nothing any more.
    """

    requests: RequestStore
    clock: Clock
    handlers: Registry
    take: Take
    run: Run
    fraction: Callable[[], float] = random.random  # draws from [0, 1), for the jitter of waits
    new_token: Callable[[], str] = lambda: secrets.token_hex(4)
    enter: Callable[[Sequence[Entry]], object] | None = None  # follow-ups; None: left to the sweeper
    notes: "Callable[[], NoteStore]" = no_notes
    objects: "ObjectStore | None" = None  # has the payloads that were uploaded; None: there are no uploads

    @property
    def _conclusion(self) -> Conclusion:
        return Conclusion(self.requests, self.clock, self.fraction, self.enter, self.notes)

    def longest_ms(self, request: Request) -> int:
        """How long an attempt at this request may keep a worker, from reading it to the end of its pass."""
        handler = self.handlers.get(request.type)
        return ENDING_MS + (READING_MS + int(handler.timeout * 1000) + GRACE_MS if handler else 0)

    def halts(self, request: Request) -> bool:
        """Whether it has failed for good and its policy halts the queue: a person decides about it."""
        handler = self.handlers.get(request.type)
        if handler is None or request.error is None or request.not_before is not None:
            return False  # what waits to be tried again has a moment for that
        policy = handler.policy.for_request(request)
        return policy.on_failure is OnFailure.HALT and _has_failed_for_good(request, policy)

    def __call__(
        self, request: Request, lease: HeldLease, paced_until: Millis = 0, *, purged: bool = False
    ) -> AfterAttempt:
        """Try the request, if it is due and may be tried. Raises LostRaceError.

        If its handler has a rate, it is not begun before `paced_until`. If it is `purged`, it is never begun.
        """
        now = self.clock.now()
        if request.due > now:
            return wait_for(request, self.requests, self.notes, self.clock)
        if request.stop_requested_at is not None:  # its attempt has crashed since it was read
            return Passed(settle_stopped(self.requests, request, now))
        if purged:  # likewise: at the next look it is cancelled
            raise LostRaceError
        handler = self.handlers.get(request.type)
        if handler is None:
            return self._unfit(request, _unknown(request))
        policy = handler.policy.for_request(request)
        if _has_failed_for_good(request, policy):
            return self._conclusion.of_exhausted(request, policy)
        if handler.rate is not None and paced_until > now:
            return Wait(paced_until, for_rate=True)
        return self._try(request, handler, policy, lease)

    def refusal(self, request: Request) -> Failure | None:
        """Why this worker's code cannot take the request; None if it can. Raises UnavailableError."""
        handler = self.handlers.get(request.type)
        if handler is None:
            return _unknown(request)
        return self.refusal_of(handler, self.whole(request))

    def refusal_of(self, handler: Handler, whole: Request | Failure | None) -> Failure | None:
        """The same for what `whole` has given. The payload is decoded, by code of the application."""
        found = self._take(handler, whole)
        return found if isinstance(found, Failure) else None

    def _take(
        self, handler: Handler, whole: Request | Failure | None
    ) -> "tuple[Request, Taken] | Failure | None":
        """The request with its payload, which is decoded; None if it is gone; or why it cannot be taken."""
        if not isinstance(whole, Request):
            return whole
        taken = self.take(handler, whole, min(handler.timeout, READING_MS / 1000))
        return taken if isinstance(taken, Failure) else (whole, taken)

    def whole(self, request: Request) -> Request | Failure | None:
        """The request with its payload; None if that is gone; or why it has none. Raises UnavailableError."""
        if request.upload is None:
            return with_payload(self.requests, request)
        from chalicelib.core.queueing import uploaded  # only requests with an upload need it

        return uploaded.NO_BUCKET if self.objects is None else uploaded.fetched(self.objects, request)

    def _try(self, request: Request, handler: Handler, policy: Policy, lease: HeldLease) -> AfterAttempt:
        found = self._take(handler, self.whole(request))  # before the attempt counts: this may fail
        if isinstance(found, Failure):
            return self._unfit(request, found)
        lasts_ms = ALIVE_MS if handler.is_long else int(handler.timeout * 1000) + GRACE_MS
        now = self._hold(lease, lasts_ms)
        if request.is_too_late(now):
            return Wait(now)  # since it was looked up: at the next look it expires
        deadline = now + lasts_ms
        running = self._begin(request, now, deadline, handler)
        ran: Ran = PAYLOAD_GONE
        if found is not None:
            whole, taken = found
            log_attempt("request started", running, **_before(request, now))
            journal = Journal(self.requests, self.notes, self.clock, replace(running, payload=whole.payload))
            ran = self._run(handler, journal, taken, deadline, lease)
            running = journal.conclude(running)
        return self._conclusion(running, ran, policy)

    def _hold(self, lease: HeldLease, lasts_ms: int) -> Millis:
        """Hold the lease for an attempt that may last so long, and return the moment at which that is done.

        It is done before the attempt is given its deadline: SQS may not answer for seconds, which are not the
        handler's. Raises LostRaceError if it took them. What was read before is then out of date, and the
        attempt may no longer fit into what is left of the invocation.
        """
        asked = self.clock.now()
        lease.outlast(asked + lasts_ms)
        now = self.clock.now()
        if now - asked > SLOW_MS:
            raise LostRaceError
        return now

    def _unfit(self, request: Request, why: Failure) -> Wait | Unfit:
        """Wait a little: this worker may only be older than the API which accepted the request."""
        now, since = self.clock.now(), request.unfit_since
        if since is None:
            since = now
            self.requests.note_unfit(request, now)
            log_attempt("request cannot be taken", request, kind=why.kind, error=why.message)
        look = next_look(since, now)
        return Unfit(why) if look is None else Wait(look)

    def _run(
        self, handler: Handler, journal: Journal, taken: Taken, deadline: Millis, lease: HeldLease
    ) -> Ran:
        """Not beyond the deadline, even if it took long to begin: from then on somebody else may run it."""
        running = journal.running
        left = (deadline - SKEW_MS - LAST_RESORT_MS - self.clock.now()) / 1000
        if left <= 0:
            return STARTED_TOO_LATE
        kind = Heartbeat if handler.is_long else StopWatch
        watch = kind(self.requests, self.clock, lease, running, deadline)
        seconds = handler.timeout if handler.is_long else min(handler.timeout, left)
        return self.run(handler, running, taken, seconds, watch, journal)

    def _begin(self, request: Request, now: Millis, deadline: Millis, handler: Handler) -> Request:
        token = self.new_token()
        paced = {"paced_until": now + handler.rate.interval_ms} if handler.rate else {}
        try:
            return self.requests.begin(request, token, now, deadline, **paced)
        except LostRaceError:
            found = self.requests.get(request.user_id, request.seq)
            if found is None or found.attempt_token != token or found.status is not Status.RUNNING:
                raise
            return found  # the first answer was lost and the write was repeated: this worker began it


def _has_failed_for_good(request: Request, policy: Policy) -> bool:
    """Whether its last attempt crashed or failed, and it may not be tried again.

    A request that was suspended has not failed, though the policy may have changed since.
    """
    failed = request.status is Status.RUNNING or request.error is not None
    return failed and exhausted(request, policy)


def _before(request: Request, now: Millis) -> dict[str, object]:
    """What was before the attempt that begins now: how long the request has waited, or how the last ended.

    A request waits from when it was sent, or from its `not_before`, to its first attempt.
    """
    if not request.attempts:
        return {"waited_ms": now - max(request.enqueued_at, request.not_before or 0)}
    return {"after": lost_attempt(request).kind} if request.status is Status.RUNNING else {}


def _unknown(request: Request) -> Failure:
    return Failure("unknown_type", f"No handler for {request.type!r}.")
