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


def soon(queue: Queue, now: Millis) -> Millis:
    """The moment for a queue in which something is to happen, although its wake-up may be lost.

    While callbacks are owed, that is at once: `first_look`, said again every few seconds, would keep the
    queue from ever being due, and the sweeper from finding callbacks that nobody makes.
    """
    return now if queue.callbacks.is_owed else first_look(now)


def look_at_hold(queue: Queue, since: Millis) -> Millis | None:
    """The moment to note with a hold, which began at `since`: a held queue does not rest.

    The sweeper must find it when other code is deployed.
    """
    return None if queue.look_at is None else min(queue.look_at, first_look(since))


def next_look(queue: Queue, now: Millis, *, owes: bool = False) -> Millis | None:
    """The moment to note with a worker's write; None: the present one stays.

    While callbacks are owed, a worker does not postpone the look, however often it writes: the sweeper has to
    find those that nobody makes. `owes`: some are owed from this write on. The moment is written all the same
    (which costs nothing if it is the present one), for the sweeper may have put the queue off since it was
    read.

    >>> [next_look(Queue("ada", 9, 10, look_at=moment), now=0) for moment in (19_000, 21_000, 600_000)]
    [80000, None, 80000]
    >>> [next_look(Queue("ada", 9, 10, look_at=m), now=0, owes=True) for m in (19_000, 21_000, 600_000)]
    [19000, None, 80000]
    """
    if queue.look_at is None or NEAR_MS <= queue.look_at - now <= FAR_MS:
        return None
    is_fixed = owes or queue.callbacks.is_owed
    return min(queue.look_at, now + FAR_MS) if is_fixed else now + FAR_MS


def rests_beyond(queue: Queue, cursor: CallbackCursor) -> bool:
    """Whether the sweeper would look late at the callbacks that are owed by this cursor."""
    return queue.look_at is not None and queue.look_at > cursor.next_at + FAR_MS
