"""A deployment in the middle: for a while some workers have code that cannot take what was accepted."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from random import Random

from chalicelib.adapters.memory.requests import MemoryRequests
from chalicelib.adapters.memory.store import MemoryStore
from chalicelib.core.errors import NewerItemError
from chalicelib.core.queueing.handler import Handler
from chalicelib.core.queueing.registry import Registry
from chalicelib.core.queueing.request import Request
from chalicelib.core.time import Millis
from tests.simulation.scheduler import Scheduler

LONGEST_MS = 5 * 60_000
NEWER_FORMAT = "newer format"  # the other code cannot even read the request


@dataclass(slots=True)
class Deployment:
    """Or its roll-back. The workers that have the other code are those of every second number, or all."""

    scheduler: Scheduler
    type: str = ""  # the handler that the other code does not have, or has with another payload
    kind: str = ""  # of the failure that comes of it
    every: int = 1
    begins: Millis = 0
    ends: Millis = 0

    def draw(self, rng: Random, lasts: int) -> None:
        """In some histories there is none."""
        if rng.random() < 0.8:
            return
        self.type = rng.choice(("skip", "book", "halt"))
        self.kind = rng.choice(("unknown_type", "invalid_payload"))
        self.every = rng.choice((1, 2))
        self.begins = self.scheduler.now + rng.randrange(lasts)
        if self.begins % 3 == 0:
            self.kind = NEWER_FORMAT
        self.ends = self.begins + rng.randrange(LONGEST_MS)

    def is_behind(self, type_: str, kind: str) -> bool:
        """Whether the worker whose turn it is has code that meets a request of this type so."""
        if (type_, kind) != (self.type, self.kind) or not self.begins <= self.scheduler.now < self.ends:
            return False
        return int(self.scheduler.current.name.rpartition("-")[2]) % self.every == 0


class ReadableRequests(MemoryRequests):
    """The requests as a worker reads them."""

    def __init__(self, store: MemoryStore, deployment: Deployment) -> None:
        super().__init__(store.tables, store.keys, store.tables.ledger.commit)
        self._deployment = deployment

    def get(self, user_id: str, seq: int) -> Request | None:
        found = super().get(user_id, seq)
        if found and self._is_newer(found):
            raise NewerItemError
        return found

    def list_after(self, user_id: str, after: int, limit: int) -> Sequence[Request]:
        found = super().list_after(user_id, after, limit)
        readable = list(takewhile(lambda request: not self._is_newer(request), found))
        if found and not readable:
            raise NewerItemError
        return readable

    def _is_newer(self, request: Request) -> bool:
        return self._deployment.is_behind(request.type, NEWER_FORMAT)


class DeployedHandlers(Registry):
    def __init__(self, deployment: Deployment) -> None:
        super().__init__()
        self._deployment = deployment

    def get(self, type_: str) -> Handler | None:
        return None if self._deployment.is_behind(type_, "unknown_type") else super().get(type_)
