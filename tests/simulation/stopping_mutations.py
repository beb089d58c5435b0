"""Deliberate defects of stopping. mutations.py has the others."""

from contextlib import suppress
from dataclasses import replace
from typing import Any

from pytest import MonkeyPatch  # noqa: PT013 - only the type

from chalicelib.adapters.memory import requests
from chalicelib.adapters.memory.requests import MemoryRequests
from chalicelib.core.errors import LostRaceError
from chalicelib.core.queueing import lookahead
from chalicelib.core.queueing.attempt import Attempt
from chalicelib.core.queueing.heartbeat import ALIVE_MS, Heartbeat, StopWatch
from chalicelib.core.queueing.request import Request, Status, StoppedBy
from chalicelib.core.time import Millis
from tests.simulation import faults
from tests.simulation.mutations import DEFECTS, Defect, defect, under


def whatever_was_asked(method: str) -> Defect:
    """A write that ends an attempt without looking whether somebody has asked to stop it."""
    original: Any = getattr(MemoryRequests, method)

    def write(store: MemoryRequests, *arguments: Any, **named: Any) -> Any:
        with MonkeyPatch.context() as patch:
            patch.setattr(requests, "_require_not_stopped", lambda found: None)
            return original(store, *arguments, **named)

    return lambda patch: patch.setattr(MemoryRequests, method, write)


for _method in ("finish", "requeue"):
    DEFECTS[f"{_method} whatever was asked"] = whatever_was_asked(_method)
DEFECTS["second stop replaces the first"] = under(faults.Faults(slow=0.95))(
    whatever_was_asked("request_stop")
)


@defect
def stop_of_an_attempt_that_is_over(patch: MonkeyPatch) -> None:
    """Without the condition that the attempt which was read is the current one, and runs."""

    def request_stop(
        store: MemoryRequests, seen: Request, by: StoppedBy, now: Millis, superseded_by: int | None = None
    ) -> Request:
        found = store.get(seen.user_id, seen.seq)
        if found is None or found.stop_requested_at is not None:
            raise LostRaceError
        return store._save(found.stop_requested(by, now, superseded_by))

    patch.setattr(MemoryRequests, "request_stop", request_stop)


@defect
def stopped_request_begun_again(patch: MonkeyPatch) -> None:
    """Nobody who finds that an attempt has crashed looks whether somebody has asked to stop it."""
    run_again = Attempt.__call__

    def forget(run: Attempt, request: Request, *more: Any, **named: Any) -> Any:
        return run_again(run, replace(request, stop_requested_at=None), *more, **named)

    patch.setattr(lookahead, "settle_stopped", lambda store, crashed, now: crashed)
    patch.setattr(Attempt, "__call__", forget)
    _see_no_stop(patch)


@defect
def stop_not_seen_by_who_begins_again(patch: MonkeyPatch) -> None:
    """It comes just before the begin: by chance that is too rare to be found soon."""
    begin = Attempt._begin

    def begin_late(run: Attempt, request: Request, now: Millis, *more: Any) -> Request:
        if request.status is Status.RUNNING:
            with suppress(LostRaceError):
                run.requests.request_stop(request, StoppedBy.USER, now)
        return begin(run, request, now, *more)

    patch.setattr(Attempt, "_begin", begin_late)
    _see_no_stop(patch)


def _see_no_stop(patch: MonkeyPatch) -> None:
    patch.setattr(requests, "_state", lambda request: (request.status, request.attempts, request.deadline))


@defect
@under(faults.NONE)
def stop_that_no_handler_hears_of(patch: MonkeyPatch) -> None:
    patch.setattr(MemoryRequests, "is_stop_requested", lambda store, running: False)
    patch.setattr(Heartbeat, "__call__", renew_only)


def renew_only(beat: Heartbeat) -> None:
    beat.deadline = beat.clock.now() + ALIVE_MS
    beat.requests.renew(beat.running, beat.deadline)


@defect
@under(faults.NONE)
def end_of_a_stopped_attempt_awaited_until_its_deadline(patch: MonkeyPatch) -> None:
    patch.setattr(StopWatch, "expect_end", lambda watch, within_ms: None)
