"""What must hold of the moment at which the sweeper looks at a queue."""

from collections.abc import Mapping

from chalicelib.core.queueing.heartbeat import SKEW_MS
from chalicelib.core.queueing.lateness import STALE_MS
from chalicelib.core.queueing.looks import FAR_MS
from chalicelib.core.queueing.queue import STANDING, Queue, State
from chalicelib.core.time import Millis
from tests.simulation.history import Violation


def check_found(before: Queue, queue: Queue, open_until: Mapping[str, Millis], now: Millis) -> None:
    """The sweeper finds a queue as long as it has work or is open. Raises Violation."""
    if queue.depth and queue.look_at is None:
        raise Violation("the sweeper cannot find a queue with work")
    found = queue.look_at is not None or queue.user_id in open_until
    if not found and queue.state is not State.CLOSED:
        raise Violation("the sweeper cannot find an open queue")
    _check_found_soon(before, queue, now)


def _check_found_soon(before: Queue, queue: Queue, now: Millis) -> None:
    """No queue rests in which something is to happen, and whose wake-up may be lost."""
    if queue.look_at is None or queue.look_at <= now + FAR_MS + SKEW_MS:
        return
    if queue.look_at != before.look_at and queue.is_active_since(now - STALE_MS + SKEW_MS):
        raise Violation("a queue was put off that is being served")
    if not queue.depth and queue.awake is None:
        raise Violation("the sweeper would look late at the next number")
    if before.state in STANDING and queue.state not in STANDING:
        raise Violation("the sweeper looks late at a queue that was opened")
    if queue.purged > before.purged and queue.state is not State.CLOSED:
        raise Violation("the sweeper looks late at a queue that was purged")
    if queue.deleted_at is not None:
        raise Violation("the sweeper looks late at a queue that is to be removed")
    if queue.state is State.HELD:
        raise Violation("the sweeper looks late at a held queue")
    late = max(queue.callbacks.next_at, now) + FAR_MS + SKEW_MS
    if queue.callbacks.is_owed and queue.look_at > late:
        raise Violation("the sweeper looks late at a queue that owes callbacks")
