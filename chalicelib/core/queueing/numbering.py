"""From what a caller asks for to requests with numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.core.errors import FieldError, InvalidInputError
from chalicelib.core.queueing.request import Request, Status, bytes_apart
from chalicelib.core.queueing.texts import kept_until

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chalicelib.core.queueing.enqueue import Work
    from chalicelib.core.queueing.idempotency import IdempotencyKey
    from chalicelib.core.queueing.queue import Queue
    from chalicelib.core.time import Millis


def refuse_late(works: Sequence[Work], now: Millis) -> None:
    """Not while a key is known: the repetition of a call may come late. Raises InvalidInputError."""
    late = [i for i, work in enumerate(works) if work.start_before is not None and work.start_before <= now]
    if late:
        paths = [f"requests[{i}].start_before" if len(works) > 1 else "start_before" for i in late]
        raise InvalidInputError.listing(*(FieldError(path, "must not be over") for path in paths))


def numbered(
    queue: Queue, works: Sequence[Work], key: IdempotencyKey | None, now: Millis, *, slot_before: int | None
) -> Sequence[Request]:
    """The requests under the last numbers that the queue has given out."""
    first, last = queue.tail - len(works) + 1, queue.tail
    return [
        Request(
            user_id=queue.user_id,
            seq=seq,
            type=work.type,
            payload=work.payload,
            status=Status.QUEUED,
            enqueued_at=now,
            max_attempts=work.max_attempts,
            on_failure=work.on_failure,
            not_before=work.not_before,
            origin=work.origin,
            batch=None if seq == first else first,
            key=key.key if key and seq == last else None,
            payload_bytes=(size := bytes_apart(work.payload)),
            payload_until=kept_until(max(now, work.not_before or 0)) if size else None,
            start_before=work.start_before,
            slot=work.slot,
            if_busy=work.if_busy,
            slot_before=slot_before,
        )
        for seq, work in enumerate(works, first)
    ]
