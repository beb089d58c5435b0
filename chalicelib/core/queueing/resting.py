"""Until when the sweeper need not look again at a queue, because nothing is to happen in it."""

from typing import Final

from chalicelib.core.queueing.keeping import next_payload_check
from chalicelib.core.queueing.lateness import MINUTE_MS, late_from
from chalicelib.core.queueing.queue import Queue, State
from chalicelib.core.queueing.request import Request, Status
from chalicelib.core.time import Millis

# For less it is cheaper to look again with each sweep than to write when to look.
WORTH_WRITING_MS: Final = 2 * MINUTE_MS
# A queue that stands or waits is looked at as often as this: a call that has settled its head may have
# crashed before it sent a wake-up.
REST_MS: Final = 10 * MINUTE_MS
LONGEST_REST_MS: Final = 30 * MINUTE_MS
REST_SHARE: Final = 4  # what has rested for long rests for this part of that time


def rests_until(queue: Queue, head: Request, now: Millis) -> Millis | None:
    """When to look at the queue next; None: with the next sweep, and nothing is written.

    `head` is its first request without an outcome, which needs no wake-up now. What runs is not at rest, and
    neither is a queue that owes callbacks, or that is held: other code may be deployed at any time.
    """
    if queue.callbacks.is_owed or queue.state is State.HELD or head.status is Status.RUNNING:
        return None
    quiet = now - max(queue.awake or 0, queue.moved_at, queue.tail_at)
    until = now + min(LONGEST_REST_MS, max(REST_MS, quiet // REST_SHARE))
    if queue.runnable:
        until = min(until, late_from(queue, head))
    until = min(until, next_payload_check(queue, now))
    return until if until - now >= WORTH_WRITING_MS else None
