"""Find queues that should be moving and are not, and sessions that are over."""

import logging
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import batched
from uuid import uuid4
from zlib import crc32

from chalicelib.core.closing import close_if_over
from chalicelib.core.drain import LONGEST_TIMED_MS
from chalicelib.core.enqueue import ring
from chalicelib.core.errors import LostRaceError, UnavailableError
from chalicelib.core.events import tell
from chalicelib.core.ports import Clock, Log, WakeUps
from chalicelib.core.queue import Queue, State
from chalicelib.core.request import Millis, Request

STALE_MS = 30_000  # work, but no ring and no movement for this long: the wake-up is taken for lost
AHEAD_MS = 60_000  # until the next sweep: what is due before that is rung, and its worker waits for it
IDLE_MS = 60_000  # a queue without work keeps its mark this long, so that busy users cost no index writes
WORKER_MS = 90_000  # longer than the worker function may run, and the API
MINUTE_MS = 60_000
STILL_EVERY = 10  # minutes between two looks at a queue in which nothing may begin: many are left like that
AT_ONCE = 100  # queues are read together, or the sweeper could look after a few thousand users only


@dataclass(frozen=True, slots=True)
class Sweep:
    log: Log
    wake_ups: WakeUps
    clock: Clock
    ring_id: Callable[[], str] = lambda: uuid4().hex
    shuffle: Callable[[list[str]], None] = random.shuffle

    def __call__(self) -> None:
        for queue in self._queues(self.log.expiring(self.clock.now())):
            self._guard(self._end_sessions, queue)
        left, working = [], list(self.log.working())
        self.shuffle(working)  # if there are more than can be looked at, it is not always the same that are
        for queue in self._queues(working):
            if queue.leaving is None:
                self._guard(self._look_at, queue)
            elif self.clock.now() - queue.leaving > WORKER_MS:  # what was at it has ended
                left.append(queue)
        for queue in left:  # last: it may take long
            self._guard(self._remove, queue)

    def _queues(self, user_ids: Sequence[str]) -> Iterator[Queue]:
        for some in batched(user_ids, AT_ONCE, strict=False):
            yield from self.log.several(some)

    def _guard(self, look: Callable[[Queue, Millis], None], queue: Queue) -> None:
        """What goes wrong with one queue does not keep the others from being looked at."""
        try:
            look(queue, self.clock.now())
        except LostRaceError:
            tell("queue moves by itself", user=queue.user_id)
        except UnavailableError as error:
            tell("queue not looked after", level=logging.WARNING, user=queue.user_id, error=str(error))

    def _look_at(self, queue: Queue, now: Millis) -> None:
        if not queue.depth:
            self._look_at_drained(queue, now)
        elif not queue.stirred_since(now - STALE_MS):
            self._look_at_still(queue, now)

    def _remove(self, queue: Queue, _now: Millis) -> None:
        """Everything of a user whose account is deleted."""
        self.log.forget(queue.user_id)
        self.log.remove(queue)
        tell("queue removed", user=queue.user_id)

    def _look_at_drained(self, queue: Queue, now: Millis) -> None:
        if not queue.live_sessions(now):
            close_if_over(self.log, queue, now)
        elif max(queue.tail_at, queue.moved_at) <= now - IDLE_MS:
            self.log.unmark(queue)

    def _look_at_still(self, queue: Queue, now: Millis) -> None:
        if not (queue.runnable or queue.head < queue.purged or _is_turn(queue, now)):
            return
        head = next(iter(self.log.requests(queue.user_id, queue.head, 1)), None)
        if queue.state is State.HALTED and (head is None or head.is_resolved):
            queue = self.log.change_state(queue, State.OPEN, now)
        if head is None or head.seq > queue.head + 1 or (queue.admits(head) and _is_late(queue, head, now)):
            ring(self.wake_ups, queue, self.ring_id())
            tell("queue rung by the sweeper", user=queue.user_id, seq=queue.tail)

    def _end_sessions(self, queue: Queue, now: Millis) -> None:
        left: Queue | None = queue
        for session_id, expiry in queue.sessions.items():
            if expiry <= now:
                left = self.log.end_session(queue.user_id, session_id)
                tell("session expired", user=queue.user_id, session=session_id)
        if left:
            close_if_over(self.log, left, now)


def _is_turn(queue: Queue, now: Millis) -> bool:
    """Of a queue that is paused or halted; they take turns."""
    return (now // MINUTE_MS + crc32(queue.user_id.encode())) % STILL_EVERY == 0


def _is_late(queue: Queue, head: Request, now: Millis) -> bool:
    """Whether nobody is going to come for the head in time.

    If something happened at most `LONGEST_TIMED_MS` before it is due, a worker was there since, and has kept
    its wake-up as a timer. Otherwise nobody comes, and one is rung for in the minute before.
    """
    seen = max(queue.awake or 0, queue.moved_at, head.started_at or 0)
    timed = seen >= head.due - LONGEST_TIMED_MS
    return head.due <= now + (-STALE_MS if timed else AHEAD_MS)
