"""When the sweeper has to look at a queue, because nobody else comes for it."""

from typing import Final
from zlib import crc32

from chalicelib.core.queueing.drain_pass import LONGEST_TIMED_MS
from chalicelib.core.queueing.queue import Queue
from chalicelib.core.queueing.request import Request, Status
from chalicelib.core.time import Millis

STALE_MS: Final = 30_000  # work, but no wake-up and no movement for this long: the wake-up is taken for lost
AHEAD_MS: Final = (
    60_000  # until the next sweep: what is due before that gets a wake-up, whose worker waits for it
)
MINUTE_MS: Final = 60_000
PAUSED_CHECK_MINUTES: Final = (
    10  # between two looks at a paused, halted or held queue: many are left like that
)


def is_checked_now(queue: Queue, now: Millis) -> bool:
    """Whether this is the minute of PAUSED_CHECK_MINUTES in which a queue that stands is looked at."""
    return (now // MINUTE_MS + crc32(queue.user_id.encode())) % PAUSED_CHECK_MINUTES == 0


def is_late(queue: Queue, head: Request, now: Millis) -> bool:
    """Whether no worker will come for the head in time.

    If the queue was active at most `LONGEST_TIMED_MS` before the head is due, a worker has seen the head and
    keeps its wake-up as a timer. Otherwise no worker comes, and the sweeper sends a wake-up in the minute
    before.
    """
    if head.status is Status.RUNNING:
        return queue.due(head) <= now - STALE_MS  # the wake-up of its worker comes back, if that dies
    seen = max(queue.awake or 0, queue.moved_at)
    due = queue.due(head)
    timed = seen >= due - LONGEST_TIMED_MS
    return due <= now + (-STALE_MS if timed else AHEAD_MS)
