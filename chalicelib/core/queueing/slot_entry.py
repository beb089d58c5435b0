"""How a request enters its slot: what an enqueue with a slot does before and after it is written."""

from dataclasses import dataclass

from chalicelib.core.errors import ConflictError, LostRaceError
from chalicelib.core.log_events import log_event
from chalicelib.core.queueing.queue import Queue, State, require_live
from chalicelib.core.queueing.queue_store import QueueStore
from chalicelib.core.queueing.request import Request, Status, StoppedBy
from chalicelib.core.queueing.request_store import RequestStore
from chalicelib.core.queueing.slots import REPLACING, IfBusy, SlotRecord
from chalicelib.core.time import Millis

CHUNK = 25


@dataclass(frozen=True, slots=True)
class SlotEntry:
    """The slot of one enqueue. Costs the same whatever waits in it, or in front of it."""

    queues: QueueStore
    requests: RequestStore
    user_id: str
    slot: str
    if_busy: IfBusy

    def look(self, session_id: str, now: Millis) -> int | None:
        """The last number in the slot; None if it has no requests in front of the head.

        Raises ConflictError if the caller wants to be refused and a request is in the way; then the caller's
        session is live. Raises UnauthenticatedError.
        """
        record = self.requests.find_slot(self.user_id, self.slot)
        if record is not None and self.if_busy is IfBusy.REJECT:
            queue = require_live(self.queues.get(self.user_id), session_id, now)
            if found := self._in_the_way(queue, record):
                raise ConflictError(
                    f"Request {found.seq} is in the way: it is {found.status} in the slot {self.slot!r}.",
                    code="slot_busy",
                    seq=found.seq,
                )
        return record and record.last

    def stop_running(self, seq: int, now: Millis) -> None:
        """If request number `seq` interrupts, ask the attempt that runs in the slot to stop.

        Done after the request is written: from then on, no request before it is begun in the slot. Raises
        UnavailableError.
        """
        while self.if_busy is IfBusy.INTERRUPT:
            queue = self.queues.get(self.user_id)
            running = self._running(queue) if queue else None
            if running is None or running.seq >= seq or running.stop_requested_at is not None:
                return
            try:
                self.requests.request_stop(running, StoppedBy.SLOT, now, seq)
            except LostRaceError:
                continue  # it has ended, somebody else has asked, or this very write was repeated
            log_event("stop requested", user=self.user_id, seq=running.seq, stopped_by=StoppedBy.SLOT)
            return

    def leaves_superseded(self, before: int | None, queue: Queue) -> bool:
        """Whether the request has superseded some that may wait for a moment, so that a worker has to look.

        Not in a halted queue: a person decides about its head, and then a worker looks.
        """
        waited = before is not None and before > queue.head
        return self.if_busy in REPLACING and waited and queue.state is not State.HALTED

    def _in_the_way(self, queue: Queue, record: SlotRecord) -> Request | None:
        """Walks back from the last one, as long as they were cancelled before their turn.

        What waits below the mark, or was purged, is never begun.
        """
        seq: int | None = record.last
        while seq is not None and seq > max(record.replaced, queue.purged):
            found = self.requests.get(self.user_id, seq)
            if found is None or (found.settled and not _is_passed_over(found)):
                return None  # its turn has come, so all before it have outcomes
            if not found.settled:
                return found
            seq = found.slot_before
        return None if seq is None else self._running(queue)

    def _running(self, queue: Queue) -> Request | None:
        """The request of this slot that runs although it is superseded: it was begun before that."""
        after = queue.head
        while page := self.requests.list_without_payloads(self.user_id, after, CHUNK):
            for request in page:
                if not request.settled:
                    mine = request.slot == self.slot and request.status is Status.RUNNING
                    return request if mine else None
            after = page[-1].seq
        return None


def _is_passed_over(found: Request) -> bool:
    """Whether it was cancelled, perhaps long before its turn."""
    return found.status is Status.CANCELLED and found.superseded_by is None
