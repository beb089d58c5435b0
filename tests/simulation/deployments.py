"""A deployment in the middle: for a while some workers have code that cannot take what was accepted."""

from dataclasses import dataclass
from random import Random

from chalicelib.core.queueing.handler import Handler
from chalicelib.core.queueing.registry import Registry
from chalicelib.core.time import Millis
from tests.simulation.scheduler import Scheduler

LONGEST_MS = 5 * 60_000


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
        self.ends = self.begins + rng.randrange(LONGEST_MS)

    def is_behind(self, type_: str, kind: str) -> bool:
        """Whether the worker whose turn it is has code that meets a request of this type so."""
        if (type_, kind) != (self.type, self.kind) or not self.begins <= self.scheduler.now < self.ends:
            return False
        return int(self.scheduler.current.name.rpartition("-")[2]) % self.every == 0


class DeployedHandlers(Registry):
    def __init__(self, deployment: Deployment) -> None:
        super().__init__()
        self._deployment = deployment

    def get(self, type_: str) -> Handler | None:
        return None if self._deployment.is_behind(type_, "unknown_type") else super().get(type_)
