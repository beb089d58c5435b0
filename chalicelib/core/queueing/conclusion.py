"""What came of an attempt, and how it is written."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chalicelib.core.errors import EffectRefusedError, LostRaceError
from chalicelib.core.log_events import log_event
from chalicelib.core.queueing.entry import Entry
from chalicelib.core.queueing.journal import was_marked_since
from chalicelib.core.queueing.log_fields import log_fields
from chalicelib.core.queueing.policy import OnFailure, Policy, after_failure
from chalicelib.core.queueing.request import Failure, Outcome, Request, Status
from chalicelib.core.queueing.steps import AfterAttempt, Halt, Passed, Wait
from chalicelib.core.queueing.stored_text import bytes_apart
from chalicelib.core.queueing.suspending import Suspended, wait_for
from chalicelib.core.queueing.texts import result_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from chalicelib.core.queueing.attempt import Ran
    from chalicelib.core.queueing.notes import NoteStore
    from chalicelib.core.queueing.request_store import RequestStore
    from chalicelib.core.time import Clock, Millis

CRASHED = Failure("crash", "The worker process ended while the request was running.")
OVERRAN = Failure(
    "timeout", "The handler exceeded its time limit and did not stop, so its process was ended."
)


@dataclass(frozen=True, slots=True)
class Conclusion:
    """Ends an attempt as its handler has it, or as cancelled if somebody has asked to stop the request."""

    requests: RequestStore
    clock: Clock
    fraction: Callable[[], float]  # draws from [0, 1), for the jitter of waits
    enter: Callable[[Sequence[Entry]], object] | None  # follow-ups; None: left to the sweeper
    notes: Callable[[], NoteStore]

    def __call__(self, running: Request, ran: Ran, policy: Policy) -> AfterAttempt:
        """Write it. Raises LostRaceError if the attempt is not the current one any more."""
        try:
            return self._as_it_ran(running, ran, policy)
        except LostRaceError:
            return self._stopped(running)

    def _as_it_ran(self, running: Request, ran: Ran, policy: Policy) -> AfterAttempt:
        if isinstance(ran, Failure):
            return self._failed(running, ran, policy)
        if isinstance(ran, Suspended):
            return self._suspend(running, ran)
        try:
            passed = self._finish(running, Outcome(Status.SUCCEEDED, result=ran.json), ran.effects)
        except EffectRefusedError as error:
            return self._failed(running, Failure("conflict", str(error)), policy)
        if self.enter and (follow_ups := [e for e in ran.effects if isinstance(e, Entry)]):
            self.enter(follow_ups)
        return passed

    def _stopped(self, running: Request) -> Passed:
        """The attempt could not be ended as its handler has it: somebody may have asked to stop it.

        Raises LostRaceError if that is not the reason.
        """
        found = self.requests.get(running.user_id, running.seq)
        if found is None or found.stop_requested_at is None:
            raise LostRaceError
        own = found.status is Status.RUNNING and found.attempt_token == running.attempt_token
        if not own:
            raise LostRaceError
        return self._finish(found, Outcome(Status.CANCELLED))

    def _suspend(self, running: Request, ran: Suspended) -> Wait:
        suspended = self.requests.suspend(running, *ran)
        log_attempt("request suspended", suspended, awaits=ran.awaits or None, until=ran.until)
        return wait_for(suspended, self.requests, self.notes, self.clock)

    def of_exhausted(self, request: Request, policy: Policy) -> AfterAttempt:
        """Decide about a request that may not be tried again and has no outcome.

        Its last attempt crashed, or the worker crashed before it wrote its decision, or the policy changed.
        """
        lost = lost_attempt(request)
        failure = request.error or lost
        if request.status is Status.RUNNING:
            return self._failed(request, lost, policy, crashed=True)
        if policy.on_failure is OnFailure.HALT:
            return Halt(failure)
        outcome = Outcome(Status.FAILED, error=failure)
        settled = self.requests.settle(request, outcome, self.clock.now())
        log_attempt("request failed", settled, kind=failure.kind, error=failure.message)
        return Passed(settled)

    def _failed(
        self, running: Request, failure: Failure, policy: Policy, *, crashed: bool = False
    ) -> AfterAttempt:
        """`crashed`: as others see it, from the deadline, which may have been renewed since they read it."""
        now = self.clock.now()
        took = {"took_ms": now - (running.started_at or now)}
        decision = after_failure(running, failure, policy, now, self.fraction)
        if isinstance(decision, Outcome):
            return self._finish(running, decision, crashed=crashed)
        if isinstance(decision, Halt):
            self.requests.requeue(running, None, failure, crashed=crashed)
            log_attempt("request halts the queue", running, kind=failure.kind, error=failure.message, **took)
            return decision
        self.requests.requeue(running, decision.not_before, failure, crashed=crashed)
        log_attempt("request will be retried", running, kind=failure.kind, error=failure.message, **took)
        return Wait(decision.not_before)

    def _finish(
        self, running: Request, outcome: Outcome, effects: Sequence[object] = (), *, crashed: bool = False
    ) -> Passed:
        now = self.clock.now()
        finished = self._write_outcome(running, outcome, now, effects, crashed)
        error = {"kind": outcome.error.kind, "error": outcome.error.message} if outcome.error else {}
        stopped = {"stopped_by": finished.stopped_by} if finished.stopped_by else {}
        took_ms = now - (running.started_at or now)
        log_attempt(
            f"request {outcome.status}",
            replace(finished, call=running.call),
            took_ms=took_ms,
            **error,
            **stopped,
        )
        return Passed(finished)

    def _write_outcome(
        self, running: Request, outcome: Outcome, now: Millis, effects: Sequence[object], crashed: bool
    ) -> Request:
        if outcome.result is not None and bytes_apart(outcome.result):
            self.requests.write_texts(running.user_id, [result_of(running, outcome.result, now)])
        try:
            return self.requests.finish(running, outcome, now, effects, crashed=crashed)
        except LostRaceError:
            found = self.requests.get(running.user_id, running.seq)
            if found and was_marked_since(running, found):  # by a signal, or by an attempt that is late
                seen = replace(running, noted=found.noted, eventful=found.eventful)
                return self._write_outcome(seen, outcome, now, effects, crashed)
            own = running.attempt_token, outcome.status, now
            if found is None or (found.attempt_token, found.status, found.finished_at) != own:
                raise
            return found  # the first answer was lost and the write was repeated: this attempt has ended it


def lost_attempt(request: Request) -> Failure:
    """Why the last attempt, whose deadline has passed, has written no result."""
    return OVERRAN if request.overrun_token and request.overrun_token == request.attempt_token else CRASHED


def log_attempt(event: str, request: Request, **fields: object) -> None:
    """Log what has happened to a request and its attempt; with an `error`, as a warning."""
    level = logging.WARNING if "error" in fields else logging.INFO
    log_event(event, level=level, **log_fields(request), **fields)
