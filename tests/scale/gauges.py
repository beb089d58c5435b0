"""How near the load comes to each limit: what is met first, at which load, and what to raise then."""

from typing import NamedTuple

from tests.scale import limits
from tests.scale.limits import Quotas


class Limit(NamedTuple):
    name: str
    value: float  # a second, or at once
    remedy: str  # what to raise


class Reached(NamedTuple):
    """The most that was asked of one limit."""

    limit: Limit
    most: float
    rate: float  # requests a second at that moment
    since: float | None  # the second at which it was first met; None: never

    @property
    def usage(self) -> float:
        return self.most / self.limit.value

    @property
    def met_at(self) -> float:
        """The requests a second at which the limit is met, if each request goes on asking for as much."""
        return self.rate / self.usage if self.usage else float("inf")


TABLE = "the quota of DynamoDB for each table; before a sudden load, also WarmWrites and WarmReads"
LAMBDA = "the quota of Lambda for concurrent executions"
SQS = "the quota of SQS for calls of a FIFO queue, or more queues"
WORKERS = "MaximumConcurrency up to 1,000; beyond, MinimumPollers and MaximumPollers"


def limits_of(quotas: Quotas) -> list[Limit]:
    allowed = limits.CALLS_PER_ENVIRONMENT.value * quotas.concurrency
    return [
        Limit(
            "gateway", quotas.gateway_calls, "ThrottlingRateLimit in the template; above 10,000 the quota too"
        ),
        Limit("invocations", allowed, LAMBDA),
        Limit("concurrency", quotas.concurrency, LAMBDA),
        Limit("quick workers", quotas.maximum_concurrency, WORKERS),
        Limit("slow workers", quotas.maximum_concurrency, "SlowMaximumConcurrency up to 1,000"),
        Limit("QueuesTable writes", quotas.table_writes, TABLE),
        Limit("QueuesTable reads", quotas.table_reads, TABLE),
        Limit("RequestsTable writes", quotas.table_writes, TABLE),
        Limit("RequestsTable reads", quotas.table_reads, TABLE),
        Limit("index writes", limits.PARTITION_WRITES.value, "SweepShards"),
        *(
            Limit(action, quotas.queue_calls, SQS)
            for action in ("SendMessage", "ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility")
        ),
        Limit("quick wake-ups waiting", limits.LOOK_AHEAD.value, WORKERS),
        Limit(
            "queues to look at",
            limits.SWEEPER_QUEUES.value * quotas.sweepers,
            "Sweepers, up to 8; beyond, the memory of the sweeper",
        ),
    ]


class Gauges:
    def __init__(self, quotas: Quotas) -> None:
        self._quotas = quotas
        self._limits = {limit.name: limit.value for limit in limits_of(quotas)}
        self.most: dict[str, tuple[float, float]] = {}
        self._since: dict[str, float] = {}

    def note(self, name: str, demand: float, rate: float, second: float = 0) -> None:
        """That much is asked for now, by so many requests a second."""
        if demand > self.most.get(name, (0.0, 0.0))[0]:
            self.most[name] = demand, rate
        if demand > self._limits.get(name, float("inf")):
            self._since.setdefault(name, second)

    def reached(self, quotas: Quotas | None = None) -> list[Reached]:
        """The limit that is met first comes first. `quotas`: others than those of the simulation."""
        found = [
            Reached(limit, *self.most.get(limit.name, (0.0, 0.0)), self._since.get(limit.name))
            for limit in limits_of(quotas or self._quotas)
        ]
        return sorted((reached for reached in found if reached.most), key=lambda reached: reached.met_at)
