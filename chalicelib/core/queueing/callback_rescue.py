"""The sweeper's part in callbacks: wake a process for what is due and nobody comes for."""

from hashlib import sha256
from typing import Final

from chalicelib.core.log_events import log_event
from chalicelib.core.queueing.callback_calls import LONGEST_TIMED_MS, longest_wait
from chalicelib.core.queueing.callback_cursor import CallbackCursor, Owing
from chalicelib.core.queueing.ports import WakeUps
from chalicelib.core.queueing.queue import Queue
from chalicelib.core.queueing.waking import wake_caller
from chalicelib.core.time import Millis

LATE_MS: Final = 30_000  # what is due for so long has lost its wake-up
# No wake-up is the timer of a long wait. The process that is woken so early waits for the rest.
AHEAD_MS: Final = 30_000
REPEAT_MS: Final = 3 * 60_000  # a cursor that does not move gets one wake-up in this time
MOST_OWING: Final = 20_000  # users whose cursors a process remembers


def rescue_callbacks(wake_ups: WakeUps, queue: Queue, now: Millis, *, wake_ups_lost: bool = False) -> None:
    """Wake a process that makes the callbacks of this queue, if none comes by itself.

    None does if all wake-ups were lost.
    """
    cursor = queue.callbacks
    if cursor.is_owed and queue.deleted_at is None and (wake_ups_lost or _is_late(cursor, now)):
        seen = (queue.user_id, cursor.first, cursor.token, now // REPEAT_MS)
        wake_caller(wake_ups, queue, sha256(repr(seen).encode()).hexdigest())
        log_event("caller woken by the sweeper", user=queue.user_id, seq=cursor.first)


def overdue_ms(queue: Queue, now: Millis, owing: dict[str, Owing]) -> Millis:
    """For how long the next callback of this queue should have been called, at least; 0 if it is not due.

    The cursor says when the next call is due, but not since when the callback is owed: a cursor that owed
    nothing before has the moment of a call of long ago. It is owed since the head has moved last or longer,
    and since a sweep has first seen the cursor as it is now, or longer: the head of a busy user moves all the
    time. `owing` is what earlier sweeps of this process have seen, by the user; it is updated here.
    """
    cursor = queue.callbacks
    if queue.deleted_at is not None:
        return 0
    before = owing.get(queue.user_id)
    is_same = before is not None and (before.first, before.token) == (cursor.first, cursor.token)
    since = min(queue.moved_at, before.since if before and is_same else now)
    if len(owing) >= MOST_OWING:
        owing.clear()
    owing[queue.user_id] = Owing(cursor.first, cursor.token, since)
    return max(0, now - max(cursor.next_at, since))


def _is_late(cursor: CallbackCursor, now: Millis) -> bool:
    timed = not cursor.tries or longest_wait(cursor.tries) <= LONGEST_TIMED_MS
    return cursor.next_at <= now + (-LATE_MS if timed else AHEAD_MS)
