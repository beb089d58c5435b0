"""What the sweeper finds, if it has to look after everybody and not only after the sample."""

from collections.abc import Callable
from random import Random
from typing import Any

from chalicelib.core.queueing.queue_store import ALL, Part
from chalicelib.core.time import Millis
from tests.scale import calls
from tests.scale.stores import ScaleStore


class Swept:
    """The store as the sweeper sees it; what it cannot reach in time, it does not find."""

    def __init__(
        self, store: ScaleStore, queues: Any, requests: Any, port: Callable[..., Any], rng: Random
    ) -> None:
        self.queues, self.requests, self.removal = queues, requests, store.removal
        self.connections, self.keys, self.notes = store.connections, store.keys, store.notes
        self.callbacks = store.callbacks
        self.entries: Any = port(store.entries, "ScheduledTable", calls.ENTRIES)
        self._index = port(store.sweep_index, "QueuesTable", calls.SWEEP_INDEX)
        self._rng = rng
        self.reachable = 1.0  # the share of all queues that are due that one sweep has time for

    @property
    def sweep_index(self) -> Any:
        return self

    def due(self, until: Millis | None, part: Part = ALL) -> list[str]:
        return [user for user in self._index.due(until, part) if self._rng.random() < self.reachable]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._index, name)
