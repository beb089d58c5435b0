"""What must hold of a queue after every single step. invariants.py looks at the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.core.queueing.heartbeat import SKEW_MS
from chalicelib.core.queueing.queue import PausedBy, Queue, State
from chalicelib.core.queueing.request import OUTCOMES, Request, Status
from tests.simulation.history import require

if TYPE_CHECKING:
    from chalicelib.core.time import Millis

type Requests = dict[int, Request]


def check_unhalted(queue: Queue, requests: Requests) -> None:
    head = requests.get(queue.head + 1)
    require(head is None or head.is_resolved, "a worker has opened a halted queue")


def check_queue(before: Queue, queue: Queue, requests: Requests) -> None:
    in_order = 0 <= queue.read <= queue.head <= queue.tail
    require(in_order, f"I1: read {queue.read} head {queue.head} tail {queue.tail}")
    require(queue.room == queue.limit - queue.depth, f"I7: room {queue.room} at depth {queue.depth}")
    back = queue.tail < before.tail or queue.head < before.head or queue.read < before.read
    require(not back, "a cursor went back")
    back = queue.purged < before.purged or queue.floor < before.floor
    require(not back, "what was purged or forgotten came back")
    _check_passed(before, queue, requests)
    if queue.state is State.HALTED and before.state is not State.HALTED:
        _check_halted(queue, requests)
    require(queue.tail == before.tail or queue.room >= 0, "a request was taken for which there was no room")


def check_pause(before: Queue, queue: Queue, actor: str) -> None:
    """It holds until it is ended by whoever may; a user cannot end an administrator's."""
    enders = ("admin_resume",) if before.paused_by is PausedBy.ADMINISTRATOR else ("resume", "admin_resume")
    ended = before.paused_by is not None and queue.paused_by not in (before.paused_by, PausedBy.ADMINISTRATOR)
    require(not ended or actor.startswith(enders), f"a pause by the {before.paused_by} was ended by {actor}")


def check_closed(before: Queue, now: Millis) -> None:
    connected = before.live_sessions(now + SKEW_MS)  # by the clock of whoever closed it
    require(not before.depth and not connected, "a queue in use was closed")


def _check_passed(before: Queue, queue: Queue, requests: Requests) -> None:
    """I2: what the head has moved past has an outcome or is void, and is counted."""
    counts = dict.fromkeys(OUTCOMES, 0)
    for seq in range(before.head + 1, queue.head + 1):
        request = requests.get(seq)
        require(request is not None and request.settled, f"I2: the head passed {seq}, which has no outcome")
        if request is not None and request.status in counts:
            counts[request.status] += 1
    for status, n in counts.items():
        require(queue.counts[status] == before.counts[status] + n, f"{status} requests are counted wrong")


def check_read(before: Queue, queue: Queue, requests: Requests) -> None:
    """`read` steps over nothing that could be handed out, unless a reader says that it has seen it."""
    for seq in range(max(before.read, queue.floor) + 1, queue.read):
        request = requests.get(seq)  # none if it has expired
        require(request is None or request.status is Status.VOID, f"the outcome of {seq} was stepped over")


def _check_halted(queue: Queue, requests: Requests) -> None:
    line = (requests.get(seq) for seq in range(queue.head + 1, queue.tail + 1))
    first = next((request for request in line if request is None or not request.settled), None)
    failed = first is not None and first.status is Status.QUEUED and first.error is not None
    require(failed or _was_cancelled(queue, requests), "a queue was halted whose head has not failed")


def _was_cancelled(queue: Queue, requests: Requests) -> bool:
    """After the attempt and just before the queue was halted: both sides look again and open it.

    Another worker may have moved the head past it already.
    """
    halting = (requests.get(seq) for seq in (queue.head, queue.head + 1))
    return any(request is not None and request.status is Status.CANCELLED for request in halting)


def check_line(queue: Queue, requests: Requests) -> None:
    """I3 and I4: behind the first number without an outcome, nothing has ever been begun."""
    waiting = 0
    for seq in range(queue.head + 1, queue.tail + 1):
        request = requests.get(seq)
        if waiting:
            begun = request is not None and request.attempts > 0
            require(not begun, f"I4: {seq} was begun and {waiting} has no outcome yet")
        elif request is None or not request.settled:
            waiting = seq
