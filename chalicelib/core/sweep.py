"""Find queues that should be moving and are not, and sessions that are over."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

from chalicelib.core.errors import LostRaceError
from chalicelib.core.events import tell
from chalicelib.core.ports import Clock, Log, WakeUps
from chalicelib.core.queue import Queue
from chalicelib.core.sessions import close_if_over

STALE_MS = 30_000  # work, but no ring and no movement for this long: the wake-up is taken for lost
IDLE_MS = 60_000  # a queue without work keeps its mark this long, so that busy users cost no index writes


@dataclass(frozen=True, slots=True)
class Sweep:
    log: Log
    wake_ups: WakeUps
    clock: Clock
    ring_id: Callable[[], str] = lambda: uuid4().hex

    def __call__(self) -> None:
        for user_id in self.log.working():
            if queue := self.log.queue(user_id):
                self._look_at(queue)
        for user_id in self.log.expiring(self.clock.now()):
            self._end_sessions(user_id)

    def _look_at(self, queue: Queue) -> None:
        now = self.clock.now()
        if not queue.depth:
            if max(queue.tail_at, queue.moved_at) <= now - IDLE_MS:
                self._unmark(queue)
        elif queue.runnable and not queue.stirred_since(now - STALE_MS):
            self.wake_ups.ring(queue.user_id, queue.tail, self.ring_id())
            tell("queue rung by the sweeper", user=queue.user_id, seq=queue.tail)

    def _unmark(self, queue: Queue) -> None:
        try:
            self.log.unmark(queue)
        except LostRaceError:
            tell("queue has work again", user=queue.user_id)

    def _end_sessions(self, user_id: str) -> None:
        queue = self.log.queue(user_id)
        for session_id, expiry in (queue.sessions if queue else {}).items():
            if expiry <= self.clock.now():
                queue = self.log.end_session(user_id, session_id)
                tell("session expired", user=user_id, session=session_id)
        if queue:
            close_if_over(self.log, queue, self.clock.now())
