"""Deliberate defects of steps. mutations.py has the others."""

from dataclasses import replace

from pytest import MonkeyPatch  # noqa: PT013 - only the type

from chalicelib.adapters.memory.notes import MemoryNotes
from chalicelib.adapters.memory.requests import MemoryRequests
from chalicelib.core.queueing.drain_pass import DrainPass
from chalicelib.core.queueing.journal import Journal
from chalicelib.core.queueing.notes import Note
from chalicelib.core.queueing.request import Request
from chalicelib.core.time import Millis
from tests.simulation import faults
from tests.simulation.mutations import defect, under


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
    def begin(store: MemoryRequests, seen: Request, token: str, now: Millis, deadline: Millis) -> Request:
        store._untouched(seen)
        found = store._save(store._untouched(seen).begun(token, now, deadline))
        return replace(found, noted=seen.noted)

    patch.setattr(MemoryRequests, "begin", begin)


@defect
def steps_left_behind(patch: MonkeyPatch) -> None:
    patch.setattr(DrainPass, "_clean_up", lambda drain_pass, request: None)
