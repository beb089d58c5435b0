"""What must hold of entries in a history as a whole: what users were told against what was done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.core.errors import InvalidInputError, UnauthenticatedError
from tests.simulation.history import Violation

if TYPE_CHECKING:
    from tests.simulation.entries import Entries
    from tests.simulation.records import Call
    from tests.simulation.world import World


def check_entries(world: World) -> None:
    """Raises Violation."""
    entries, ids = world.entries, dict[str, str]()
    entries.check_order()
    for call in world.calls.made:
        if call.kind in ("schedule", "schedule_keyed"):
            _check_scheduled(entries, call, ids)
            _check_key(world, call)
        elif call.kind == "unschedule" and call.worked and call.asked in entries.entered:
            raise Violation(f"{call.name}: what it has deleted has entered")
        elif call.name in entries.forgetting and call.worked:
            _check_forgotten(entries, call)


def _check_scheduled(entries: Entries, call: Call, ids: dict[str, str]) -> None:
    """What was accepted has entered or was deleted; the same key is the same entry."""
    kept = call.asked in entries.entered or call.asked in entries.deleted
    if call.worked:
        if not kept:
            raise Violation(f"{call.name}: what it has sent is gone")
        if ids.setdefault(call.asked, call.answer.entry.id) != call.answer.entry.id:
            raise Violation(f"{call.name}: the same key stands for two entries")
        entered = entries.entered.get(call.asked)
        if call.answer.seq and (entered is None or entered.seq != call.answer.seq):
            raise Violation(f"{call.name}: was told the number {call.answer.seq}")
    elif isinstance(call.error, UnauthenticatedError) and call.kind == "schedule" and kept:
        raise Violation(f"{call.name}: was refused and yet stored")


def _check_key(world: World, call: Call) -> None:
    """It is not told that what it has sent was deleted, if nobody has deleted it."""
    if not isinstance(call.error, InvalidInputError) or call.error.code != "key_deleted":
        return
    entered, queue = world.entries.entered.get(call.asked), world.store.tables.queues.get(call.user_id)
    is_hidden = entered is not None and queue is not None and entered.seq <= queue.floor
    if call.asked not in world.entries.deleted and not is_hidden and queue and not queue.deleted_at:
        raise Violation(f"{call.name}: is told that its request was deleted")


def _check_forgotten(entries: Entries, call: Call) -> None:
    """What was waiting when everything was deleted was deleted, or was in the line before that."""
    for payload in entries.forgetting[call.name]:
        entered = entries.entered.get(payload)
        if entered and entered.seq > call.answer.floor:
            raise Violation(f"{call.name}: {entered.seq} has entered after everything was deleted")
