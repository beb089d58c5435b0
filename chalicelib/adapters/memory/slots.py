"""Slots in memory."""

from chalicelib.adapters.memory.tables import MemoryTables, require
from chalicelib.core.queueing.request import Request
from chalicelib.core.queueing.slots import REPLACING, SlotRecord


class MemorySlots:
    """The port `SlotStore`, and what belongs to writes of requests."""

    _tables: MemoryTables

    def find_slot(self, user_id: str, slot: str) -> SlotRecord | None:
        return self._tables.slots.get((user_id, slot))

    def delete_slot(self, user_id: str, slot: str, last: int) -> None:
        found = self._tables.slots.get((user_id, slot))
        require(found is not None and found.last == last)
        del self._tables.slots[user_id, slot]

    def _entered(self, request: Request) -> SlotRecord | None:
        """The slot with this request as its last one; None if it has no slot. Raises LostRaceError."""
        if request.slot is None:
            return None
        found = self.find_slot(request.user_id, request.slot)
        require((found and found.last) == request.slot_before)
        if request.if_busy in REPLACING:
            return SlotRecord(request.seq, request.seq - 1)
        return SlotRecord(request.seq, found.replaced if found else 0)

    def _require_not_superseded(self, request: Request) -> None:
        """Raises LostRaceError."""
        found = self.find_slot(request.user_id, request.slot) if request.slot else None
        require(found is None or found.replaced < request.seq)
