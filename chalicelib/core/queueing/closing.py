"""A queue is open while somebody is connected or work is left."""

from typing import TYPE_CHECKING

from chalicelib.core.errors import LostRaceError
from chalicelib.core.log_events import log_event
from chalicelib.core.queueing.queue import Queue
from chalicelib.core.queueing.queue_store import QueueStore
from chalicelib.core.time import Millis

if TYPE_CHECKING:
    from chalicelib.core.queueing.ports import Store


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


def end_sessions(store: "Store", queue: Queue, now: Millis) -> None:
    """End the sessions that have expired, and close the queue if that was the last reason to be open."""
    if queue.deleted_at is not None:
        return  # its removal deletes what is stored of the sessions that it names
    latest: Queue | None = queue
    for session_id, expiry in queue.sessions.items():
        if expiry <= now:
            latest = store.connections.end_session(queue.user_id, session_id, expiry)
            if latest:  # it was not extended since
                log_event("session expired", user=queue.user_id, session=session_id)
    if latest:
        close_if_over(store.queues, latest, now)
