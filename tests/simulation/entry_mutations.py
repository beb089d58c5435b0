"""Deliberate defects of entries: how they are written, enter the line and are deleted."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

from pytest import MonkeyPatch  # noqa: PT013 - only the type

from chalicelib.adapters.memory.entries import MemoryEntries
from chalicelib.adapters.memory.entry_items import put
from chalicelib.adapters.memory.keys import MemoryKeys
from chalicelib.adapters.memory.requests import MemoryRequests
from chalicelib.adapters.memory.tables import require
from chalicelib.core.errors import LostRaceError
from chalicelib.core.queueing import entering as entering_module
from chalicelib.core.queueing.due_entries import DueEntries
from chalicelib.core.queueing.entering import Entering, Row
from chalicelib.core.queueing.entry import Entry
from chalicelib.core.queueing.queue import Queue, State
from chalicelib.core.queueing.request import Outcome, Request
from chalicelib.core.queueing.scheduling import Scheduling
from tests.simulation import faults, ports
from tests.simulation.entries import NAME, Entries
from tests.simulation.mutations import defect, under


@defect
def entry_enters_though_it_is_gone(patch: MonkeyPatch) -> None:
    def enter(store: MemoryEntries, entry: Entry, request: Request) -> None:
        store._requests.write(request)
        store._remove(entry)

    patch.setattr(MemoryEntries, "enter", enter)


@defect
@under(faults.Faults(stall=0.2, slow=0.5))
def entry_enters_at_a_place_that_is_taken(patch: MonkeyPatch) -> None:
    enter = MemoryEntries.enter

    def overwrite(store: MemoryEntries, entry: Entry, request: Request) -> None:
        store._require_there(entry)
        store._tables.requests.setdefault(request.user_id, {}).pop(request.seq, None)
        enter(store, entry, request)

    patch.setattr(MemoryEntries, "enter", overwrite)


@defect
def entry_stays_when_it_has_entered(patch: MonkeyPatch) -> None:
    patch.setattr(MemoryEntries, "_remove", lambda store, entry: None)


@defect
def entry_enters_a_full_queue(patch: MonkeyPatch) -> None:
    _take_if(patch, lambda queue: not queue.blocked and queue.deleted_at is None)


@defect
def entry_enters_for_a_blocked_user(patch: MonkeyPatch) -> None:
    _take_if(patch, lambda queue: queue.room >= 1 and queue.deleted_at is None)


@defect
@under(faults.Faults(slow=0.3))
def entry_enters_a_queue_that_is_to_be_removed(patch: MonkeyPatch) -> None:
    _take_if(patch, lambda queue: queue.room >= 1)


def _take_if(patch: MonkeyPatch, condition: Any) -> None:
    patch.setattr(MemoryEntries, "_require_taking", lambda store, queue: require(condition(queue)))


@defect
def closed_queue_stays_closed_when_an_entry_enters(patch: MonkeyPatch) -> None:
    take_number = MemoryEntries.take_number

    def take(store: MemoryEntries, user_id: str, now: int, *, create: bool) -> Queue:
        before = store._tables.queues.get(user_id)
        queue = take_number(store, user_id, now, create=create)
        if before and before.state is State.CLOSED:
            store._tables.queues[user_id] = replace(queue, state=State.CLOSED)
        return queue

    patch.setattr(MemoryEntries, "take_number", take)


@defect
@under(faults.Faults(stall=0.1, intrude=0.5))
def follow_ups_written_before_the_outcome(patch: MonkeyPatch) -> None:
    finish = MemoryRequests.finish

    def finish_late(
        store: MemoryRequests,
        running: Request,
        outcome: Outcome,
        now: int,
        effects: Sequence[object] = (),
        **named: Any,
    ) -> Request:
        for effect in effects:
            if isinstance(effect, Entry):
                put(store._tables, effect)
        return finish(store, running, outcome, now, [e for e in effects if not isinstance(e, Entry)], **named)

    patch.setattr(MemoryRequests, "finish", finish_late)


@defect
def follow_ups_written_after_the_outcome(patch: MonkeyPatch) -> None:
    """By the worker, which may crash before it does so."""
    finish = MemoryRequests.finish

    def finish_alone(
        store: MemoryRequests,
        running: Request,
        outcome: Outcome,
        now: int,
        effects: Sequence[object] = (),
        **named: Any,
    ) -> Request:
        return finish(store, running, outcome, now, [e for e in effects if not isinstance(e, Entry)], **named)

    def enter(entering: Entering, entries: Sequence[Entry]) -> None:
        for entry in entries:
            entering.entries.write(entry)

    patch.setattr(MemoryRequests, "finish", finish_alone)
    patch.setattr(Entering, "all_of", enter)


@defect
@under(faults.Faults(slow=0.5))
def entry_enters_behind_one_that_could_not(patch: MonkeyPatch) -> None:
    """Seen where there is little room, and much that enters at one moment."""

    def follow_ups(entries: Entries, request: Request) -> tuple[Entry, ...]:
        payload, rng = request.payload.strip(), Random(request.payload)
        if ">" in payload:
            return ()
        made = [entries._follow_up(request, payload, number, rng) for number in range(9)]
        return tuple(replace(entry, user_id=NAME) for entry in made)

    _often(patch, "schedule")
    patch.setattr(Entries, "follow_ups", follow_ups)

    def enter_row(entering: Entering, entered: dict[str, int], until: int | None, row: Row) -> None:
        for entry in row.read():
            try:
                entering(entry)
            except LostRaceError:
                continue
        entered[row.user_id] = 0

    patch.setattr(Entering, "_enter_row", enter_row)


@defect
def entries_not_found_by_the_sweeper(patch: MonkeyPatch) -> None:
    patch.setattr(DueEntries, "enter", lambda *args: None)


@defect
def entry_of_no_account_dropped_by_nobody(patch: MonkeyPatch) -> None:
    patch.setattr(Entering, "_drop", lambda entering, entry, now: None)


@defect
def queue_of_a_name_not_created(patch: MonkeyPatch) -> None:
    take_number = MemoryEntries.take_number
    patch.setattr(
        MemoryEntries,
        "take_number",
        lambda store, user_id, now, *, create: take_number(store, user_id, now, create=False),
    )


@defect
def wake_up_not_sent_for_an_entry(patch: MonkeyPatch) -> None:
    """Seen where nobody sweeps."""
    patch.setattr(entering_module, "wake_for_number", lambda *arguments: None)


@defect
@under(faults.Faults(slow=0.5, stall=0.05))
def deletion_answered_though_the_entry_has_entered(patch: MonkeyPatch) -> None:
    def delete(store: MemoryEntries, entry: Entry, now: int) -> None:
        store._remove(entry)

    _often(patch, "schedule", "unschedule")
    patch.setattr(MemoryEntries, "delete", delete)


@defect
def same_key_scheduled_again(patch: MonkeyPatch) -> None:
    _often(patch, "schedule_keyed")
    put_entry = MemoryKeys.put_entry

    def put_again(keys: MemoryKeys, entry: Entry, key: Any) -> None:
        keys._tables.keys.pop((entry.user_id, key.key), None)
        put_entry(keys, entry, key)

    patch.setattr(MemoryKeys, "put_entry", put_again)


@defect
def key_not_told_that_its_entry_has_entered(patch: MonkeyPatch) -> None:
    _often(patch, "schedule_keyed")
    patch.setattr(MemoryKeys, "update_entry", lambda keys, entry, seq=0, expires_at=None: None)


@defect
def history_deleted_and_what_is_scheduled_kept(patch: MonkeyPatch) -> None:
    patch.setattr(Scheduling, "_forget_one", lambda scheduling, entry: None)


@defect
@under(faults.Faults(repeat=0.5, slow=0.5))
def entry_written_again_by_a_repetition_on_the_way(patch: MonkeyPatch) -> None:
    """Seen where an entry is gone before the call that has written it is answered."""
    _often(patch, "schedule", "unschedule")
    patch.setattr(ports, "_is_transaction", lambda name, args: name != "write")


def _often(patch: MonkeyPatch, *kinds: str) -> None:
    """All users do almost nothing else, in every history."""
    patch.setattr(Entries, "kinds", lambda entries: list(kinds) * 4)
    patch.setattr(Entries, "__post_init__", lambda entries: setattr(entries, "is_used", True))
