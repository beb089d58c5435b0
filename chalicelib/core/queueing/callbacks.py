"""What a user, or a service for them, can see and do about callbacks: list them, and have them made again."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple
from uuid import uuid4

from chalicelib.core.errors import ConflictError, LostRaceError
from chalicelib.core.log_events import log_event
from chalicelib.core.queueing import callbacks_given_up
from chalicelib.core.queueing.callback_calls import replayed
from chalicelib.core.queueing.calling_back import Gap, owed_outcomes
from chalicelib.core.queueing.opening import live_or_new
from chalicelib.core.queueing.waking import wake_caller

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from chalicelib.core.queueing.ports import Store, WakeUps
    from chalicelib.core.queueing.queue import Queue
    from chalicelib.core.time import Clock, Millis


class Callback(NamedTuple):
    """A callback that is owed, or was given up."""

    seq: int
    url: str
    tries: int = 0  # calls that have failed
    next_at: Millis | None = None  # when it is called again; None: after those before it
    status: int = 0  # of the last answer; 0: there was none
    given_up_at: Millis | None = None  # None: it is owed


@dataclass(frozen=True, slots=True)
class Callbacks:
    """Each call takes the caller's session or access, and raises what `live_or_new` raises."""

    store: Store
    wake_ups: WakeUps | None  # of those who make callbacks; None: the deployment has no callbacks
    clock: Clock
    new_token: Callable[[], str] = lambda: secrets.token_hex(3)
    new_wake_up_id: Callable[[], str] = lambda: uuid4().hex

    def page(self, user_id: str, session_id: str, after: int, limit: int) -> tuple[Sequence[Callback], int]:
        """At most `limit` with numbers above `after`, in order, and the `after` of the next page.

        There are no more if that is `after`: a page may be empty because a long run of requests has none.
        """
        queue = self._queue(user_id, session_id)
        first, begin = queue.callbacks.first, max(after, queue.floor)
        given_up = [
            Callback(gone.seq, gone.url, gone.tries, status=gone.status, given_up_at=gone.at)
            for gone in callbacks_given_up.page(self.store.notes, user_id, begin, limit)
            if first is None or gone.seq < first  # else it is owed again
        ]
        owed, passed = self._owed(queue, begin, limit)
        shown = sorted([*given_up, *owed])[:limit]
        return shown, shown[-1].seq if shown else passed or after

    def _owed(self, queue: Queue, after: int, limit: int) -> tuple[Sequence[Callback], int | None]:
        """Those that are owed, and up to where none is, if many requests in a row have no callback."""
        cursor = queue.callbacks
        if cursor.first is None:
            return [], None
        shown = list[Callback]()
        for found in islice(owed_outcomes(self.store, queue, after), limit):
            if isinstance(found, Gap):
                return shown, found.seq
            shown.append(Callback(found.seq, found.callback or ""))
            if len(shown) == 1 and after < cursor.first and cursor.tries:
                shown = [shown[0]._replace(tries=cursor.tries, next_at=cursor.next_at, status=cursor.status)]
        return shown, None

    def replay(self, user_id: str, session_id: str, first: int) -> Queue:
        """Push all outcomes from that number on again, as far as they are kept; what is owed is due at once.

        Raises ConflictError if nothing from there on was ever to be pushed.
        """
        while True:
            queue = self._queue(user_id, session_id)
            if self.wake_ups is None or first > queue.callbacks.last:
                raise ConflictError(
                    f"No outcome from {first} on has a callback to repeat.", code="nothing_to_replay"
                )
            token = self.new_token()
            cursor = replayed(queue.callbacks, first, self.clock.now())._replace(token=token)
            try:
                moved = self.store.callbacks.move(queue, cursor)
            except LostRaceError:
                found = self.store.queues.get(user_id)
                if found is None or found.callbacks.token != token:
                    continue  # a callback was made meanwhile
                moved = found  # the first answer was lost and the write was repeated
            log_event("callbacks replayed", user=user_id, seq=first)
            wake_caller(self.wake_ups, moved, self.new_wake_up_id())
            return moved

    def _queue(self, user_id: str, session_id: str) -> Queue:
        return live_or_new(self.store.queues.get(user_id), user_id, session_id, self.clock.now())
