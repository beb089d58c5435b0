"""From what a caller asks for to requests with numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from chalicelib.core.errors import FieldError, InvalidInputError, LostRaceError
from chalicelib.core.log_events import log_event
from chalicelib.core.queueing.cause import NO_CAUSE, caused
from chalicelib.core.queueing.request import Request, Status
from chalicelib.core.queueing.retention import VOID_MS, expiry
from chalicelib.core.queueing.stored_text import bytes_apart
from chalicelib.core.queueing.texts import kept_until

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chalicelib.core.queueing.cause import Cause
    from chalicelib.core.queueing.enqueue import Work
    from chalicelib.core.queueing.idempotency import IdempotencyKey
    from chalicelib.core.queueing.queue import Queue
    from chalicelib.core.queueing.request_store import RequestStore
    from chalicelib.core.time import Millis


class Asked(Protocol):
    """What each way to enqueue says of a request."""

    @property
    def type(self) -> str: ...
    @property
    def payload(self) -> str: ...
    @property
    def max_attempts(self) -> int | None: ...
    @property
    def on_failure(self) -> str | None: ...
    @property
    def not_before(self) -> Millis | None: ...
    @property
    def callback(self) -> str | None: ...

    @property
    def kept_ms(self) -> Millis | None: ...


def new_request(
    user_id: str, seq: int, asked: Asked, now: Millis, *, cause: Cause = NO_CAUSE, **more: Any
) -> Request:
    """A request that waits under this number. `more`: what else is to be stored of it."""
    size = bytes_apart(asked.payload)
    request = Request(
        user_id=user_id,
        seq=seq,
        type=asked.type,
        payload=asked.payload,
        status=Status.QUEUED,
        enqueued_at=now,
        max_attempts=asked.max_attempts,
        on_failure=asked.on_failure,
        not_before=asked.not_before,
        payload_bytes=size,
        kept_ms=asked.kept_ms,
        callback=asked.callback,
        **more,
    )
    if size:
        until = kept_until(max(now, request.not_before or 0), request.retention_ms)
        request = replace(request, payload_until=until)
    return caused(request, cause)


def give_up(requests: RequestStore, place: Request, now: Millis) -> None:
    """Close the place of a request that was not written, so that the drain need not wait for it.

    The void of a batch does not expire before its turn: it says that the rest was not accepted. If another
    one does, because the line stands for long, the drain finds a hole and closes it again.
    """
    expires_at = expiry(now, VOID_MS) if place.batch is None else None
    try:
        requests.void(place.user_id, place.seq, now, expires_at=expires_at)
    except LostRaceError:
        log_event("hole closed by the drain", user=place.user_id, seq=place.seq)


def fault_of_late(works: Sequence[Work], now: Millis) -> InvalidInputError | None:
    """What is wrong with works that cannot begin in time; None: nothing.

    It does not matter while a key is known: the repetition of a call may come late.
    """
    late = [i for i, work in enumerate(works) if work.start_before is not None and work.start_before <= now]
    if not late:
        return None
    paths = [f"requests[{i}].start_before" if len(works) > 1 else "start_before" for i in late]
    return InvalidInputError.listing(*(FieldError(path, "must not be over") for path in paths))


def numbered(
    queue: Queue,
    works: Sequence[Work],
    key: IdempotencyKey | None,
    now: Millis,
    *,
    slot_before: int | None,
    cause: Cause,
) -> Sequence[Request]:
    """The requests under the last numbers that the queue has given out."""
    first, last = queue.tail - len(works) + 1, queue.tail
    requests = [
        new_request(
            queue.user_id,
            seq,
            work,
            now,
            origin=work.origin,
            batch=first if len(works) > 1 else None,
            key=key.key if key and seq == last else None,
            start_before=work.start_before,
            slot=work.slot,
            if_busy=work.if_busy,
            slot_before=slot_before,
            cause=cause,
        )
        for seq, work in enumerate(works, first)
    ]
    return _with_upload(requests[0], works[0], now) if works[0].upload else requests


def _with_upload(request: Request, work: Work, now: Millis) -> Sequence[Request]:
    from chalicelib.core.queueing.uploaded import uploaded  # only requests with an upload need it

    return [uploaded(request, work, now)]
