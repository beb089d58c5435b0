"""Wake-ups that are sent by others than the worker itself."""

import logging
from hashlib import sha256

from chalicelib.core.errors import LostRaceError, UnavailableError
from chalicelib.core.log_events import log_event
from chalicelib.core.queueing.lane import Lane, lane_of
from chalicelib.core.queueing.ports import WakeUps
from chalicelib.core.queueing.queue import Queue, needs_wake_up
from chalicelib.core.queueing.queue_store import QueueStore
from chalicelib.core.time import Millis

LONGEST_ID = 128  # characters, says SQS; the name of a user may be as long


def wake_for_number(
    queues: QueueStore, wake_ups: WakeUps, queue: Queue, now: Millis, lane: Lane | None = None
) -> bool:
    """Wake a worker, if the call that took a number at `now`, and left the queue like this, has to."""
    has_to = needs_wake_up(queue, now) and claims_wake_up(queues, queue, now)
    if has_to:
        send_wake_up(wake_ups, queue, id_for_tail(queue), lane)
    return has_to


def id_for_tail(queue: Queue) -> str:
    """The id of the wake-up for the queue's last number, which the call has that has taken the number.

    SQS drops a message whose id it has had in the last five minutes. If the user was removed since then, the
    next user of the name has the same numbers, but `awake` at another moment.
    """
    return _short(f"{queue.user_id}-{queue.tail}-{queue.awake}")


def _short(id_: str) -> str:
    return id_ if len(id_) <= LONGEST_ID else sha256(id_.encode()).hexdigest()


def send_wake_up(wake_ups: WakeUps, queue: Queue, wake_up_id: str, lane: Lane | None = None) -> None:
    """Wake a worker of that lane, or of the lane in which the user's requests usually run.

    A failure is only logged: the next enqueue or the sweeper sends another wake-up.
    """
    try:
        wake_ups.send(queue.user_id, queue.tail, wake_up_id, lane or lane_of(queue.average_ms))
    except UnavailableError:
        log_event("wake-up not sent", level=logging.WARNING, user=queue.user_id, seq=queue.tail)


def wake_caller(wake_ups: WakeUps, queue: Queue, wake_up_id: str | None = None) -> None:
    """Wake a process that makes the user's callbacks. A failure is only logged: the sweeper wakes another.

    Without `wake_up_id`, `queue` is as the write has left it that has moved the head past the first of them.
    """
    first = queue.callbacks.first or 0
    id_ = wake_up_id or _short(f"{queue.user_id}-callback-{first}-{queue.moved_at}")
    try:
        wake_ups.send(queue.user_id, first, id_)
    except UnavailableError:
        log_event("caller not woken", level=logging.WARNING, user=queue.user_id, seq=first)


def claims_wake_up(queues: QueueStore, queue: Queue, now: Millis) -> bool:
    """Whether the enqueue that left the queue like this at `now` is the one that sends the wake-up.

    Of all enqueues that find the last wake-up too old, one sends another. None does if the worker has gone
    idle since: then it has got past their numbers.
    """
    if queue.awake == now:
        return True
    try:
        queues.claim_wake_up(queue, now)
    except LostRaceError:
        return False
    except UnavailableError:
        log_event("wake-up not noted", level=logging.WARNING, user=queue.user_id, seq=queue.tail)
    return True
