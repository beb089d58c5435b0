"""Push the outcomes of one user to the URLs that its requests name, one after the other, in their order.

An outcome is owed once the head has passed its request: the write that moves the head also says so. So
nothing is pushed before users can see it, whatever has ended the request, and requests without a callback
cost nothing. Those who call move a cursor of their own, each time on condition that nobody else has moved it.
A crash after a call repeats the call; the receiver recognises it.
"""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass
from random import random
from typing import TYPE_CHECKING, NamedTuple

from chalicelib.core.errors import LostRaceError, NewerItemError
from chalicelib.core.log_events import log_event
from chalicelib.core.queueing import callbacks_given_up
from chalicelib.core.queueing.callback_calls import (
    GIVE_UP_MS,
    LONGEST_TIMED_MS,
    after_failure,
    after_giving_up,
    after_success,
    host_of,
    is_given_up,
)
from chalicelib.core.queueing.callbacks_given_up import note_of
from chalicelib.core.queueing.steps import Done, Ending, Wait
from chalicelib.core.queueing.texts import with_results

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from chalicelib.core.queueing.callback_calls import Answer
    from chalicelib.core.queueing.callback_cursor import CallbackCursor
    from chalicelib.core.queueing.notes import Note
    from chalicelib.core.queueing.ports import Store
    from chalicelib.core.queueing.queue import Queue
    from chalicelib.core.queueing.request import Request
    from chalicelib.core.time import Clock, Millis

CALL_MS = 12_000  # a call takes less than that, with all writes around it
PAGE = 25  # requests read at once
FURTHER = 500  # likewise, if none of those read before owes a callback; less than 1 MB
GAP = 5_000  # so many in a row without a callback are passed at once: to read them takes a second or two
NEWER_MS = 20_000  # until a process of the release comes that can read what a newer one has stored


@dataclass(frozen=True, slots=True)
class CallingBack:
    """Serves wake-ups for callbacks. Of several processes that do so for one user, one moves the cursor."""

    store: Store
    clock: Clock
    # Calls the receiver of an outcome, for the first time (1) or again; raises nothing.
    push: Callable[[Request, int], Answer]
    fraction: Callable[[], float] = random  # draws from [0, 1), for the spread of waits
    new_token: Callable[[], str] = lambda: secrets.token_hex(3)
    give_up_ms: Millis = GIVE_UP_MS

    def __call__(self, user_id: str, until: Millis) -> Ending:
        """Call until nothing is owed, a call has failed, or no time is left before `until`.

        The wake-up must come back at the moment of the `Wait`. Raises UnavailableError.
        """
        try:
            return self._call_all(user_id, until)
        except NewerItemError:
            log_event("item of a newer release", level=logging.WARNING, user=user_id)
            return Wait(self.clock.now() + NEWER_MS)

    def _call_all(self, user_id: str, until: Millis) -> Ending:
        queue = self.store.queues.get(user_id)
        ahead: Iterator[Request | Gap] = iter(())  # what is read, and not called yet
        while queue and queue.callbacks.is_owed and queue.deleted_at is None:
            now = self.clock.now()
            wait = queue.callbacks.next_at - now
            if wait > 0:
                return Wait(queue.callbacks.next_at) if wait <= LONGEST_TIMED_MS else Done()
            if now + CALL_MS > until:
                return Wait(now)
            following = next(ahead, None)
            if following is None or following.seq <= queue.floor or queue.callbacks.tries:
                ahead = owed_outcomes(self.store, queue)
                following = next(ahead, None)
            try:
                queue = self._go_on(queue, following)
            except LostRaceError:  # another process is at it too, or somebody wants a replay
                ahead, queue = iter(()), self.store.queues.get(user_id)
        return Done()

    def _go_on(self, queue: Queue, found: Request | Gap | None) -> Queue:
        """The queue after what is found next. Raises LostRaceError."""
        if found is None:
            return self._finish(queue)
        if isinstance(found, Gap):  # noted, so that whoever goes on after this process need not read it again
            return self._move(queue, queue.callbacks._replace(first=found.seq + 1))
        return self._call(queue, found)

    def _finish(self, queue: Queue) -> Queue:
        """Nothing is left of what is owed: it has expired, or was deleted. Raises LostRaceError."""
        return self._move(queue, queue.callbacks._replace(first=None, tries=0, replayed=False))

    def _call(self, queue: Queue, found: Request) -> Queue:
        """The queue after one call. Raises LostRaceError."""
        outcome = next(iter(with_results(self.store.requests, [found])))
        answer = self.push(outcome, queue.callbacks.tries + 1)
        now, url = self.clock.now(), outcome.callback or ""
        if answer.is_success:
            if queue.callbacks.replayed:
                callbacks_given_up.remove(self.store.notes, outcome)
            return self._settle(queue, outcome, after_success(queue.callbacks, url, now))
        failed = after_failure(queue.callbacks, url, answer, now, self.fraction)
        _log("callback failed", outcome, failed, answer)
        if not is_given_up(failed, outcome, answer, now, self.give_up_ms):
            return self._move(queue, failed._replace(first=outcome.seq))
        settled = self._settle(queue, outcome, after_giving_up(failed, now), note_of(outcome, failed, now))
        _log("callback given up", outcome, failed, answer)
        return settled

    def _settle(
        self, queue: Queue, outcome: Request, cursor: CallbackCursor, given_up: Note | None = None
    ) -> Queue:
        """Move the cursor past the outcome."""
        following = cursor._replace(first=outcome.seq + 1)
        if outcome.seq < queue.callbacks.last:
            return self._move(queue, following, given_up)
        try:
            return self._move(queue, cursor._replace(first=None, replayed=False), given_up)
        except LostRaceError:  # mostly because the head has passed another request with a callback
            return self._move(queue, following, given_up)

    def _move(self, queue: Queue, cursor: CallbackCursor, given_up: Note | None = None) -> Queue:
        """Raises LostRaceError if somebody else has moved the cursor since."""
        moved = cursor._replace(token=self.new_token())
        try:
            return self.store.callbacks.move(queue, moved, given_up)
        except LostRaceError:
            found = self.store.queues.get(queue.user_id)
            if found is None or found.callbacks.token != moved.token:
                raise
            return found  # the first answer was lost and the write was repeated


class Gap(NamedTuple):
    """Many requests without a callback: nothing is owed up to this number."""

    seq: int


def owed_outcomes(store: Store, queue: Queue, after: int = 0) -> Iterator[Request | Gap]:
    """The outcomes that are owed with numbers above `after`, in order, without payloads and large results.

    What was deleted with the history is not pushed any more.
    """
    cursor, without = queue.callbacks, 0
    after = max(after, (cursor.first or cursor.last + 1) - 1, queue.floor)
    while after < cursor.last:
        page = store.requests.list_without_payloads(queue.user_id, after, FURTHER if without else PAGE)
        owed = [request for request in page if request.seq <= cursor.last and request.owes_callback]
        yield from owed
        after = page[-1].seq if page else cursor.last
        without = 0 if owed else without + len(page)
        if without >= GAP and after < cursor.last:
            yield Gap(after)
            without = PAGE


def _log(event: str, outcome: Request, failed: CallbackCursor, answer: Answer) -> None:
    log_event(
        event,
        level=logging.WARNING,
        user=outcome.user_id,
        seq=outcome.seq,
        host=host_of(outcome.callback or ""),
        tries=failed.tries,
        since=failed.failing_since,
        status=answer.status or None,
        reason=answer.reason,
    )
