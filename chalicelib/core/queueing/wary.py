"""A payload that takes its worker's process along when it is read: that is noticed, and holds the queue.

The code of a payload type, or `upgrade`, runs before an attempt is counted. If it crashes, hangs in C or
needs all the memory, nothing was written: the wake-up comes back, and the next worker does the same. So a
worker whose wake-up has come back, and that finds a head which should have begun long ago, fetches the text
of the payload, holds the queue, makes the text a value of the payload's type, and opens the queue again. If
its process ends in between, the queue stays held.
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
    """Whether the head, which the queue has reached, should have begun long ago.

    What has kept it apart from its own moment, such as a pause, is not known here. Then a worker that holds
    the queue for nothing opens it again at once.
    """
    could_begin = max(queue.due(head), queue.moved_at, head.enqueued_at, head.unfit_since or 0)
    return not head.settled and now - could_begin > OVERDUE_MS


def read_while_held(drain: Drain, cursor: Cursor, request: Request) -> bool:
    """Whether the payload had to be read while the queue is held, which must be opened now.

    Raises LostRaceError, and UnavailableError.
    """
    now, handler = drain.clock.now(), drain.attempt.handlers.get(request.type)
    if handler is None or not (cursor.is_written and is_overdue(cursor.queue, request, now)):
        return False
    whole = drain.attempt.whole(request)  # before the hold: a store that does not answer is no deadly payload
    _hold(drain, cursor, DEADLY, now)
    log_event("payload read in a held queue", user=request.user_id, seq=request.seq, type=request.type)
    drain.attempt.refusal_of(handler, whole)  # the next attempt says the same, if it says anything
    return True


def may_open(drain: Drain, cursor: Cursor, head: Request, *, comes_back: bool) -> bool:
    """Whether the head no longer holds the queue: it is settled, or this worker's code can take it.

    Otherwise it is noted which code has looked. `comes_back`: the wake-up was handed out before. So a payload
    that ends processes ends one for each wake-up, or two. Raises LostRaceError, and UnavailableError.
    """
    held = cursor.queue.why_held
    if head.settled or held is None:
        return True
    now, own, was_deadly = drain.clock.now(), held.code == drain.code, held.failure == DEADLY
    # The wake-up of a worker that has died comes back later: before that, the queue could not be opened.
    if own and was_deadly and comes_back and now - held.since > OVERDUE_MS:
        return False
    handler = drain.attempt.handlers.get(head.type)
    if handler is None:
        why = drain.attempt.refusal(head)
    else:
        whole = drain.attempt.whole(head)
        if not own and (was_deadly or comes_back):
            _hold(drain, cursor, DEADLY, now)
        why = drain.attempt.refusal_of(handler, whole)
    if why is not None and (was_deadly or not own):
        _hold(drain, cursor, why, held.since)
        told = {"kind": why.kind, "error": why.message}
        log_event("queue still held", level=logging.WARNING, user=head.user_id, seq=head.seq, **told)
    return why is None


def _hold(drain: Drain, cursor: Cursor, why: Failure, since: Millis) -> None:
    cursor.take_over(drain.queues.hold(cursor.queue, HoldReason.of(why, since, drain.code)))
