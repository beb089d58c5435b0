"""A queue is open while somebody is connected or work is left."""

from chalicelib.core.errors import LostRaceError
from chalicelib.core.events import tell
from chalicelib.core.ports import Log
from chalicelib.core.queue import Queue
from chalicelib.core.request import Millis


def close_if_over(log: Log, queue: Queue, now: Millis) -> None:
    """Close the queue if it is drained and nobody is connected."""
    if queue.depth or queue.live_sessions(now):
        return
    try:
        log.close(queue)
    except LostRaceError:
        tell("queue stays open", user=queue.user_id)  # somebody signed in, enqueued or left meanwhile
    else:
        tell("queue closed", user=queue.user_id)
