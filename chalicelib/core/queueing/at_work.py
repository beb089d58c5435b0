"""Whether anything may still be at work for a user who is to be removed."""

from typing import Final

from chalicelib.core.queueing.queue import Queue
from chalicelib.core.queueing.request import Request, Status
from chalicelib.core.queueing.request_store import RequestStore
from chalicelib.core.time import Millis

# Longer than a worker of the quick or the slow lane may run, and than a call of the API. A worker of the long
# lane may run for longer: its attempts have a heartbeat, and it looks at the queue before it begins one.
QUIET_MS: Final = 90_000
PAGE: Final = 100  # requests of one read


def is_at_work(requests: RequestStore, queue: Queue, now: Millis) -> bool:
    """Whether the last sign of somebody at work for the user is at most QUIET_MS old.

    Such signs are the mark itself, before which anybody may have begun something; the last movement of the
    head; the outcomes behind it; and the heartbeat of an attempt. Raises UnavailableError.
    """
    latest = max(queue.deleted_at or 0, queue.moved_at)
    after = queue.head
    while latest < now - QUIET_MS:
        page = requests.list_without_payloads(queue.user_id, after, PAGE)
        latest = max(map(_last_sign, page), default=latest)
        if not (page and page[-1].settled):
            break
        after = page[-1].seq
    return latest >= now - QUIET_MS


def _last_sign(request: Request) -> Millis:
    """When somebody was at work at it, or will be: a running attempt is over at its deadline."""
    return (request.deadline if request.status is Status.RUNNING else request.finished_at) or 0
