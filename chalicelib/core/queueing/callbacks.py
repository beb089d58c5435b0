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
from chalicelib.core.queueing.calling_back import owed_outcomes
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
    next_at: Millis | None = None  # of the first one that is owed: when it is tried next
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

    def page(self, user_id: str, session_id: str, after: int, limit: int) -> Sequence[Callback]:
        """At most `limit` with numbers above `after`, in order; empty only at the end."""
        queue = self._queue(user_id, session_id)
        first = queue.callbacks.first
        given_up = [
            Callback(gone.seq, gone.url, gone.tries, status=gone.status, given_up_at=gone.at)
            for gone in callbacks_given_up.page(self.store.notes, user_id, after, limit)
            if queue.floor < gone.seq and (first is None or gone.seq < first)  # else it is owed again
        ]
        return sorted([*given_up, *self._owed(queue, after, limit)])[:limit]

    def _owed(self, queue: Queue, after: int, limit: int) -> Sequence[Callback]:
        cursor = queue.callbacks
        if cursor.first is None:
            return []
        found = islice(owed_outcomes(self.store, queue, after), limit)
        shown = [Callback(outcome.seq, outcome.callback or "") for outcome in found]
        if shown and after < cursor.first:
            shown[0] = shown[0]._replace(tries=cursor.tries, next_at=cursor.next_at, status=cursor.status)
        return shown

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
