"""Keep large payloads and events for as long as their requests wait.

A large payload is written once, with the moment at which it expires. That is late enough for all queues but
those that stand, or move slowly, for weeks. For those the sweeper lets the payload expire later, which costs
as many write units as the payload has KB. So it does with the events of the head, which may sleep for long.
"""

from collections.abc import Iterator
from zlib import crc32

from chalicelib.core.errors import LostRaceError
from chalicelib.core.log_events import log_event
from chalicelib.core.queueing.notes import NoteKind, NoteStore
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
PAGE = 100


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


def keep_payloads(store: Store, queue: Queue, clock: Clock, end: Millis) -> None:
    """Let the payloads of what waits expire later, as far as they are scarce and time is left.

    Likewise the events, which only the head can have.
    """
    for request in _waiting(store.requests, queue):
        if clock.now() >= end:
            log_event("payloads left for tomorrow", user=queue.user_id, seq=request.seq)
            return
        if request.eventful:
            _keep_events(store.notes, request, clock.now())
        if request.status is not Status.VOID and is_scarce(request, clock.now()):
            _keep(store.requests, request, kept_until(clock.now(), request.retention_ms))


def _keep_events(notes: NoteStore, head: Request, now: Millis) -> None:
    for note in notes_of(notes, head.user_id, head.seq, NoteKind.EVENT):
        if expires_soon(note.expires_at, now, head.retention_ms):
            try:
                notes.keep(head.user_id, note.key, kept_until(now, head.retention_ms))
            except LostRaceError:
                log_event("events gone", user=head.user_id, seq=head.seq)


def _waiting(requests: RequestStore, queue: Queue) -> Iterator[Request]:
    """All that the head has not passed: what is cancelled waits too."""
    after = queue.head
    while page := requests.list_without_payloads(queue.user_id, after, PAGE):
        yield from page
        after = page[-1].seq


def _keep(requests: RequestStore, request: Request, until: Millis) -> None:
    """The payload first: if the note is missing, the payload is only kept longer than it says."""
    try:
        requests.keep_text(request.user_id, TextKey(request.seq, PAYLOAD), until)
        requests.note_payload_kept(request, until)
    except LostRaceError:
        log_event("payload gone or kept by another sweep", user=request.user_id, seq=request.seq)
