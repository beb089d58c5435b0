"""The ids of the sweeper's wake-ups, by which SQS drops those that are sent again for nothing."""

from hashlib import sha256

from chalicelib.core.queueing.lateness import MINUTE_MS
from chalicelib.core.queueing.queue import Queue
from chalicelib.core.queueing.request import Request
from chalicelib.core.time import Millis

REPEAT_MS = 3 * MINUTE_MS  # a queue that looks the same gets one wake-up in this time


def wake_up_id(queue: Queue, head: Request | None, now: Millis, repeat_ms: Millis | None = None) -> str:
    """An id that stays the same while the queue and its head look the same: SQS drops it for five minutes.

    So an outage of an hour leaves some 20 messages for each waiting user, not 60. If there is reason for
    another wake-up after one was served, something has changed: a cursor, `awake` at the end of a pause, an
    attempt, or the moment when the head is due. A lost wake-up is repeated after `repeat_ms`, which is
    REPEAT_MS unless it is given.
    """
    seen = head and (head.seq, head.status.value, head.attempts, head.forgiven_attempts, head.due)
    marks = (queue.tail, queue.head, queue.purged, queue.state.value, queue.awake, queue.moved_at, queue.hold)
    return sha256(repr((queue.user_id, marks, seen, now // (repeat_ms or REPEAT_MS))).encode()).hexdigest()
