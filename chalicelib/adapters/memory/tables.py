"""What the stores in memory share: the stored queues, requests and keys."""

from dataclasses import dataclass, field, replace
from zlib import crc32

from chalicelib.adapters.memory.effects import Ledger
from chalicelib.core.errors import LostRaceError
from chalicelib.core.queueing.access import needs_session
from chalicelib.core.queueing.entry import Entry
from chalicelib.core.queueing.idempotency import KeyRecord
from chalicelib.core.queueing.notes import Note, NoteKey
from chalicelib.core.queueing.queue import Queue, State, state_under
from chalicelib.core.queueing.queue_store import Part
from chalicelib.core.queueing.request import Request
from chalicelib.core.queueing.slots import SlotRecord
from chalicelib.core.queueing.texts import LargeText, TextKey
from chalicelib.core.rates import Micros, Withdrawal
from chalicelib.core.time import Millis


@dataclass(frozen=True, slots=True)
class StoredKey:
    """An idempotency key as it is stored."""

    record: KeyRecord
    expires_at: Millis | None = None  # None while its request has no outcome

    def is_known(self, now: Millis) -> bool:
        return self.expires_at is None or self.expires_at > now


@dataclass(slots=True)
class MemoryTables:
    """All data of one store. Tests may look at it and change it."""

    limit: int = 10_000  # how many requests without an outcome a new queue has room for
    queues: dict[str, Queue] = field(default_factory=dict)
    open_until: dict[str, Millis] = field(default_factory=dict)  # open queues: the newest session's expiry
    requests: dict[str, dict[int, Request]] = field(default_factory=dict)
    texts: dict[tuple[str, TextKey], LargeText] = field(default_factory=dict)
    keys: dict[tuple[str, str], StoredKey] = field(default_factory=dict)
    notes: dict[tuple[str, NoteKey], Note] = field(default_factory=dict)
    ledger: Ledger = field(default_factory=Ledger)
    slots: dict[tuple[str, str], SlotRecord] = field(default_factory=dict)
    entries: dict[str, dict[str, Entry]] = field(default_factory=dict)  # by user and id

    def existing(self, user_id: str) -> Queue:
        """Raises LostRaceError."""
        queue = self.queues.get(user_id)
        if queue is None:
            raise LostRaceError
        return queue

    def put(self, queue: Queue) -> Queue:
        state = state_under(queue.paused_by, queue.state)
        if state is not queue.state:
            queue = replace(queue, state=state)
        self.queues[queue.user_id] = queue
        return queue

    def remove_expired(self, now: Millis) -> None:
        """What DynamoDB does by itself."""
        for places in self.requests.values():
            for seq in [seq for seq, request in places.items() if now >= (request.expires_at or now + 1)]:
                del places[seq]
        self.texts = {place: text for place, text in self.texts.items() if now < text.expires_at}
        self.notes = {place: note for place, note in self.notes.items() if now < note.expires_at}


def require(condition: bool) -> None:
    """Raises LostRaceError if the condition of a write does not hold."""
    if not condition:
        raise LostRaceError


def is_live(queue: Queue, session_id: str, now: Millis) -> bool:
    return queue.is_live(session_id, now)


def marked(queue: Queue, look_at: Millis) -> Queue:
    """The sweeper looks at the queue at that moment; if it does already at another one, that stays."""
    return replace(queue, look_at=look_at) if queue.look_at is None else queue


def takes(queue: Queue, session_id: str) -> bool:
    """Whether the state of the queue lets it give out numbers to a call with this access."""
    return needs_session(session_id) or queue.state is not State.CLOSED


def arrival_after(arrival: Micros | None, withdrawal: Withdrawal | None) -> Micros | None:
    """Of the bucket, after the withdrawal if there is one. Raises LostRaceError if it is not found so."""
    if withdrawal is None:
        return arrival
    require(withdrawal.finds(arrival))
    return withdrawal.leaves(arrival)


def may_open(queue: Queue) -> bool:
    """Whether a service may open it."""
    return queue.state is State.CLOSED and queue.is_admitted


def is_drained(found: Queue, seen: Queue) -> bool:
    """Whether a drained queue is as it was seen, and is not to be removed."""
    drained = found.head == found.tail == seen.tail
    at_rest = drained and not found.callbacks.is_owed
    return at_rest and found.sessions == seen.sessions and found.deleted_at is None


def in_part(user_id: str, part: Part) -> bool:
    return crc32(user_id.encode()) % part.of == part.number
