"""Wake-ups that are sent by others than the worker itself."""

import logging

from chalicelib.core.errors import LostRaceError, UnavailableError
from chalicelib.core.log_events import log_event
from chalicelib.core.queueing.lane import Lane, lane_of
from chalicelib.core.queueing.ports import WakeUps
from chalicelib.core.queueing.queue import Queue
from chalicelib.core.queueing.queue_store import QueueStore
from chalicelib.core.time import Millis


def ring(wake_ups: WakeUps, queue: Queue, ring_id: str, lane: Lane | None = None) -> None:
    """In that lane, or in the one in which the user's requests usually run.

    Everything goes on if this does not work: the next enqueue or the sweeper rings again.
    """
    try:
        wake_ups.send(queue.user_id, queue.tail, ring_id, lane or lane_of(queue.average_ms))
    except UnavailableError:
        log_event("wake-up not sent", level=logging.WARNING, user=queue.user_id, seq=queue.tail)


def is_to_ring(queues: QueueStore, queue: Queue, now: Millis) -> bool:
    """Whether the enqueue that left the queue like this at `now` is the one that rings.

    Of all that find the last ring old, one is. None is if the worker has rested since: then it has got past
    their numbers.
    """
    if queue.awake == now:
        return True
    try:
        queues.claim_wake_up(queue, now)
    except LostRaceError:
        return False
    except UnavailableError:
        log_event("ring not noted", level=logging.WARNING, user=queue.user_id, seq=queue.tail)
    return True
