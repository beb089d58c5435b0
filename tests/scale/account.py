"""An AWS account under the load of everybody: which share of all calls it refuses, second by second.

The sample says what a request asks for, and everybody asks the account for as much (see docs/scale.md). What
the account then refuses and delays, it refuses and delays for the sample too.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from random import Random
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from chalicelib.adapters.sqs.outage import REST_MS
from chalicelib.core.queueing.lane import Lane
from tests.scale import limits
from tests.scale.gauges import Gauges
from tests.scale.limits import Quotas
from tests.scale.services import Bucket, Environments, EventSource, GroupCalls, OnDemand

if TYPE_CHECKING:
    from chalicelib.core.time import Millis

TABLES = ("QueuesTable", "RequestsTable")
LANES = (Lane.QUICK, Lane.SLOW)
NOTHING: Mapping[str, float] = MappingProxyType({})
FLUCTUATION = 3  # standard deviations above the mean for which there are environments


class Refused(Enum):
    NO = "no"
    THROTTLED = "throttled"
    UNANSWERED = "unanswered"


class Outage(NamedTuple):
    """A service does not answer, from one second to another."""

    service: str  # dynamodb, sqs, lambda, gateway
    begin: float
    end: float


@dataclass(frozen=True, slots=True)
class Demand:
    """What everybody asks for in one second: requests, and what the sample has counted for each of them."""

    rate: float
    per_request: Mapping[str, float]
    apart: Mapping[str, float] = NOTHING  # a second, by a user who stands for nobody else

    def __getitem__(self, name: str) -> float:
        """A second."""
        return self.rate * self.per_request.get(name, 0.0) + self.apart.get(name, 0.0)

    def mean_seconds(self, function: str) -> float:
        """Of one invocation."""
        invocations = self.per_request.get(f"{function} invocations", 0.0)
        return self.per_request.get(f"{function} ms", 0.0) / 1000 / invocations if invocations else 0.05

    def offered(self, table: str, kind: str) -> float:
        """Units a second, with those of calls that are refused and come again."""
        let_through = self[f"{table} {kind} let through"]
        again = self[f"{table} {kind} tried"] / let_through if let_through else 1.0
        return self[f"{table} {kind}"] * again


class Account:
    def __init__(self, quotas: Quotas, rng: Random, outages: Sequence[Outage] = ()) -> None:
        self.quotas = quotas
        self.now: Callable[[], Millis] = lambda: 0
        self.gauges = Gauges(quotas)
        self.sources = {lane: EventSource(quotas.maximum_concurrency, quotas.poller_growth) for lane in LANES}
        self._outages = outages
        self._rng = rng
        self._down: frozenset[str] = frozenset()
        self._gateway = Bucket(quotas.gateway_calls, quotas.gateway_burst)
        self._functions = {name: Environments() for name in ("api", *LANES)}
        self._in_use = dict.fromkeys(self._functions, 0.0)
        self._capacity = {
            (table, kind): OnDemand(warm, quota)
            for table in TABLES
            for kind, warm, quota in (
                ("writes", quotas.warm_writes, quotas.table_writes),
                ("reads", quotas.warm_reads, quotas.table_reads),
            )
        }
        self._groups = GroupCalls()
        self._partitions: dict[tuple[str, str, str], Bucket] = {}
        self._share: dict[object, float] = {}  # refused, by what is called
        self._cold: dict[str, float] = {}

    def step(self, second: float, demand: Demand) -> None:
        """Let everybody's calls of one second come in."""
        self._down = frozenset(o.service for o in self._outages if o.begin <= second < o.end)
        self._step_gateway(second, demand)
        self._step_functions(second, demand)
        for table, kind in self._capacity:
            offered = demand.offered(table, kind)
            self._share[table, kind] = self._capacity[table, kind].flow(offered, second)
            self.gauges.note(f"{table} {kind}", offered, demand.rate, second)
        shard = demand["index writes"] / self.quotas.shards
        self.gauges.note("index writes", shard, demand.rate, second)
        self._share["index"] = max(0.0, 1 - limits.PARTITION_WRITES.value / shard) if shard else 0.0
        for action in ("SendMessage", "ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility"):
            self.gauges.note(action, demand[action], demand.rate, second)
            over = 1 - self.quotas.queue_calls / demand[action] if demand[action] else 0.0
            self._share[action] = max(0.0, over)
        # How many of a busy environment's calls find out that SQS is still out: see OutageGuard.
        self._share["guard"] = REST_MS / (REST_MS + 1_000 * demand.mean_seconds("api"))

    def warm_up(self, seconds: int, demand: Demand) -> None:
        """The load has been like this for so many seconds, and for longer."""
        for lane, source in self.sources.items():
            source.settle(_with_fluctuation(demand[f"wake-ups {lane}"] * demand.mean_seconds(lane)))
        for second in range(-seconds, 0):
            self.step(second, demand)
        self.gauges = Gauges(self.quotas)

    def _step_gateway(self, second: float, demand: Demand) -> None:
        calls = demand["api calls"] + demand["api calls refused"]
        self._share["gateway"] = self._gateway.flow(calls, 1)
        self.gauges.note("gateway", calls, demand.rate, second)
        invocations = demand["api invocations"] + sum(demand[f"{lane} invocations"] for lane in LANES)
        allowed = limits.CALLS_PER_ENVIRONMENT.value * self.quotas.concurrency
        self.gauges.note("invocations", invocations, demand.rate, second)
        self._share["invocations"] = max(0.0, 1 - allowed / invocations) if invocations else 0.0

    def _step_functions(self, second: float, demand: Demand) -> None:
        let_through = 1 - self._share["gateway"]
        calls = (demand["api calls"] + demand["api calls refused"]) * let_through
        refused = self._run("api", calls * demand.mean_seconds("api"), calls, second)
        self._share["api"] = max(refused, self._share["invocations"])
        for lane, source in self.sources.items():
            arrivals, service = demand[f"wake-ups {lane}"], demand.mean_seconds(lane)
            needed = min(source.workers, (arrivals + source.backlog) * service)
            refused = self._run(lane, needed, needed / service, second)
            is_served = self._down.isdisjoint(("lambda", "sqs"))
            source.flow(arrivals, service, 1, 1 - refused if is_served else 0.0)
            wanted = _with_fluctuation((arrivals + source.backlog) * service)
            self.gauges.note(f"{lane} workers", wanted, demand.rate, second)
            self.gauges.note(f"{lane} wake-ups waiting", source.backlog, demand.rate, second)
        total = sum(self._in_use.values())
        self.gauges.note("concurrency", total, demand.rate, second)

    def _run(self, function: str, mean: float, calls: float, second: float) -> float:
        """The share of calls that is refused."""
        needed = _with_fluctuation(mean)
        others = sum(used for name, used in self._in_use.items() if name != function)
        room = max(0.0, self.quotas.concurrency - others)
        refused, self._cold[function] = self._functions[function].flow(needed, calls, second, 1, room)
        self._in_use[function] = needed * (1 - refused)
        return refused

    def refuses_call(self) -> Refused:
        """A call of the API, by the gateway or by Lambda."""
        if not self._down.isdisjoint(("gateway", "lambda")):
            return Refused.UNANSWERED
        refused = self._is_drawn("gateway") or self._is_drawn("api")
        return Refused.THROTTLED if refused else Refused.NO

    def refuses_item(self, table: str, kind: str, user_id: str, *, indexed: bool) -> Refused:
        if "dynamodb" in self._down:
            return Refused.UNANSWERED
        held_back = indexed and kind == "writes" and self._is_drawn("index")
        if held_back or self._is_drawn((table, kind)):
            return Refused.THROTTLED
        is_let_through = not user_id or self._partition(table, kind, user_id).take(self.now())
        return Refused.NO if is_let_through else Refused.THROTTLED

    def use_partition(self, table: str, user_id: str, writes: float) -> None:
        """What a write has cost beyond the unit for which it was let through."""
        if writes > 1:
            self._partition(table, "writes", user_id).take(self.now(), writes - 1)

    def refuses_message(self, action: str, group: str) -> Refused:
        if "sqs" in self._down:
            return Refused.UNANSWERED
        is_let_through = not self._is_drawn(action) and self._groups.take(self.now(), action, group)
        return Refused.NO if is_let_through else Refused.THROTTLED

    def is_known_to_be_out(self) -> bool:
        """Whether the environment that serves this call does not try to send a wake-up now."""
        return "sqs" in self._down and self._is_drawn("guard")

    def is_cold(self, function: str) -> bool:
        """Whether an invocation has to wait for a new environment."""
        share = self._cold.get(function, 0.0)
        return share > 0 and self._rng.random() < share

    def _is_drawn(self, what: object) -> bool:
        share = self._share.get(what, 0.0)
        return share > 0 and self._rng.random() < share

    def _partition(self, table: str, kind: str, user_id: str) -> Bucket:
        key = table, kind, user_id
        if key not in self._partitions:
            known = limits.PARTITION_WRITES if kind == "writes" else limits.PARTITION_READS
            self._partitions[key] = Bucket(known.value)
        return self._partitions[key]


def _with_fluctuation(mean: float) -> float:
    """Environments that are needed at once: calls come at random, so there are now and then more."""
    return mean + FLUCTUATION * math.sqrt(mean)
