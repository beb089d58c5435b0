"""Deliberate defects, each of which the simulation must find: that shows that its checks have teeth.

Each takes one condition or one step of the protocol away.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import wraps
from typing import Any

from pytest import MonkeyPatch  # noqa: PT013 - only the type

from chalicelib.adapters.memory import queues, tables
from chalicelib.adapters.memory.effects import Booking
from chalicelib.adapters.memory.keys import MemoryKeys
from chalicelib.adapters.memory.queues import MemoryQueues
from chalicelib.adapters.memory.requests import MemoryRequests
from chalicelib.core.errors import LostRaceError
from chalicelib.core.queueing.controls import Controls
from chalicelib.core.queueing.drain_pass import DrainPass
from chalicelib.core.queueing.queue import Queue
from chalicelib.core.queueing.request import Outcome, Request, Status
from chalicelib.core.queueing.steps import Done, Ending
from tests.simulation import faults

type Defect = Callable[[MonkeyPatch], None]
DEFECTS: dict[str, Defect] = {}


def defect(define: Defect) -> Defect:
    DEFECTS[define.__name__.replace("_", " ")] = define
    return define


def under(always: faults.Faults) -> Callable[[Defect], Defect]:
    """Of a defect that shows only under certain faults: these in every history, so that it is found soon."""

    def decorate(define: Defect) -> Defect:
        def both(patch: MonkeyPatch) -> None:
            patch.setattr(faults, "draw", lambda rng: always)
            define(patch)

        return wraps(define)(both)

    return decorate


def unconditionally(method: str) -> Defect:
    """A write of the queue that goes through whatever it finds."""
    original = getattr(MemoryQueues, method)

    def write(store: MemoryQueues, *arguments: Any) -> Any:
        with MonkeyPatch.context() as patch:
            patch.setattr(tables, "require", lambda condition: None)
            return original(store, *arguments)

    return lambda patch: patch.setattr(MemoryQueues, method, write)


def finish_without_looking_at(mark: str, patch: MonkeyPatch) -> None:
    """Whether the request was marked since is neither a condition of its end nor known afterwards."""
    original = MemoryRequests.finish

    def finish(store: MemoryRequests, running: Request, *arguments: Any, **named: Any) -> Request:
        found = store.get(running.user_id, running.seq)
        stored: dict[str, Any] = {mark: found is not None and getattr(found, mark)}
        known: dict[str, Any] = {mark: getattr(running, mark)}
        return replace(original(store, replace(running, **stored), *arguments, **named), **known)

    patch.setattr(MemoryRequests, "finish", finish)


def left_to_nobody(drain_pass: DrainPass) -> Ending:
    """An end of a pass that writes the head and sends no wake-up, though work is left."""
    drain_pass._cursor.checkpoint()
    return Done()


for _method in ("take_numbers", "advance", "go_idle", "move_read", "close"):
    DEFECTS[f"{_method} without a condition"] = unconditionally(_method)


@defect
def begin_without_a_condition(patch: MonkeyPatch) -> None:
    patch.setattr(MemoryRequests, "_untouched", lambda store, seen: store.get(seen.user_id, seen.seq))


@defect
def finish_without_a_condition(patch: MonkeyPatch) -> None:
    patch.setattr(MemoryRequests, "_current", lambda store, running: store.get(running.user_id, running.seq))


@defect
@under(faults.Faults(stall=0.1, intrude=0.5))
def finish_by_whoever_began_it(patch: MonkeyPatch) -> None:
    """On condition that it runs, but not that it is this attempt that runs."""

    def current(store: MemoryRequests, running: Request) -> Request:
        found = store.get(running.user_id, running.seq)
        if found is None or found.status is not Status.RUNNING:
            raise LostRaceError
        return found

    patch.setattr(MemoryRequests, "_current", current)


@defect
def write_without_a_condition(patch: MonkeyPatch) -> None:
    def write(store: MemoryRequests, request: Request, key: Any = None, last: int = 0) -> None:
        store._tables.requests.setdefault(request.user_id, {})[request.seq] = request

    patch.setattr(MemoryRequests, "write", write)


@defect
def void_without_a_condition(patch: MonkeyPatch) -> None:
    def void(
        store: MemoryRequests, user_id: str, seq: int, now: int, *, expires_at: int | None = None
    ) -> None:
        made = Request(user_id, seq, "void", "null", Status.VOID, enqueued_at=now, expires_at=expires_at)
        store._tables.requests.setdefault(user_id, {})[seq] = made

    patch.setattr(MemoryRequests, "void", void)


@defect
def room_not_restored(patch: MonkeyPatch) -> None:
    moved = queues._moved
    patch.setattr(queues, "_moved", lambda queue, *args: replace(moved(queue, *args), room=queue.room))


@defect
def go_idle_without_looking_at_the_tail(patch: MonkeyPatch) -> None:
    def go_idle(store: MemoryQueues, queue: Queue, progress: Any, now: int) -> Queue:
        found = store._tables.queues[queue.user_id]
        tables.require(found.head == queue.head)
        return store._tables.put(replace(queues._moved(found, progress, now, queue), awake=None))

    patch.setattr(MemoryQueues, "go_idle", go_idle)


@defect
@under(faults.Faults(stall=0.08))
def purge_that_comes_late_brings_back_what_was_forgotten_since(patch: MonkeyPatch) -> None:
    patch.setattr(queues, "_is_purged_later", lambda found, queue: False)


@defect
def sessions_not_looked_at(patch: MonkeyPatch) -> None:
    patch.setattr(tables, "is_live", lambda queue, session_id, now: True)


@defect
def keys_noted_again(patch: MonkeyPatch) -> None:
    patch.setattr(MemoryKeys, "find", lambda *args: None)


@defect
@under(faults.Faults(stall=0.1, intrude=0.5))
def effects_written_before_the_outcome(patch: MonkeyPatch) -> None:
    finish = MemoryRequests.finish

    def finish_late(
        store: MemoryRequests,
        running: Request,
        outcome: Any,
        now: int,
        effects: Sequence[object] = (),
        **named: Any,
    ) -> Any:
        booked = [effect for effect in effects if isinstance(effect, Booking)]
        store._tables.ledger.commit(booked)
        others = [effect for effect in effects if effect not in booked]
        return finish(store, running, outcome, now, others, **named)

    patch.setattr(MemoryRequests, "finish", finish_late)


@defect
@under(faults.Faults(stall=0.2, intrude=0.5))
def halt_whatever_was_said_since(patch: MonkeyPatch) -> None:
    """On condition that the queue is open, but not that it was open all the time."""

    def unchanged(store: MemoryQueues, queue: Queue, session_id: str | None, now: int) -> Queue:
        found = store._tables.queues[queue.user_id]
        tables.require(found.state is queue.state)
        return found

    patch.setattr(MemoryQueues, "_unchanged", unchanged)


@defect
@under(faults.Faults(stale=0.5))
def what_is_cancelled_expires_before_its_turn(patch: MonkeyPatch) -> None:
    patch.setattr(Request, "cancelled", lambda request, now: request.ended(Outcome(Status.CANCELLED), now))


@defect
@under(faults.Faults(stale=0.5))
def first_of_a_batch_taken_for_unwritten_when_it_has_expired(patch: MonkeyPatch) -> None:
    def is_accepted(controls: Controls, request: Request, _queue: Queue) -> bool:
        return request.batch is None or controls.requests.get(request.user_id, request.batch) is not None

    patch.setattr(Controls, "_is_accepted", is_accepted)


@defect
def queue_closed_that_is_to_be_removed(patch: MonkeyPatch) -> None:
    _idle_if(patch, lambda found, seen: found.sessions == seen.sessions)


@defect
@under(faults.Faults(slow=0.9, stall=0.05))
def queue_closed_under_a_new_session(patch: MonkeyPatch) -> None:
    _idle_if(patch, lambda found, seen: found.deleted_at is None)


def _idle_if(patch: MonkeyPatch, condition: Callable[[Queue, Queue], bool]) -> None:
    patch.setattr(
        tables,
        "is_drained",
        lambda found, seen: found.head == found.tail == seen.tail and condition(found, seen),
    )


@defect
def room_not_looked_at(patch: MonkeyPatch) -> None:
    take_numbers = MemoryQueues.take_numbers

    def take(
        store: MemoryQueues, user_id: str, session_id: str, count: int, now: int, *withdrawal: Any
    ) -> Queue:
        room = store._tables.queues[user_id].room
        store._tables.put(replace(store._tables.queues[user_id], room=count))
        queue = take_numbers(store, user_id, session_id, count, now, *withdrawal)
        return store._tables.put(replace(queue, room=room - count))

    patch.setattr(MemoryQueues, "take_numbers", take)
