"""A queue is open while somebody is connected or work is left."""

from chalicelib.core.errors import LostRaceError
from chalicelib.core.log_events import log_event
from chalicelib.core.queueing.queue import Queue
from chalicelib.core.queueing.queue_store import QueueStore
from chalicelib.core.time import Millis


def close_if_over(queues: QueueStore, queue: Queue, now: Millis) -> None:
    """Close the queue if it is drained, nobody is connected, and no callback is owed."""
    if queue.depth or queue.live_sessions(now) or queue.callbacks.is_owed:
        return
    try:
        queues.close(queue)
    except LostRaceError:
        # The user has signed in, enqueued or deleted the account since.
        log_event("queue stays open", user=queue.user_id)
    else:
        log_event("queue closed", user=queue.user_id)
