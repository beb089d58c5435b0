"""Keep large payloads, uploads and notes for as long as their requests wait.

A large payload is written once, with the moment at which it expires. That is late enough for all queues but
those that stand, or move slowly, for weeks. For those the sweeper lets the payload expire later, which costs
as many write units as the payload has KB. So it does with the events of the head, which may sleep for long,
and after a year with steps and signals.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import batched
from zlib import crc32

from chalicelib.core.errors import LostRaceError
from chalicelib.core.log_events import log_event
from chalicelib.core.queueing.notes import NoteKind, NoteStore
from chalicelib.core.queueing.notes import kept_until as notes_kept_until
from chalicelib.core.queueing.notes import list_all as notes_of
from chalicelib.core.queueing.ports import Store
from chalicelib.core.queueing.queue import Queue
from chalicelib.core.queueing.request import Request, Status
from chalicelib.core.queueing.request_store import RequestStore
from chalicelib.core.queueing.texts import (
    PAYLOAD,
    SCARCE_MS,
    SPARE_MS,
    TextKey,
    expires_soon,
    is_scarce,
    kept_until,
)
from chalicelib.core.time import Clock, Millis

MINUTE_MS = 60_000
MINUTES = 24 * 60  # between two looks at one queue
PAGE = 1_000  # requests, or 1 MB of them, in one call
AT_ONCE = 64  # requests between two looks at the time


def is_checked_for_payloads(queue: Queue, head: Request, now: Millis) -> bool:
    """Whether payloads may expire in this line, and this is the minute of the day in which it is looked at.

    The head has waited longest. A payload is kept for `SPARE_MS` longer than a request that does not wait.
    """
    is_old = head.enqueued_at < now - (SPARE_MS - SCARCE_MS)
    return is_old and _minutes_to_check(queue, now) == 0


def next_payload_check(queue: Queue, now: Millis) -> Millis:
    """When the minute of the day begins in which it is looked at the next time."""
    return (now // MINUTE_MS + (_minutes_to_check(queue, now) or MINUTES)) * MINUTE_MS


def _minutes_to_check(queue: Queue, now: Millis) -> int:
    return -(now // MINUTE_MS + crc32(queue.user_id.encode())) % MINUTES


type ForEach = Callable[[Callable[[Request], None], Sequence[Request]], None]


def for_each(keep: Callable[[Request], None], requests: Sequence[Request]) -> None:
    for request in requests:
        keep(request)


@dataclass(frozen=True, slots=True)
class Keeping:
    """Lets the payloads of what waits expire later, as far as they are scarce.

    Likewise events and steps, which only the head can have, and signals. A line that is too long for the time
    of one sweep is gone on with in the next one. If another process makes that, the rest waits for the line's
    minute of the next day: a payload is scarce for five days before it expires.
    """

    store: Store
    clock: Clock
    for_each: ForEach = for_each  # keeps several payloads; may do so side by side
    left: dict[str, int] = field(default_factory=dict)  # by user of an unfinished line: the last number seen

    def __call__(self, queue: Queue, end: Millis) -> None:
        """Until `end`. Raises UnavailableError."""
        after = max(queue.head, self.left.get(queue.user_id, 0))
        for some in batched(_waiting(self.store.requests, queue.user_id, after), AT_ONCE, strict=False):
            self.left[queue.user_id] = some[0].seq - 1
            if self.clock.now() >= end:
                log_event("payloads left for the next sweep", user=queue.user_id, seq=some[0].seq)
                return
            self._keep(some)
        self.left.pop(queue.user_id, None)

    def _keep(self, some: Sequence[Request]) -> None:
        now = self.clock.now()
        for request in some:
            for kind in _kinds_to_look_at(request, now):
                _keep_notes(self.store.notes, request, kind, now)
        scarce = [each for each in some if each.status is not Status.VOID and is_scarce(each, now)]
        if scarce:
            self.for_each(partial(_keep, self.store, now), scarce)


def _kinds_to_look_at(request: Request, now: Millis) -> Iterator[NoteKind]:
    """The kinds of notes that may be scarce. Steps and signals are not in the first year."""
    if request.eventful:
        yield NoteKind.EVENT
    if request.noted and expires_soon(notes_kept_until(request.enqueued_at), now, 0):
        yield from (NoteKind.STEP, NoteKind.SIGNAL)


def _keep_notes(notes: NoteStore, request: Request, kind: NoteKind, now: Millis) -> None:
    """Events are needed for as long as the outcome, and the others until then."""
    needed_ms = request.retention_ms if kind is NoteKind.EVENT else 0
    for note in notes_of(notes, request.user_id, request.seq, kind):
        if expires_soon(note.expires_at, now, needed_ms):
            try:
                notes.keep(request.user_id, note.key, notes_kept_until(now, kind, request.retention_ms))
            except LostRaceError:
                log_event("note gone", user=request.user_id, seq=request.seq, kind=kind)


def _waiting(requests: RequestStore, user_id: str, after: int) -> Iterator[Request]:
    """All behind that number, which the head has not passed: what is cancelled waits too."""
    while page := requests.list_without_payloads(user_id, after, PAGE):
        yield from page
        after = page[-1].seq


def _keep(store: Store, now: Millis, request: Request) -> None:
    """The payload first: if the note is missing, the payload is only kept longer than it says."""
    until = kept_until(now, request.retention_ms)
    try:
        if request.upload is None:
            store.requests.keep_text(request.user_id, TextKey(request.seq, PAYLOAD), until)
        elif store.objects is None:
            return  # nobody can read it until the deployment has uploads again
        else:
            from chalicelib.core.queueing import uploaded  # only requests with an upload need it

            uploaded.keep(store.objects, request)
        store.requests.note_payload_kept(request, until)
    except LostRaceError:
        log_event("payload gone or kept by another sweep", user=request.user_id, seq=request.seq)
