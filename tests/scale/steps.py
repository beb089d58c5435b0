"""The steps of a request's way, one after the other and without other load: what each of them costs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from types import MappingProxyType
from typing import Self

from chalicelib.adapters.runtime.embedded_metrics import EmbeddedMetrics
from chalicelib.core.log_events import observe
from chalicelib.core.queueing.lane import Lane
from tests.scale.account import Account
from tests.scale.limits import DEPLOYED
from tests.scale.meter import LogMeter, Meter, logging_to
from tests.scale.network import Latencies
from tests.scale.world import World, work

USER = "0" * 32
ECHO = work(0)
MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class Cost:
    """Of a step: the calls of AWS in their order, and everything that was counted."""

    made: tuple[str, ...]
    counts: MappingProxyType[str, float]


class Walk:
    """One user, whose steps are carried out when they are asked for."""

    def __init__(self) -> None:
        self.meter = Meter(recorded=True)
        self.world = World("steps", Account(DEPLOYED, Random(0)), self.meter, Latencies(None))
        self.world.add_user(USER)
        self._held: list[Callable[[], None]] = []
        serve = self.world.lanes[Lane.QUICK]._serve
        self.world.lanes[Lane.QUICK]._serve = lambda *arguments: self._held.append(lambda: serve(*arguments))

    @classmethod
    @contextmanager
    def begun(cls) -> Iterator[Self]:
        """Metrics are on, as in a stack whose parameters are the defaults."""
        walk = cls()
        metrics = EmbeddedMetrics("gurukool", lambda: walk.world.scheduler.now)
        walk.world.end_invocation = metrics.flush
        observe(metrics)
        try:
            with logging_to(LogMeter(walk.meter)):
                yield walk
        finally:
            observe(None)

    def enqueue(self, count: int = 1) -> Cost:
        return self._measured(lambda: self.world.enqueue(USER, [ECHO] * count))

    def dequeue(self, most: int = 1) -> Cost:
        return self._measured(lambda: self.world.dequeue(USER, most))

    def drain(self) -> Cost:
        """What the worker does that has been started, and each that it has had started."""

        def serve_all() -> None:
            self._rest(100)  # until the wake-up is there
            while self._held:
                self._held.pop(0)()
                self._rest(5_000)

        return self._counted(serve_all)

    def rest(self, ms: int = 2 * MINUTE_MS) -> None:
        """Nothing happens for a while, but for the sweeper, who takes the mark away."""
        self._rest(ms)
        self._counted(lambda: self._run(self.world.sweep))

    def sweep(self) -> Cost:
        return self._measured(self.world.sweep)

    def _measured(self, do: Callable[[], object]) -> Cost:
        return self._counted(lambda: self._run(do))

    def _run(self, do: Callable[[], object]) -> None:
        def walk() -> None:
            do()

        walker = self.world.scheduler.spawn("walker", walk)
        while not walker.is_over:
            self._rest(1)

    def _counted(self, do: Callable[[], None]) -> Cost:
        before, made = self.meter.counts.copy(), self.meter.made
        assert made is not None
        made.clear()
        do()
        counted = {name: n for name, n in self.meter.since(before).items() if n}
        return Cost(tuple(made), MappingProxyType(counted))

    def _rest(self, ms: int) -> None:
        scheduler = self.world.scheduler
        scheduler.run_until(scheduler.now + ms)


def summed(costs: list[Cost], requests: int) -> dict[str, float]:
    """For each of so many requests that share these steps."""
    names = {name for cost in costs for name in cost.counts}
    return {name: sum(cost.counts.get(name, 0) for cost in costs) / requests for name in sorted(names)}
