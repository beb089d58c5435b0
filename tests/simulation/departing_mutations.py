"""Deliberate defects of what an application does about deleted users. mutations.py has the others."""

from dataclasses import replace

from pytest import MonkeyPatch  # noqa: PT013 - only the type

from chalicelib.adapters.memory.removal import MemoryUserRemoval
from chalicelib.core.queueing import departure
from chalicelib.core.queueing.attempt import Result
from chalicelib.core.queueing.queue import Queue
from chalicelib.core.queueing.sweep import Sweep
from chalicelib.core.queueing.sweep_run import SweepRun
from chalicelib.core.time import Millis
from tests.simulation.departing import Departing
from tests.simulation.mutations import defect


@defect
def data_removed_before_the_application_has_deleted_its_own(patch: MonkeyPatch) -> None:
    remove = Sweep._remove

    def at_once(use: Sweep, queue: Queue, now: Millis, run: SweepRun) -> None:
        remove(use, replace(queue, departed=True), now, run)

    patch.setattr(Sweep, "_remove", at_once)


@defect
def departed_although_the_application_failed(patch: MonkeyPatch) -> None:
    run = Departing.run
    patch.setattr(Departing, "run", lambda *args: run(*args) and Result("null"))


@defect
def application_asked_while_a_request_is_running(patch: MonkeyPatch) -> None:
    patch.setattr(departure, "is_at_work", lambda *_: False)


@defect
def departure_never_noted(patch: MonkeyPatch) -> None:
    patch.setattr(MemoryUserRemoval, "note_departed", lambda store, queue, now: None)


@defect
def removed_as_soon_as_the_application_has_deleted_its_own(patch: MonkeyPatch) -> None:
    note = MemoryUserRemoval.note_departed

    def note_in_place(store: MemoryUserRemoval, queue: Queue, _: Millis) -> None:
        note(store, queue, queue.deleted_at or 0)

    patch.setattr(MemoryUserRemoval, "note_departed", note_in_place)
