"""Deliberate defects of slots and of the latest start. mutations.py has the others."""

from dataclasses import replace
from typing import Any

from pytest import MonkeyPatch  # noqa: PT013 - only the type

from chalicelib.adapters.memory.slots import MemorySlots
from chalicelib.core.queueing.attempt import Attempt
from chalicelib.core.queueing.request import Request, Status
from chalicelib.core.queueing.slot_entry import SlotEntry
from chalicelib.core.queueing.slot_looks import SlotLooks
from chalicelib.core.queueing.slots import REPLACING, IfBusy, SlotRecord
from chalicelib.core.queueing.sweep import Sweep
from tests.simulation import faults
from tests.simulation.mutations import defect, under


@defect
def latest_start_not_looked_at(patch: MonkeyPatch) -> None:
    patch.setattr(Request, "is_too_late", lambda request, now: False)


@defect
@under(faults.Faults(slow=0.9, stall=0.05))
def latest_start_not_looked_at_before_begin(patch: MonkeyPatch) -> None:
    try_ = Attempt._try

    def at_any_time(attempt: Attempt, request: Request, *arguments: Any) -> Any:
        return try_(attempt, replace(request, start_before=None), *arguments)

    patch.setattr(Attempt, "_try", at_any_time)


@defect
def what_was_begun_expires(patch: MonkeyPatch) -> None:
    def is_too_late(request: Request, now: int) -> bool:
        return request.status is Status.QUEUED and now > (request.start_before or now)

    patch.setattr(Request, "is_too_late", is_too_late)


@defect
def superseded_request_begun(patch: MonkeyPatch) -> None:
    patch.setattr(MemorySlots, "_require_not_superseded", lambda store, request: None)


@defect
def slot_entered_whoever_was_faster(patch: MonkeyPatch) -> None:
    def entered(store: MemorySlots, request: Request) -> SlotRecord | None:
        if request.slot is None:
            return None
        found = store.find_slot(request.user_id, request.slot)
        replaced = request.seq - 1 if request.if_busy in REPLACING else found.replaced if found else 0
        return SlotRecord(request.seq, replaced)

    patch.setattr(MemorySlots, "_entered", entered)


@defect
@under(faults.Faults(slow=0.95))
def slot_deleted_whoever_has_entered_it(patch: MonkeyPatch) -> None:
    def delete_slot(store: MemorySlots, user_id: str, slot: str, last: int) -> None:
        store._tables.slots.pop((user_id, slot), None)

    patch.setattr(MemorySlots, "delete_slot", delete_slot)


@defect
def slot_never_deleted(patch: MonkeyPatch) -> None:
    patch.setattr(SlotLooks, "leave", lambda looks, request: None)


@defect
def what_is_replaced_waits_on(patch: MonkeyPatch) -> None:
    """Its slot is entered, and nothing is superseded."""
    entered = MemorySlots._entered

    def entered_behind(store: MemorySlots, request: Request) -> SlotRecord | None:
        return entered(store, replace(request, if_busy=IfBusy.QUEUE))

    patch.setattr(MemorySlots, "_entered", entered_behind)


@defect
def nothing_is_in_the_way(patch: MonkeyPatch) -> None:
    patch.setattr(SlotEntry, "_in_the_way", lambda entry, queue, record: None)


@defect
def interrupt_that_stops_nothing(patch: MonkeyPatch) -> None:
    patch.setattr(SlotEntry, "stop_running", lambda entry, seq, now: None)


@defect
@under(faults.Faults(lose=0.9))
def superseded_head_not_missed_by_the_sweeper(patch: MonkeyPatch) -> None:
    patch.setattr(Sweep, "_is_superseded", lambda sweep, head, now: False)
