"""A name's queue opens with its first request, which a service or the named user sends; nobody signs in here.

The queue of an account opens by a sign-in only. The API lets no service name an account, so that what is said
of accounts here is a second line of defence. What was opened is closed by the sweeper, when it is drained
and has not been used for a minute: so of requests that come one after the other, only the first one opens.
"""

from contextlib import suppress

from chalicelib.core.errors import LostRaceError
from chalicelib.core.queueing.access import needs_session
from chalicelib.core.queueing.names import is_account_id
from chalicelib.core.queueing.queue import Queue, State, require_live
from chalicelib.core.queueing.queue_store import QueueStore
from chalicelib.core.time import Millis


def reopened(
    queues: QueueStore, queue: Queue | None, count: int, now: Millis, *, user_id: str, session_id: str
) -> bool:
    """Whether a call without a session that was refused so many numbers may try again: the queue is open now.

    `queue` is as it was read after the refusal. Raises UnavailableError.
    """
    if queue is not None:
        if not queue.is_live(session_id, now):
            return False
        if queue.state is not State.CLOSED:
            return queue.room >= count  # another call has opened it since
    if is_account_id(user_id):
        return False
    with suppress(LostRaceError):  # another call has opened it, or this very write was repeated
        queues.open_for_service(user_id, now)
    return True


def live_or_new(queue: Queue | None, user_id: str, session_id: str, now: Millis) -> Queue:
    """The queue, if the caller may use it; an empty one for a name that has no queue yet.

    Raises UnauthenticatedError, NotFoundError, ForbiddenError.
    """
    if queue is None and not needs_session(session_id) and not is_account_id(user_id):
        return Queue(user_id, room=0, limit=0, state=State.CLOSED)
    return require_live(queue, session_id, now)
