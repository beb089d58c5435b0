"""Deliberate defects of long attempts and their heartbeats. mutations.py has the others."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pytest import MonkeyPatch  # noqa: PT013 - only the type

from chalicelib.adapters.memory.requests import MemoryRequests
from chalicelib.core.errors import LostRaceError, UnavailableError
from chalicelib.core.queueing import attempt, heartbeat, held_lease, policy, sweep
from chalicelib.core.queueing.attempt import Attempt
from chalicelib.core.queueing.heartbeat import Heartbeat, StopWatch
from chalicelib.core.queueing.held_lease import HeldLease
from chalicelib.core.queueing.lateness import is_late
from chalicelib.core.queueing.queue import Queue
from chalicelib.core.queueing.request import Request, Status
from chalicelib.core.queueing.turn import Turn
from chalicelib.core.time import Millis
from tests.simulation import faults
from tests.simulation.mutations import defect, under


@defect
@under(faults.Faults(repeat=0.6, slow=0.9))
def renewed_without_a_condition(patch: MonkeyPatch) -> None:
    def renew(
        store: MemoryRequests, running: Request, deadline: Millis, *, shortens: bool = False
    ) -> Request:
        found = store.get(running.user_id, running.seq) or running
        return store._save(replace(found, deadline=deadline))

    patch.setattr(MemoryRequests, "renew", renew)


def renew_nothing(patch: MonkeyPatch) -> None:
    """No defect, but a network that lets no renewal through."""

    def fail(beat: Heartbeat) -> None:
        raise UnavailableError

    patch.setattr(Heartbeat, "__call__", fail)
    patch.setattr(faults.Faults, "is_steady", property(lambda _: False))


@defect
def attempt_goes_on_beyond_its_deadline(patch: MonkeyPatch) -> None:
    renew_nothing(patch)
    patch.setattr(Heartbeat, "seconds_left", property(lambda beat: 20.0))


def have_short_deadlines(patch: MonkeyPatch) -> None:
    """No defect, but the end of an attempt that is to stop may come after its deadline."""
    for module in (attempt, heartbeat):
        patch.setattr(module, "ALIVE_MS", 4_000)


@defect
def stopped_attempt_outlives_its_deadline(patch: MonkeyPatch) -> None:
    have_short_deadlines(patch)
    patch.setattr(StopWatch, "at_most", lambda watch, within_ms, spare_ms: within_ms)


@defect
@under(faults.Faults(stall=0.3, slow=0.5, double=0.2, intrude=0.4, skew=250))
def renewal_not_seen_by_who_begins_again(patch: MonkeyPatch) -> None:
    def untouched(store: MemoryRequests, seen: Request) -> Request:
        found = store.get(seen.user_id, seen.seq)
        if found is None or (found.status, found.attempts) != (seen.status, seen.attempts):
            raise LostRaceError
        return found

    patch.setattr(MemoryRequests, "_untouched", untouched)


def allow_one_attempt(patch: MonkeyPatch) -> None:
    """No defect, but each attempt is the last one that its request may have."""
    for module in (attempt, policy):
        patch.setattr(module, "exhausted", lambda request, policy: request.counted_attempts >= 1)


@defect
@under(faults.Faults(stall=0.3, slow=0.5, double=0.2, intrude=0.4, skew=250))
def crash_told_without_looking_at_the_deadline(patch: MonkeyPatch) -> None:
    allow_one_attempt(patch)
    for write in (MemoryRequests.finish, MemoryRequests.requeue):
        patch.setattr(MemoryRequests, write.__name__, _whatever_the_deadline(write))


def _whatever_the_deadline(write: Callable[..., Request]) -> Callable[..., Request]:
    def written(store: MemoryRequests, running: Request, *arguments: Any, crashed: bool = False) -> Request:
        return write(store, running, *arguments)

    return written


@defect
def dead_attempt_taken_for_alive(patch: MonkeyPatch) -> None:
    def is_kept_alive(turn: Turn, request: Request) -> bool:
        known = turn._handlers.get(request.type)
        return request.status is Status.RUNNING and known is not None and known.is_long

    patch.setattr(Turn, "is_kept_alive", is_kept_alive)


@defect
@under(faults.Faults(lose=0.3, crash=0.05))
def dead_attempt_not_missed_by_the_sweeper(patch: MonkeyPatch) -> None:
    def missed(queue: Queue, head: Request, now: Millis) -> bool:
        return head.status is not Status.RUNNING and is_late(queue, head, now)

    patch.setattr(sweep, "is_late", missed)


@defect
@under(faults.NONE)
def death_of_a_long_attempt_noticed_late(patch: MonkeyPatch) -> None:
    for module in (attempt, heartbeat):
        patch.setattr(module, "ALIVE_MS", 60_000)


SILENT = faults.Faults(silent=0.6)


def ask_again_at_once(patch: MonkeyPatch) -> None:
    """No defect, but SQS is asked to hold a wake-up at each beat, though it has not answered lately."""
    patch.setattr(held_lease, "REST_MS", 0)


@defect
@under(SILENT)
def end_put_off_only_when_the_lease_is_held(patch: MonkeyPatch) -> None:
    """The renewal, the call of SQS, and only then the process is allowed to go on for longer."""
    ask_again_at_once(patch)
    renew = Heartbeat.__call__

    def renew_and_hold(beat: Heartbeat) -> None:
        renew(beat)
        beat.hold_lease()

    patch.setattr(Heartbeat, "__call__", renew_and_hold)


@defect
@under(SILENT)
def lease_held_in_the_time_of_the_attempt(patch: MonkeyPatch) -> None:
    """The deadline is that of the moment before SQS was asked."""

    def hold(run: Attempt, lease: HeldLease, lasts_ms: int) -> Millis:
        asked = run.clock.now()
        lease.outlast(asked + lasts_ms)
        return asked

    patch.setattr(Attempt, "_hold", hold)
