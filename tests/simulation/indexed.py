"""The store as a history has it: the indexes may be late or broken, and a queue may be poisoned."""

from collections.abc import Sequence
from random import Random
from typing import Literal

from chalicelib.adapters.memory.queues import MemoryQueues
from chalicelib.adapters.memory.store import MemoryStore
from chalicelib.adapters.memory.sweep_index import MemorySweepIndex
from chalicelib.adapters.memory.tables import MemoryTables
from chalicelib.core.queueing.queue import WAKE_UP_TRUSTED_MS, Queue
from chalicelib.core.queueing.queue_store import ALL, Part
from chalicelib.core.time import Millis
from tests.simulation.history import Violation

POISONED = "poisoned"

type Ailment = Literal["queue", "index"]


class PoisonError(ValueError):
    """An error that no code expects: what a state of a newer release raises, or a bug."""


class IndexedStore(MemoryStore):
    queues: "CheckedQueues"
    sweep_index: "UnreliableIndex"

    def __init__(self, rng: Random) -> None:
        super().__init__(rng.choice((3, 6, 100)))
        self.queues = CheckedQueues(self.tables)
        self.sweep_index = UnreliableIndex(self.tables, rng)


class CheckedQueues(MemoryQueues):
    def claim_wake_up(self, queue: Queue, now: Millis) -> None:
        before = self._tables.queues[queue.user_id].awake
        super().claim_wake_up(queue, now)
        if before is None or before > now - WAKE_UP_TRUSTED_MS:
            raise Violation("an enqueue rang again after a ring that it should have trusted")


class UnreliableIndex(MemorySweepIndex):
    def __init__(self, tables: MemoryTables, rng: Random) -> None:
        super().__init__(tables)
        self.stale = 0.0  # how often a look at an index shows how things were before, as DynamoDB's may
        # A queue that cannot be understood whoever reads it, or an index that cannot be read.
        self.ailment: Ailment | None = rng.choice(("queue", "index")) if rng.random() < 0.2 else None
        self._rng = rng
        self._shown: Sequence[str] = []

    def due(self, until: Millis | None, part: Part = ALL) -> Sequence[str]:
        now = super().due(until, part)
        shown = self._shown if self._rng.random() < self.stale else now
        self._shown = now
        return self._with_poison(shown)

    def with_expired_sessions(self, now: Millis, part: Part = ALL) -> Sequence[str]:
        if self.ailment == "index":
            raise PoisonError
        return self._with_poison(super().with_expired_sessions(now, part))

    def get_many(self, user_ids: Sequence[str]) -> Sequence[Queue]:
        if POISONED in user_ids:
            raise PoisonError
        return super().get_many(user_ids)

    def _with_poison(self, user_ids: Sequence[str]) -> Sequence[str]:
        return [*user_ids, POISONED] if self.ailment == "queue" else user_ids


def report_unforeseen(user_id: str | None, error: Exception) -> None:
    """What a sweep survives must have been made here: anything else is a defect, or a violation."""
    if not isinstance(error, PoisonError):
        raise error
