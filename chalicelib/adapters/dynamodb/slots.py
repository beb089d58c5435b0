"""Slots, by user, in the table of the idempotency keys."""

from typing import Any

from chalicelib.adapters.dynamodb.conflicts import past_conflicts
from chalicelib.adapters.dynamodb.errors import translated
from chalicelib.adapters.dynamodb.format import FORMAT, require_readable
from chalicelib.adapters.dynamodb.models import SlotItem
from chalicelib.core.queueing.request import Request
from chalicelib.core.queueing.slots import REPLACING, SlotRecord


class DynamoSlots:
    """The port `SlotStore`, and the writes that belong to writes of requests."""

    _slots: type[SlotItem]

    def find_slot(self, user_id: str, slot: str) -> SlotRecord | None:
        with translated():
            try:
                item = self._slots.get(user_id, _place(slot), consistent_read=True)
            except self._slots.DoesNotExist:
                return None
        require_readable(item.item_format)
        return SlotRecord(int(item.last), int(item.replaced or 0))

    def delete_slot(self, user_id: str, slot: str, last: int) -> None:
        item = self._slots(user_id, _place(slot))
        past_conflicts(lambda: item.delete(condition=self._slots.last == last))

    def _transaction_enter(self, request: Request) -> dict[str, Any]:
        """The write that makes the request the last one in its slot."""
        m, before = self._slots, request.slot_before
        actions: list[Any] = [m.last.set(request.seq), m.item_format.set(FORMAT)]
        if request.if_busy in REPLACING:
            actions.append(m.replaced.set(request.seq - 1))
        unchanged = m.user_id.does_not_exist() if before is None else m.last == before
        item = m(request.user_id, _place(request.slot or ""))
        return {"Update": item.get_update_kwargs_from_instance(actions=actions, condition=unchanged)}

    def _transaction_check(self, request: Request) -> dict[str, Any]:
        """That the request is not superseded in its slot."""
        m = self._slots
        item = m(request.user_id, _place(request.slot or ""))
        waits = m.replaced.does_not_exist() | (m.replaced < request.seq)
        return {"ConditionCheck": item.get_delete_kwargs_from_instance(condition=waits)}


def _place(slot: str) -> str:
    """No idempotency key has a space."""
    return f" slot {slot}"
