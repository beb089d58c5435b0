"""Deliberate defects of callbacks: what is owed, who moves their cursor, when they are given up."""

from dataclasses import replace
from typing import Any

from pytest import MonkeyPatch  # noqa: PT013 - only the type

from chalicelib.adapters.memory import callbacks as memory_callbacks
from chalicelib.adapters.memory import queues as memory_queues
from chalicelib.adapters.memory import tables
from chalicelib.adapters.memory.callbacks import MemoryCallbacks
from chalicelib.adapters.memory.queues import MemoryQueues
from chalicelib.adapters.memory.sweep_index import MemorySweepIndex
from chalicelib.core.identity import sessions
from chalicelib.core.queueing import (
    callback_calls,
    callbacks_given_up,
    calling_back,
    closing,
    cursor,
    drain_pass,
    looks,
    sweep,
)
from chalicelib.core.queueing import callbacks as replaying
from chalicelib.core.queueing.callback_cursor import CallbackCursor
from chalicelib.core.queueing.calling_back import CallingBack
from chalicelib.core.queueing.notes import Note
from chalicelib.core.queueing.progress import Progress
from chalicelib.core.queueing.queue import Queue
from chalicelib.core.queueing.request import Request, Status
from tests.simulation import faults
from tests.simulation.mutations import defect, under


@defect
@under(faults.Faults(stall=0.08))
def callbacks_made_again_in_a_queue_that_was_put_off_since(patch: MonkeyPatch) -> None:
    patch.setattr(memory_callbacks, "_is_put_off_since", lambda seen, found: False)


@defect
def look_at_owed_callbacks_postponed_by_workers(patch: MonkeyPatch) -> None:
    """A user is busy while a receiver is down: the queue would never be due for the sweeper."""
    next_look = looks.next_look

    def postponed(queue: Queue, now: int, *, owes: bool = False) -> int | None:
        look = next_look(queue, now, owes=owes)
        return None if look is None else now + looks.FAR_MS

    patch.setattr(memory_queues, "next_look", postponed)


def _move_if(patch: MonkeyPatch, *, unmoved: bool = True, unextended: bool = True) -> None:
    """With these conditions left."""
    move = MemoryCallbacks.move

    def moved(
        store: MemoryCallbacks, queue: Queue, wanted: CallbackCursor, given_up: Note | None = None
    ) -> Queue:
        found = store._tables.existing(queue.user_id)
        seen = queue.callbacks
        if not unmoved:
            seen = found.callbacks._replace(last=seen.last)
        if not unextended:
            seen = seen._replace(last=found.callbacks.last)
        return move(store, replace(queue, callbacks=seen), wanted, given_up)

    patch.setattr(MemoryCallbacks, "move", moved)


@defect
@under(faults.Faults(stall=0.1, intrude=0.5, double=0.3))
def callback_cursor_moved_without_a_condition(patch: MonkeyPatch) -> None:
    _move_if(patch, unmoved=False)


@defect
def callbacks_said_to_be_done_while_more_are_owed(patch: MonkeyPatch) -> None:
    _move_if(patch, unextended=False)


@defect
def callbacks_owed_already_forgotten_by_the_drain(patch: MonkeyPatch) -> None:
    def moved(queue: Queue, progress: Progress, now: int, seen: Queue) -> Queue:
        if progress.owed:
            queue = replace(queue, callbacks=queue.callbacks._replace(first=None))
        return original(queue, progress, now, seen)

    original = memory_queues._moved
    patch.setattr(memory_queues, "_moved", moved)


@defect
def callbacks_of_successes_only(patch: MonkeyPatch) -> None:
    past = Progress.past

    def of_successes(progress: Progress, request: Request, took_ms: int | None = None) -> Progress:
        owing = request if request.status is Status.SUCCEEDED else replace(request, callback=None)
        return past(progress, owing, took_ms)

    patch.setattr(Progress, "past", of_successes)


@defect
def queue_closed_that_owes_callbacks(patch: MonkeyPatch) -> None:
    def is_drained(found: Queue, seen: Queue) -> bool:
        drained = found.head == found.tail == seen.tail
        return drained and found.sessions == seen.sessions and found.deleted_at is None

    patch.setattr(tables, "is_drained", is_drained)
    for module in (closing, drain_pass, sessions, sweep):
        patch.setattr(module, "close_if_over", _close_if_drained)


def _close_if_drained(queues: MemoryQueues, queue: Queue, now: int) -> None:
    if not queue.depth and not queue.live_sessions(now):
        queues.close(queue)


@defect
def replayed_callbacks_not_found_by_the_sweeper(patch: MonkeyPatch) -> None:
    move = MemoryCallbacks.move

    def unmarked(store: MemoryCallbacks, queue: Queue, *args: Any) -> Queue:
        before = store._tables.existing(queue.user_id)
        return store._tables.put(replace(move(store, queue, *args), look_at=before.look_at))

    patch.setattr(MemoryCallbacks, "move", unmarked)


@defect
def work_mark_removed_while_callbacks_are_owed(patch: MonkeyPatch) -> None:
    def clear_work_mark(index: MemorySweepIndex, queue: Queue) -> None:
        index._tables.put(replace(index._tables.existing(queue.user_id), look_at=None))
        index._tables.open_until[queue.user_id] = queue.connected_until

    patch.setattr(MemorySweepIndex, "clear_work_mark", clear_work_mark)
    patch.setattr(sweep, "IDLE_MS", 0)


@defect
def caller_woken_by_nobody_but_the_sweeper(patch: MonkeyPatch) -> None:
    patch.setattr(cursor, "wake_caller", lambda *args: None)


@defect
@under(faults.Faults(lose=0.5))
def lost_wake_up_for_callbacks_not_missed(patch: MonkeyPatch) -> None:
    patch.setattr(sweep.Sweep, "_rescue_callbacks", lambda *args: None)


@defect
@under(faults.NONE)
def replay_that_wakes_nobody(patch: MonkeyPatch) -> None:
    patch.setattr(replaying, "wake_caller", lambda *args: None)


@defect
def outcomes_pushed_before_the_head_has_passed_them(patch: MonkeyPatch) -> None:
    owed_outcomes = calling_back.owed_outcomes

    def beyond(store: Any, queue: Queue, after: int = 0) -> Any:
        cursor = queue.callbacks._replace(last=queue.tail)
        return owed_outcomes(store, replace(queue, callbacks=cursor), after)

    patch.setattr(calling_back, "owed_outcomes", beyond)


@defect
def next_outcome_pushed_though_the_call_has_failed(patch: MonkeyPatch) -> None:
    patch.setattr(calling_back, "is_given_up", lambda *args: True)


@defect
def outcomes_given_up_as_soon_as_they_are_old(patch: MonkeyPatch) -> None:
    def is_given_up(failed: Any, outcome: Request, answer: Any, now: int, give_up_ms: int) -> bool:
        return (outcome.finished_at or 0) <= now - give_up_ms

    patch.setattr(calling_back, "is_given_up", is_given_up)


@defect
def outcomes_given_up_as_soon_as_their_receiver_has_failed_for_long(patch: MonkeyPatch) -> None:
    def is_given_up(failed: CallbackCursor, outcome: Any, answer: Any, now: int, give_up_ms: int) -> bool:
        return failed.failing_since is not None and failed.failing_since <= now - give_up_ms

    patch.setattr(calling_back, "is_given_up", is_given_up)


@defect
def series_of_failures_kept_by_a_replay(patch: MonkeyPatch) -> None:
    replayed = callback_calls.replayed

    def kept(seen: CallbackCursor, first: int, now: int) -> CallbackCursor:
        moved = replayed(seen, first, now)
        return moved._replace(failing_since=seen.failing_since, failing_host=seen.failing_host)

    patch.setattr(replaying, "replayed", kept)


@defect
def given_up_and_not_listed(patch: MonkeyPatch) -> None:
    settle = CallingBack._settle

    def unlisted(calling: CallingBack, *args: Any) -> Queue:
        return settle(calling, *args[:3])

    patch.setattr(CallingBack, "_settle", unlisted)


@defect
def listed_as_given_up_though_a_replay_got_through(patch: MonkeyPatch) -> None:
    patch.setattr(callbacks_given_up, "remove", lambda *args: None)


@defect
def replay_that_does_not_go_back(patch: MonkeyPatch) -> None:
    def replayed(seen: CallbackCursor, first: int, now: int) -> CallbackCursor:
        return seen._replace(first=seen.first or seen.last, next_at=0, replayed=True)

    patch.setattr(replaying, "replayed", replayed)
