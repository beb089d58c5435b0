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
HELD_CHECK_MINUTES: Final = 10  # between two wake-ups for a held queue: many may be left like that


def is_checked_now(queue: Queue, now: Millis) -> bool:
    """Whether this is the minute of HELD_CHECK_MINUTES in which a held queue gets a wake-up."""
    return (now // MINUTE_MS + crc32(queue.user_id.encode())) % HELD_CHECK_MINUTES == 0


def is_late(queue: Queue, head: Request, now: Millis) -> bool:
    """Whether no worker will come for the head in time.

    If the queue was active at most `LONGEST_TIMED_MS` before the head is due, a worker has seen the head and
    keeps its wake-up as a timer. Otherwise no worker comes, and the sweeper sends a wake-up in the minute
    before.
    """
    return late_from(queue, head) <= now


def late_from(queue: Queue, head: Request) -> Millis:
    """From when on `is_late` holds, if nothing changes until then."""
    due = queue.due(head)
    if head.status is Status.RUNNING:
        return due + STALE_MS  # the wake-up of its worker comes back, if that dies
    seen = max(queue.awake or 0, queue.moved_at)
    timed = seen >= due - LONGEST_TIMED_MS
    return due + (STALE_MS if timed else -AHEAD_MS)
