"""Accept requests: take numbers, write the requests under them, send a wake-up."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chalicelib.core.errors import (
    InvalidInputError,
    LostRaceError,
    NotFoundError,
    TooManyError,
    UnavailableError,
)
from chalicelib.core.log_events import log_event
from chalicelib.core.queueing.accepted import log_accepted
from chalicelib.core.queueing.access import denied, needs_session
from chalicelib.core.queueing.cause import Cause, no_cause
from chalicelib.core.queueing.idempotency import IdempotencyKey, KeyRecord
from chalicelib.core.queueing.lane import lane_of
from chalicelib.core.queueing.numbering import fault_of_late, give_up, numbered
from chalicelib.core.queueing.ports import WakeUps
from chalicelib.core.queueing.queue import Queue, State
from chalicelib.core.queueing.queue_store import QueueStore
from chalicelib.core.queueing.registry import Registry
from chalicelib.core.queueing.request import Request, Status
from chalicelib.core.queueing.request_store import KeyStore, RequestStore
from chalicelib.core.queueing.texts import READ_BYTES, payload_of, with_results
from chalicelib.core.queueing.waking import id_for_tail, send_wake_up, wake_for_number
from chalicelib.core.time import Clock, Millis

if TYPE_CHECKING:
    from chalicelib.core.queueing.slot_entry import SlotEntry
    from chalicelib.core.queueing.user_limit import UserLimit

# How often a call takes fresh numbers because a drain has voided those that it had.
MAX_TRIES = 3
SLOT_TRIES = 8  # likewise, or because another call has entered the same slot
LONGEST_RETRY_AFTER_S = 3600
NOT_STORED = "The request could not be stored in time. Nothing was accepted; try again."


@dataclass(frozen=True, slots=True)
class Work:
    """A request that a caller wants to be carried out, already validated."""

    type: str
    payload: str  # JSON text
    max_attempts: int | None = None
    on_failure: str | None = None
    not_before: Millis | None = None
    origin: int | None = None
    start_before: Millis | None = None
    slot: str | None = None  # only of a request that is enqueued alone
    if_busy: str | None = None
    callback: str | None = None  # a URL
    kept_ms: Millis | None = None  # how long the request is kept after its outcome; None: KEPT_MS
    upload: str | None = None  # the id of the upload that is the payload; only of a request alone
    upload_bytes: int = 0  # its size, once it is claimed, see uploads.py


@dataclass(frozen=True, slots=True)
class Accepted:
    """The answer to an enqueue: the requests as they were stored, and the queue behind them."""

    requests: Sequence[Request]
    queue: Queue
    replayed: bool = False  # accepted by an earlier call with the same idempotency key


type Claim = Callable[[Sequence[Work]], Sequence[Work]]
"""Make what was uploaded the payload of these works."""

type ForEach = Callable[[Callable[[Request], None], Sequence[Request]], None]


def for_each(write: Callable[[Request], None], requests: Sequence[Request]) -> None:
    for request in requests:
        write(request)


@dataclass(frozen=True, slots=True)
class Enqueue:
    """Accepts requests. What it has returned is stored and will get an outcome, whatever crashes next."""

    queues: QueueStore
    requests: RequestStore
    keys: KeyStore
    wake_ups: WakeUps
    clock: Clock
    for_each: ForEach = for_each  # writes the requests of a batch; may do so side by side
    handlers: Registry = field(default_factory=Registry)  # their time limits tell the lane
    limit: "UserLimit | None" = None  # how many requests a user may send in a time
    cause: Callable[[], Cause] = no_cause  # of what is enqueued now

    def __call__(
        self,
        user_id: str,
        session_id: str,
        works: Sequence[Work],
        key: IdempotencyKey | None = None,
        claim: Claim | None = None,
    ) -> Accepted:
        """Accept all of `works` under consecutive numbers, or none.

        A service's call opens the queue of the name for which it is made. `claim` is called if they are new.
        Raises what it raises, and UnauthenticatedError, InvalidInputError, TooManyError, UnavailableError; to
        a service also NotFoundError, ForbiddenError.
        """
        entry = self._slot_entry(user_id, works)
        for _ in range(SLOT_TRIES if entry else MAX_TRIES):
            if key and (known := self.keys.find(user_id, key.key, self.clock.now())):
                replayed = self._replay(user_id, session_id, known, key)
                if entry:  # the first call may have crashed just before
                    entry.stop_running(known.first, self.clock.now())
                return replayed
            now = self.clock.now()
            if late := fault_of_late(works, now):
                self._queue(user_id, session_id)  # a stranger is told nothing else
                raise late
            if claim:
                self._queue(user_id, session_id)  # likewise
                works, claim = claim(works), None
            before = entry.look(session_id, now) if entry else None
            queue = self._take_numbers(user_id, session_id, len(works), now)
            requests = numbered(queue, works, key, now, slot_before=before, cause=self.cause())
            try:
                written = self._write(requests, key)
            finally:
                # Even if nothing was written: others may have taken numbers since and rely on this wake-up.
                lane = lane_of(queue.average_ms, self.handlers.get(requests[0].type))
                woken = wake_for_number(self.queues, self.wake_ups, queue, now, lane)
            if written:
                if entry:
                    if not woken and entry.leaves_superseded(before, queue):
                        send_wake_up(self.wake_ups, queue, id_for_tail(queue))
                    entry.stop_running(queue.tail, now)
                return Accepted(requests, queue)
        raise UnavailableError(NOT_STORED)

    def _slot_entry(self, user_id: str, works: Sequence[Work]) -> "SlotEntry | None":
        if works[0].slot is None:
            return None
        from chalicelib.core.queueing.slot_entry import SlotEntry
        from chalicelib.core.queueing.slots import IfBusy

        if_busy = IfBusy(works[0].if_busy or IfBusy.QUEUE)
        return SlotEntry(self.queues, self.requests, user_id, works[0].slot, if_busy)

    def _take_numbers(self, user_id: str, session_id: str, count: int, now: Millis) -> Queue:
        give = self.limit or self.queues
        for _ in range(MAX_TRIES):
            try:
                return give.take_numbers(user_id, session_id, count, now)
            except LostRaceError:
                found = self.queues.get(user_id)
            if needs_session(session_id) or not self._reopened(found, count, now, user_id, session_id):
                raise refusal(found, session_id, count, now)
        raise UnavailableError(NOT_STORED)  # closed by the sweeper each time

    def _reopened(self, found: Queue | None, count: int, now: Millis, user_id: str, session_id: str) -> bool:
        from chalicelib.core.queueing.opening import reopened

        return reopened(self.queues, found, count, now, user_id=user_id, session_id=session_id)

    def _write(self, requests: Sequence[Request], key: IdempotencyKey | None) -> bool:
        """All or none, without a transaction: the first place of a batch is written last.

        The drain cannot pass the first place before that, and once it has closed it as a hole it discards
        the rest. False if that, or another call with the same key, was faster.

        Large payloads are written before all places: whoever reads a request finds its payload. Those that
        are written and never referred to expire by themselves.
        """
        first, *others = requests
        try:
            if large := [payload_of(each) for each in requests if each.payload_bytes and not each.upload]:
                self.requests.write_texts(first.user_id, large)
            self.for_each(self._write_place, others)
            self._write_place(first, key, requests[-1].seq)
        except LostRaceError:
            give_up(self.requests, first, self.clock.now())
            return False
        log_accepted(requests)  # before a worker is woken, whose lines are to follow
        return True

    def _write_place(self, request: Request, key: IdempotencyKey | None = None, last: int = 0) -> None:
        try:
            self.requests.write(request, key, last)
        except LostRaceError:
            # Numbers are given out once: what is there is a void, or this request from a repeated write.
            found = self.requests.get(request.user_id, request.seq)
            if found is None or found.status is Status.VOID:
                raise

    def _replay(self, user_id: str, session_id: str, known: KeyRecord, key: IdempotencyKey) -> Accepted:
        """All that was accepted under the key. Raises UnauthenticatedError before anything else."""
        queue = self._queue(user_id, session_id)
        if known.fingerprint != key.fingerprint:  # perhaps of an entry, for a name that has no queue yet
            raise InvalidInputError("This Idempotency-Key was used for a different call.", code="key_reused")
        if known.last <= queue.floor:
            raise InvalidInputError(
                "This Idempotency-Key was used for a request that has since been deleted.", code="key_deleted"
            )
        log_event("requests replayed", user=user_id, seq=known.first, last_seq=known.last)
        return Accepted(self._accepted_under(user_id, known), queue, replayed=True)

    def _queue(self, user_id: str, session_id: str) -> Queue:
        """Raises UnauthenticatedError, NotFoundError, ForbiddenError."""
        from chalicelib.core.queueing.opening import live_or_new  # only for what is repeated or refused

        return live_or_new(self.queues.get(user_id), user_id, session_id, self.clock.now())

    def _accepted_under(self, user_id: str, known: KeyRecord) -> Sequence[Request]:
        """Raises InvalidInputError if any of it has expired: an answer with the rest would tell half."""
        found: list[Request] = []
        after = known.first - 1
        while after < known.last and (
            page := self.requests.list_without_payloads(user_id, after, known.last - after)
        ):
            found += [request for request in page if request.seq <= known.last]
            after = page[-1].seq
        if len(found) <= known.last - known.first:
            left = [request.seq for request in found]
            raise InvalidInputError(known.expiry_notice(left), code="key_expired")
        if sum(request.result_bytes for request in found) > READ_BYTES:
            return found  # no answer has room for such results
        return list(with_results(self.requests, found))


def refusal(queue: Queue | None, session_id: str, count: int, now: Millis) -> Exception:
    """Why numbers were refused."""
    if queue is None or not queue.is_live(session_id, now):
        return denied(session_id, has_queue=queue is not None)
    if queue.state is State.CLOSED:
        return NotFoundError("This user has no open queue.")
    if count > queue.limit:
        return InvalidInputError(
            f"{count} requests at once are more than the queue has room for: {queue.limit}.",
            code="batch_exceeds_limit",
        )
    wait = math.ceil((count - queue.room) * queue.average_ms / 1000)
    return TooManyError(
        f"The queue is full: {queue.depth} requests are waiting, "
        f"and there is room for {max(0, queue.room)} more.",
        retry_after=min(LONGEST_RETRY_AFTER_S, max(1, wait)),
        code="queue_full",
    )
