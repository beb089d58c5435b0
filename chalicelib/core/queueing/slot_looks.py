"""The slots that a worker meets on its way along a queue."""

from dataclasses import dataclass, field

from chalicelib.core.errors import LostRaceError
from chalicelib.core.queueing.request import Request
from chalicelib.core.queueing.request_store import RequestStore
from chalicelib.core.queueing.slots import SlotRecord


@dataclass(slots=True)
class SlotLooks:
    """Reads each slot once. What it remembers may be out of date.

    A request that was superseded since is not begun: `begin` has that as its condition. What is superseded
    stays so, and a slot that has a later request keeps it. An empty slot is read again, for a request may
    have entered it.
    """

    requests: RequestStore
    _seen: dict[str, SlotRecord] = field(default_factory=dict)

    def find(self, request: Request) -> SlotRecord | None:
        slot = request.slot or ""
        if slot not in self._seen:
            record = self.requests.find_slot(request.user_id, slot)
            if record is None:
                return None
            self._seen[slot] = record
        return self._seen[slot]

    def leave(self, request: Request) -> None:
        """The head passes this request, which has an outcome: if it is the slot's last one, nothing is left.

        Done before the head is written, so that a worker that crashes in between leaves it to the next one.
        """
        record = self.find(request)
        if record is None or record.last > request.seq:
            return
        try:
            self.requests.delete_slot(request.user_id, request.slot or "", request.seq)
        except LostRaceError:
            return  # another request has entered it, or this very write was repeated

    def forget(self) -> None:
        self._seen = {}
