"""What a queue that does not move stands at, and whose pause it is under."""

from chalicelib.core.queueing.queue import PausedBy, Queue, State
from chalicelib.core.queueing.request import Request
from chalicelib.core.time import Millis

AT_A_HEAD = (State.HALTED, State.HELD)


def is_fixed(queue: Queue, session_id: str | None) -> bool:
    """Whether it is under a pause that this caller may not end."""
    return session_id is not None and queue.paused_by is PausedBy.ADMINISTRATOR


def stands_at(queue: Queue, seq: int) -> bool:
    """Whether this number halts or holds the queue."""
    return queue.state in AT_A_HEAD and seq == queue.head + 1


def is_held_by(queue: Queue, request: Request, now: Millis) -> bool:
    """Whether an attempt at this request crashed, and no worker's code can make another one."""
    return queue.state is State.HELD and stands_at(queue, request.seq) and request.has_crashed(now)
