"""What a removed user has left: it is deleted by one sweep at a time, and the queue goes last."""

from collections.abc import Callable
from typing import Final

from chalicelib.core.queueing.at_work import QUIET_MS
from chalicelib.core.queueing.heartbeat import SKEW_MS
from chalicelib.core.queueing.ports import AccountRemoval, SessionRemoval, Store
from chalicelib.core.queueing.queue import Queue
from chalicelib.core.time import Clock, Millis

LAST_CALL_MS: Final = 10_000  # a sweep begins nothing so shortly before its process ends: a call may be slow


def remove_account(queue: Queue, accounts: AccountRemoval, sessions: SessionRemoval | None) -> None:
    """And its sessions: nothing is left of either, unless the deletion was interrupted. It may be repeated.

    Raises UnavailableError.
    """
    if queue.username:
        accounts.remove(queue.username, queue.user_id)
    if sessions:
        for session_id in queue.sessions:
            sessions.remove(session_id, queue.user_id)


def remove(store: Store, queue: Queue, clock: Clock, until: Millis, end: Millis) -> bool:
    """Delete the data and then the queue, at which nothing is at work. False if time was over before that.

    `until` is when no further page of data is deleted, and `end` when the whole sweep begins nothing more:
    its process ends soon after. Raises UnavailableError, and LostRaceError if another sweep has begun to
    delete the data, or has deleted them, since the queue was read.
    """
    # To other sweeps something is at work until the process of this one has ended. So what they delete is not
    # of the next user of the name, whose queue can begin only when this one is gone.
    claimed = store.removal.claim(queue, end + LAST_CALL_MS + SKEW_MS - QUIET_MS)
    if not _delete_data(store, queue.user_id, lambda: clock.now() >= until):
        return False
    store.removal.delete_queue(claimed)
    return True


def _delete_data(store: Store, user_id: str, is_over: Callable[[], bool]) -> bool:
    while not store.removal.delete_requests(user_id):
        if is_over():
            return False
    if store.objects is None:
        return True
    from chalicelib.core.queueing import uploaded  # only deployments with uploads need it

    return uploaded.delete_all(store.objects, user_id, is_over)
