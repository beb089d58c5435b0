"""Deployments in the middle: for a while, workers have code that cannot take what was accepted.

After the last deployment of a history all code takes everything, and what was held goes on by itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from random import Random
from typing import Any

from chalicelib.adapters.memory.requests import MemoryRequests
from chalicelib.adapters.memory.store import MemoryStore
from chalicelib.core.errors import NewerItemError
from chalicelib.core.queueing.drain import Drain
from chalicelib.core.queueing.handler import Handler
from chalicelib.core.queueing.registry import Registry
from chalicelib.core.queueing.request import Request
from chalicelib.core.queueing.sweep import Sweep
from chalicelib.core.time import Millis
from tests.simulation.scheduler import Scheduler

LONGEST_MS = 5 * 60_000
NEWER_FORMAT = "newer format"  # the other code cannot even read the request
UNKNOWN = "unknown"  # the type of requests that only the last deployment has a handler for
DEADLY = "deadly payload"  # the other code ends its process when it reads the payload
FIRST, OTHER, LAST = "first code", "other code", "last code"


@dataclass(slots=True)
class Deployment:
    """Or its roll-back. The workers that have the other code are those of every second number, or all."""

    scheduler: Scheduler
    type: str = ""  # the handler that the other code does not have, or has with another payload
    kind: str = ""  # why it cannot take the request
    every: int = 1
    begins: Millis = 0
    last: Millis = 0  # when the last code is deployed
    _codes: dict[str, str] = field(default_factory=dict)  # of each process, from its first look on

    def draw(self, rng: Random, lasts: int) -> None:
        """In most histories, only that of the last code."""
        self.last = self.scheduler.now + rng.randrange(lasts)
        if rng.random() < 0.8:
            return
        self.draw_other(rng, lasts)

    def draw_other(self, rng: Random, lasts: int) -> None:
        self.type = rng.choice(("skip", "book", "halt"))
        self.kind = rng.choice(("unknown_type", "invalid_payload"))
        self.every = rng.choice((1, 2))
        self.begins = self.scheduler.now + rng.randrange(lasts)
        if self.begins % 3 == 0:
            self.kind = NEWER_FORMAT
        elif self.begins % 3 == 1 and self.kind == "invalid_payload":
            self.kind = DEADLY
        self.last = self.begins + rng.randrange(LONGEST_MS)

    def is_behind(self, type_: str, kind: str) -> bool:
        """Whether the process whose turn it is has code that meets a request of this type so."""
        if (type_, kind) == (UNKNOWN, "unknown_type"):
            return self.code() != LAST
        return (type_, kind) == (self.type, self.kind) and self.code() == OTHER

    def code(self) -> str:
        """Of the process whose turn it is: a process has the same code all its life."""
        name = self.scheduler.current.name
        if name not in self._codes:
            self._codes[name] = self._deployed_for(name.rpartition("-")[2])
        return self._codes[name]

    def _deployed_for(self, number: str) -> str:
        if self.scheduler.now >= self.last:
            return LAST
        has_begun = bool(self.type) and self.scheduler.now >= self.begins
        return OTHER if has_begun and number.isdigit() and int(number) % self.every == 0 else FIRST


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
        self.deployment = deployment

    def get(self, type_: str) -> Handler | None:
        return None if self.deployment.is_behind(type_, "unknown_type") else super().get(type_)


def _code_of(deployment_of: Any) -> Any:
    """A field `code` that is the fingerprint of the code of the process whose turn it is."""
    return property(lambda use: deployment_of(use).code(), lambda use, value: None)


class DeployedDrain(Drain):
    """Whoever serves a wake-up has the code that was deployed when its process began."""

    code = _code_of(lambda drain: drain.attempt.handlers.deployment)


class DeployedSweep(Sweep):
    """Likewise."""

    deployment: Deployment
    code = _code_of(lambda sweep: sweep.deployment)
