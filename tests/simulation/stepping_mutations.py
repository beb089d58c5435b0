"""Deliberate defects of steps. mutations.py has the others."""

from dataclasses import replace
from typing import Any

from pytest import MonkeyPatch  # noqa: PT013 - only the type

from chalicelib.adapters.memory.notes import MemoryNotes
from chalicelib.adapters.memory.requests import MemoryRequests
from chalicelib.core.queueing import attempt, conclusion, drain_pass
from chalicelib.core.queueing.journal import Journal
from chalicelib.core.queueing.notes import Note
from chalicelib.core.queueing.request import Request
from chalicelib.core.queueing.signals import Signals
from chalicelib.core.queueing.steps import Wait
from chalicelib.core.time import Millis
from tests.simulation import faults
from tests.simulation.mutations import defect, finish_without_looking_at, under


@defect
@under(faults.Faults(stall=0.2, intrude=0.5))
def note_added_without_a_condition(patch: MonkeyPatch) -> None:
    def add(store: MemoryNotes, user_id: str, note: Note) -> None:
        store._tables.notes[user_id, note.key] = note

    patch.setattr(MemoryNotes, "add", add)


@defect
@under(faults.Faults(stall=0.2, intrude=0.5))
def marked_as_noted_without_a_condition(patch: MonkeyPatch) -> None:
    def mark_noted(store: MemoryRequests, seen: Request) -> Request:
        return store._save(replace(store.get(seen.user_id, seen.seq) or seen, noted=True))

    patch.setattr(MemoryRequests, "mark_noted", mark_noted)


@defect
def first_note_without_a_mark(patch: MonkeyPatch) -> None:
    patch.setattr(Journal, "mark", lambda journal: None)


@defect
@under(faults.Faults(stall=0.3, slow=0.5, double=0.2, intrude=0.5))
def attempt_begun_that_does_not_know_of_steps(patch: MonkeyPatch) -> None:
    def begin(store: MemoryRequests, seen: Request, *arguments: Any, **named: Any) -> Request:
        found = store._save(store._untouched(seen).begun(*arguments, **named))
        return replace(found, noted=seen.noted)

    patch.setattr(MemoryRequests, "begin", begin)


@defect
def steps_left_behind(patch: MonkeyPatch) -> None:
    patch.setattr(drain_pass, "clean_up_after", lambda ended, notes, now: None)


@defect
@under(faults.Faults(stall=0.3, intrude=0.5))
def suspended_without_a_condition(patch: MonkeyPatch) -> None:
    def suspend(store: MemoryRequests, running: Request, until: Millis, awaits: str) -> Request:
        found = store.get(running.user_id, running.seq) or running
        return store._save(found.suspended(until, awaits))

    patch.setattr(MemoryRequests, "suspend", suspend)


@defect
@under(faults.Faults(stall=0.3))
def woken_without_a_condition(patch: MonkeyPatch) -> None:
    def wake(store: MemoryRequests, seen: Request) -> Request:
        return store._save(replace(seen, not_before=None, awaits=None))

    patch.setattr(MemoryRequests, "wake", wake)


@defect
@under(faults.Faults(slow=0.9))
def signal_not_looked_for_once_it_is_awaited(patch: MonkeyPatch) -> None:
    for module in (attempt, conclusion):
        patch.setattr(
            module, "wait_for", lambda request, *ports: Wait(request.due, for_signal=bool(request.awaits))
        )


@defect
def signal_that_wakes_nobody(patch: MonkeyPatch) -> None:
    patch.setattr(Signals, "_wake", lambda signals, request, name: request)


@defect
@under(faults.NONE)
def ended_without_looking_for_signals(patch: MonkeyPatch) -> None:
    finish_without_looking_at("noted", patch)


@defect
def suspended_attempt_counts(patch: MonkeyPatch) -> None:
    suspended = Request.suspended

    def count(request: Request, until: Millis, awaits: str) -> Request:
        return replace(suspended(request, until, awaits), forgiven_attempts=request.forgiven_attempts)

    patch.setattr(Request, "suspended", count)
