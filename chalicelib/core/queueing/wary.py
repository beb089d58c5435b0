"""A payload that takes its worker's process along when it is read: that is noticed, and holds the queue.

The code of a payload type, or `upgrade`, runs before an attempt is counted. If it crashes, hangs in C or
needs all the memory, nothing was written: the wake-up comes back, and the next worker does the same. So a
worker whose wake-up has come back, and that finds a head which should have begun long ago, holds the queue
before it reads the payload, and opens it afterwards. If its process ends in between, the queue stays held.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from chalicelib.core.log_events import log_event
from chalicelib.core.queueing.policy import PATIENCE_MS
from chalicelib.core.queueing.queue import HoldReason
from chalicelib.core.queueing.request import Failure

if TYPE_CHECKING:
    from chalicelib.core.queueing.cursor import Cursor
    from chalicelib.core.queueing.drain import Drain
    from chalicelib.core.queueing.queue import Queue
    from chalicelib.core.queueing.request import Request
    from chalicelib.core.time import Millis

# For so long a head could begin whose wake-up was handed out before: longer than any timer, and than a worker
# waits for one with other code; and less than until the wake-up of a worker that has died comes back.
OVERDUE_MS: Final = PATIENCE_MS + 15_000
DEADLY: Final = Failure("invalid_payload", "The worker's process ended while it read the payload.")


def is_overdue(queue: Queue, head: Request, now: Millis) -> bool:
    """Whether the head, which the queue has reached, should have begun long ago."""
    could_begin = max(queue.due(head), queue.moved_at, head.enqueued_at, head.unfit_since or 0)
    return not head.settled and now - could_begin > OVERDUE_MS


def read_while_held(drain: Drain, cursor: Cursor, request: Request) -> bool:
    """Whether the payload had to be read while the queue is held, which must be opened now.

    Raises LostRaceError, and UnavailableError.
    """
    now, is_head = drain.clock.now(), cursor.is_written
    has_code = drain.attempt.handlers.get(request.type) is not None
    if not (is_head and has_code and is_overdue(cursor.queue, request, now)):
        return False
    cursor.take_over(drain.queues.hold(cursor.queue, HoldReason.of(DEADLY, now, drain.code)))
    log_event("payload read in a held queue", user=request.user_id, seq=request.seq, type=request.type)
    drain.attempt.refusal(request)  # the next attempt says the same, if it says anything
    return True


def may_open(drain: Drain, cursor: Cursor, head: Request, *, comes_back: bool) -> bool:
    """Whether the head no longer holds the queue: it is settled, or this worker's code can take it.

    Otherwise it is noted which code has looked. `comes_back`: the wake-up was handed out before. So a payload
    that ends processes ends one for each wake-up, or two. Raises LostRaceError, and UnavailableError.
    """
    held = cursor.queue.why_held
    if head.settled or held is None:
        return True
    own = held.code == drain.code
    if held.failure == DEADLY and own and comes_back:
        return False
    if (held.failure == DEADLY or comes_back) and not (held.failure == DEADLY and own):
        held = _hold(drain, cursor, held, DEADLY)
    why = drain.attempt.refusal(head)
    if why is not None and (held.failure == DEADLY or not own):
        _hold(drain, cursor, held, why)
        told = {"kind": why.kind, "error": why.message}
        log_event("queue still held", level=logging.WARNING, user=head.user_id, seq=head.seq, **told)
    return why is None


def _hold(drain: Drain, cursor: Cursor, held: HoldReason, why: Failure) -> HoldReason:
    reason = HoldReason.of(why, held.since, drain.code)
    cursor.take_over(drain.queues.hold(cursor.queue, reason))
    return reason
