"""When the sweeper looks at a queue: the moment with which the queue stands in the sweeper's index.

A queue with work has a moment, which is ahead as long as the queue moves. The moment rides along with writes
of the queue that are made anyway, and moving it costs two write units of the index. So a worker moves it at
most once in FAR_MS - NEAR_MS, and a queue that moves at least every NEAR_MS is never due.
"""

from typing import Final

from chalicelib.core.queueing.callback_cursor import CallbackCursor
from chalicelib.core.queueing.queue import Queue
from chalicelib.core.time import Millis

AT_ONCE: Final = 0  # the moment of a queue that the next sweep is to look at
FIRST_MS: Final = 30_000  # from the number that finds no moment, or from what opens the queue, to the look
NEAR_MS: Final = 20_000  # a worker that finds less than this left moves the moment
FAR_MS: Final = 80_000  # to so far ahead; a moment further ahead was for a queue at rest, and is moved too


def first_look(now: Millis) -> Millis:
    return now + FIRST_MS


def next_look(queue: Queue, now: Millis) -> Millis | None:
    """The moment to note with a worker's write; None: the present one stays.

    >>> [next_look(Queue("ada", 9, 10, look_at=moment), now=0) for moment in (19_000, 21_000, 600_000)]
    [80000, None, 80000]
    """
    if queue.look_at is None or NEAR_MS <= queue.look_at - now <= FAR_MS:
        return None
    return now + FAR_MS


def rests_beyond(queue: Queue, cursor: CallbackCursor) -> bool:
    """Whether the sweeper would look late at the callbacks that are owed by this cursor."""
    return queue.look_at is not None and queue.look_at > cursor.next_at + FAR_MS
