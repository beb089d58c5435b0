"""One part of a scenario's sample, together with the load of everybody."""

import gc
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

from chalicelib.adapters.memory.clock import START
from chalicelib.core.queueing.lane import Lane
from tests.scale.account import Account, Demand
from tests.scale.clients import Clients
from tests.scale.demand import Window
from tests.scale.gauges import Reached
from tests.scale.limits import DEPLOYED, SWEEPER_QUEUES
from tests.scale.meter import LineMeter, Meter, logging_to
from tests.scale.scenarios import SCENARIOS, Scenario
from tests.scale.world import World

WARM_UP_S = 1_800  # for which the account has had the first second's load, if it is not cold
SWEEP_MS = 60_000
SWEEPER_MS = 50_000
GARBAGE = 100_000  # objects between two collections: nearly all of them live on
HOT_USER = "f" * 32
QUIET_MS = 60_000  # between two looks whether all is done, when the sample sends nothing any more
LONGEST_QUIET = 240  # times


@dataclass(frozen=True)
class Moment:
    """The account at one moment."""

    second: int
    rate: float  # requests that everybody sends a second
    workers: float
    waiting: float  # wake-ups for which there is no worker


@dataclass
class Part:
    """What one part of the sample has shown."""

    counts: Counter[str] = field(default_factory=Counter)
    delays: list[tuple[float, int]] = field(default_factory=list)  # second of the 202, ms until the start
    moments: list[Moment] = field(default_factory=list)
    reached: list[Reached] = field(default_factory=list)  # with the scenario's quotas
    reached_as_deployed: list[Reached] = field(default_factory=list)
    checks: int = 0  # of the invariants
    outcomes: int = 0
    hot_outcomes: int = 0
    cpu_s: float = 0.0


class Simulation:
    def __init__(self, scenario: Scenario, seed: str, prior: Mapping[str, float]) -> None:
        self._scenario = scenario
        self.meter = Meter()
        self.account = Account(scenario.quotas, Random(f"{seed} account"), scenario.outages)
        limit = max(10_000, 2 * scenario.backlog)
        self.world = World(seed, self.account, self.meter, limit=limit)
        self._clients = Clients(self.world, scenario, scenario.sample, Random(f"{seed} clients"))
        self._window = Window(self.meter, scenario.window_s, prior)
        self._part = Part()

    def run(self) -> Part:
        """Raises BrokenPromiseError."""
        begun = time.process_time()
        with logging_to(LineMeter(lambda: self.world.meter)):
            self._warm_up()
            scheduler = self.world.scheduler
            self._tick(0)
            self._sweep()
            self._clients.start()
            if self._scenario.backlog:
                self.world.add_user(HOT_USER, self._scenario.backlog, self._scenario.hot_ms)
            scheduler.run_until(START + self._scenario.seconds * 1000)
            self._part.counts = Counter(self.meter.counts)
            self._part.hot_outcomes = self._hot_outcomes()
            self._end()
        self._part.cpu_s = time.process_time() - begun
        return self._finished()

    def _warm_up(self) -> None:
        if not self._scenario.is_cold:
            self.account.warm_up(WARM_UP_S, Demand(self._scenario.rate(0), self._window.per_request))

    def _tick(self, second: int) -> None:
        """Each second, everybody's calls of that second come in."""
        rate = self._scenario.rate(second)
        if self._window.look(second):
            moments = [queue.look_at for queue in self.world.store.tables.queues.values()]
            found = sum(moment is not None and moment <= self.world.scheduler.now for moment in moments)
            due = found * self._scenario.users / self._scenario.sample
            self.account.gauges.note("queues to look at", due, rate, second)
            looked_at = SWEEPER_QUEUES.value * self._scenario.quotas.sweepers
            self.world.swept.reachable = min(1.0, looked_at / due) if due else 1.0
        self.account.step(second, Demand(rate, self._window.per_request, self._apart()))
        for lane in self.world.lanes.values():
            lane.step()
        if second % self._scenario.bucket_s == 0 and second < self._scenario.seconds:
            source = self.account.sources[Lane.QUICK]
            self._part.moments.append(Moment(second, rate, source.workers, source.backlog))
        self.world.scheduler.after(1_000, lambda: self._tick(second + 1))

    def _apart(self) -> Mapping[str, float]:
        """What was done in the last second for the user with a backlog."""
        counts = self.world.apart.counts
        now = dict(counts)
        counts.clear()
        return now

    def _sweep(self) -> None:
        scheduler = self.world.scheduler
        sweeper = scheduler.spawn("sweeper", self.world.sweep)
        scheduler.after(SWEEPER_MS, sweeper.kill)
        scheduler.after(SWEEP_MS, self._sweep)

    def _end(self) -> None:
        """The sample sends nothing any more; what it has sent gets its outcome. Everybody else goes on."""
        self._clients.is_over = True
        scheduler, invariants = self.world.scheduler, self.world.invariants
        for _ in range(LONGEST_QUIET):
            scheduler.run_until(scheduler.now + QUIET_MS)
            if not any(invariants.accepted.values()):
                break
        scheduler.end()
        invariants.check_end()

    def _hot_outcomes(self) -> int:
        queue = self.world.store.tables.queues.get(HOT_USER)
        return queue.head if queue else 0

    def _finished(self) -> Part:
        part, world = self._part, self.world
        part.delays = [((moment - START) / 1000, delay) for moment, delay, user_id in world.delays.measured]
        part.reached = self.account.gauges.reached()
        part.reached_as_deployed = self.account.gauges.reached(DEPLOYED)
        part.checks, part.outcomes = world.invariants.checks, world.invariants.outcomes
        return part


def simulate(name: str, seed: str, usual: Mapping[str, float]) -> Part:
    """A part of the sample of a scenario; in a process of its own, if one likes."""
    gc.set_threshold(GARBAGE)
    return Simulation(SCENARIOS[name], seed, usual).run()
