"""The sweeper in tests: it runs when there is something for it to do, and as often as a deployed one."""

from collections.abc import Collection, Iterator
from types import SimpleNamespace
from typing import Any

from chalicelib.adapters.memory.clock import ManualClock
from chalicelib.adapters.memory.fifo import MemoryFifo
from chalicelib.adapters.memory.store import MemoryStore
from chalicelib.adapters.memory.wake_ups import MemoryWakeUps
from chalicelib.core.queueing.callback_rescue import LATE_MS as CALLS_LATE_MS
from chalicelib.core.queueing.lateness import STALE_MS, late_from
from chalicelib.core.queueing.queue import HOLE_GRACE_MS, Queue
from chalicelib.core.queueing.sweep import Sweep
from chalicelib.core.time import Millis
from gurukool.testing.callbacks import Receivers
from gurukool.testing.timers import users_of

SWEEP_MS = 60_000  # between two runs
SHORT_MS = 10  # a sweep does not stay for what falls due later: time passes when told


class Sweeper:
    """Has entries enter, and sends wake-ups for queues that stand still."""

    def __init__(
        self,
        store: MemoryStore,
        wake_ups: MemoryWakeUps,
        fifos: Collection[MemoryFifo],
        receivers: Receivers,
        clock: ManualClock,
    ) -> None:
        self._store = store
        self._fifos = fifos
        self._receivers = receivers
        self._clock = clock
        self._sweep = Sweep(store, NO_ACCOUNTS, wake_ups, clock, callbacks=receivers.wake_ups)
        self._swept_at: Millis = 0

    def __call__(self) -> None:
        """Sweep once."""
        self._swept_at = self._clock.now()
        self._sweep(SHORT_MS)

    def entries_due(self) -> Iterator[Millis]:
        """The moments at which entries are to enter: a deployed sweep stays for them, so they are exact."""
        for user_id, own in self._store.tables.entries.items():
            if own and self._takes(user_id):
                yield min(entry.enter_at for entry in own.values())

    def rounds(self) -> Iterator[Millis]:
        """The moments of the runs that are needed for queues for which no wake-up is under way.

        They do not depend on what else happens: runs that were put off by that might never come.
        """
        woken = users_of(self._fifos)
        called = users_of([self._receivers.fifo])
        for queue in self._store.tables.queues.values():
            if queue.depth and queue.runnable and queue.user_id not in woken:
                yield self._round(max(self._stands_from(queue), queue.look_at or 0))
            if queue.callbacks.is_owed and queue.user_id not in called:
                yield self._round(max(queue.callbacks.next_at + CALLS_LATE_MS, queue.look_at or 0))

    def _takes(self, user_id: str) -> bool:
        """Whether an entry can enter this user's line: otherwise no sweep can help it."""
        queue = self._store.tables.queues.get(user_id)
        return queue is None or queue.room > 0

    def _stands_from(self, queue: Queue) -> Millis:
        """From when on a sweep finds that nobody comes for the head of this queue."""
        head = self._store.requests.get(queue.user_id, queue.head + 1)
        late = late_from(queue, head) if head else queue.tail_at + HOLE_GRACE_MS
        return max(late, max(queue.awake or 0, queue.moved_at) + STALE_MS)

    def _round(self, needed_from: Millis) -> Millis:
        """The first run from that moment on that has not been."""
        first = max(needed_from, self._swept_at + 1)
        return -(-first // SWEEP_MS) * SWEEP_MS


NO_ACCOUNTS: Any = SimpleNamespace(remove=lambda *_: None)  # the sweeper removes those that were deleted
