"""Every limit, price and latency of the models, each with its source, and nothing that has none.

Sources are pages of AWS's documentation as read in November 2026, or files of this project. "Assumed" marks
the values for which AWS documents nothing; docs/scale.md lists them: a result is worth no more than they are.
"""

from dataclasses import dataclass
from typing import NamedTuple

from chalicelib.adapters.dynamodb.shards import LEAST_SHARDS
from chalicelib.adapters.dynamodb.tables import PATIENCE
from chalicelib.adapters.sqs.wake_ups import PROMPT


class Sourced(NamedTuple):
    """A value, and where it comes from."""

    value: float
    unit: str
    source: str

    @property
    def is_assumed(self) -> bool:
        return self.source.startswith("Assumed")


READ_2026 = "read 2026-11-21"
_PARTITION = f"DynamoDB, Best practices for designing partition keys, {READ_2026}"
_TABLE = f"DynamoDB, Service quotas: default per-table quota, may be raised, {READ_2026}"
_NEW = "DynamoDB, Warm throughput scenarios, read 2026-11-29"
_SCALING = "Lambda, Scaling behavior, read 2026-11-29"
_MAPPING = "Lambda, Scaling behavior for SQS event source mappings, read 2026-11-29"
_FIFO = f"SQS, Message quotas, us-east-1, {READ_2026}"

PARTITION_WRITES = Sourced(1_000, "write units a second", _PARTITION)
PARTITION_READS = Sourced(3_000, "read units a second", _PARTITION)
NEW_TABLE_WRITES = Sourced(4_000, "write units a second", _NEW)
NEW_TABLE_READS = Sourced(12_000, "read units a second", _NEW)
PEAK_FACTOR = Sourced(2, "times the previous peak", "DynamoDB, Pre-warming on-demand tables, read 2026-11-29")
PEAK_AGE_S = Sourced(1_800, "seconds", "DynamoDB, Pre-warming on-demand tables, read 2026-11-29")
TABLE_WRITES = Sourced(40_000, "write units a second", _TABLE)
TABLE_READS = Sourced(40_000, "read units a second", _TABLE)
INDEX_SHARDS = Sourced(LEAST_SHARDS, "partition keys", "infra/template/parameters.yaml, SweepShards")

GROUP_CALLS = Sourced(
    300, "calls a second and action", f"SQS guide, High throughput for FIFO queues (2023), {READ_2026}"
)
QUEUE_CALLS = Sourced(70_000, "calls a second and action", _FIFO)
IN_FLIGHT = Sourced(120_000, "messages", f"botocore's SQS model, ChangeMessageVisibility, {READ_2026}")
LOOK_AHEAD = Sourced(
    120_000,
    "messages",
    f"SQS, Avoiding a large backlog with the same message group ID, {READ_2026}",
)

ACCOUNT_CONCURRENCY = Sourced(1_000, "environments", f"Lambda, Quotas: default, may be raised, {READ_2026}")
CALLS_PER_ENVIRONMENT = Sourced(
    10, "calls a second for each unit of the concurrency quota", "Lambda, Concurrency, read 2026-11-29"
)
SCALING = Sourced(100, "new environments a second and function", _SCALING)
SCALING_BURST = Sourced(1_000, "new environments at once and function", _SCALING)
POLLERS_START = Sourced(5, "concurrent invocations", f"{_MAPPING} (of standard queues)")
POLLERS_GROWTH = Sourced(
    5, "more concurrent invocations a second", f"{_MAPPING} (300 a minute, standard queues)"
)
POLLERS_MOST = Sourced(
    1_000, "concurrent invocations", f"botocore's Lambda model, ScalingConfig, {READ_2026}"
)
POLLERS_SHRINK = Sourced(0.1, "of the growth", "Assumed: how slowly Lambda takes idle pollers away")
PROVISIONED_GROWTH = Sourced(
    1_000 / 60,
    "more concurrent invocations a second",
    f"AWS News blog, provisioned mode for SQS, {READ_2026}",
)
PROVISIONED_MOST = Sourced(
    20_000, "concurrent invocations", f"AWS News blog, provisioned mode for SQS, {READ_2026}"
)
GATEWAY_CALLS = Sourced(5_000, "calls a second", "infra/template/api.yaml; the account's quota is 10,000")
GATEWAY_BURST = Sourced(2_500, "calls", "infra/template/api.yaml")
MAXIMUM_CONCURRENCY = Sourced(100, "workers", "infra/template/parameters.yaml, MaximumConcurrency")
SWEEPER_QUEUES = Sourced(20_000, "queues a minute", "docs/performance.md, the sweeper, by calculation")

# Latencies and durations. AWS promises "single-digit milliseconds" for DynamoDB and nothing for the rest.
READ_MS = Sourced(4, "ms, median", "Assumed; DynamoDB's pages say single-digit milliseconds")
WRITE_MS = Sourced(5, "ms, median", "Assumed; docs/performance.md estimates with the same value")
SQS_MS = Sourced(8, "ms, median", "Assumed")
DELIVERY_MS = Sourced(15, "ms, median", "Assumed: from SendMessage to the start of a warm worker")
REFUSAL_MS = Sourced(3, "ms", "Assumed: until a throttled call is answered")
TIMED_OUT_MS = Sourced(1_000 * PATIENCE.connect_s, "ms", "chalicelib/adapters/dynamodb/tables.py, PATIENCE")
SEND_TIMED_OUT_MS = Sourced(
    1_000 * PROMPT.connect_s,
    "ms, of a wake-up that the API sends",
    "chalicelib/adapters/sqs/wake_ups.py, PROMPT",
)
SPREAD = Sourced(0.35, "sigma of the logarithm", "Assumed: latencies are lognormal")
SLOW_SHARE = Sourced(0.005, "of all calls take five times as long", "Assumed")
API_CPU_MS = Sourced(10, "ms", "docs/performance.md: a call without work, on the local stack")
WORKER_CPU_MS = Sourced(5, "ms", "Assumed: an invocation of a worker beside its calls")
ATTEMPT_CPU_MS = Sourced(1, "ms", "Assumed: an attempt beside its calls and its handler")
API_INIT_MS = Sourced(316, "ms", "docs/performance.md: cold start, CPU time on the local machine")
WORKER_INIT_MS = Sourced(308, "ms", "docs/performance.md: cold start, CPU time on the local machine")
IDLE_KEPT_S = Sourced(600, "seconds", "Assumed: how long Lambda keeps an idle environment")
MEMORY_GB = Sourced(0.5, "GB", ".chalice/config.json, all functions but the sweeper")

# Prices, us-east-1, US dollars, without free tiers.
REST_CALL = Sourced(3.50, "$ a million", f"API Gateway pricing, first 333 million, {READ_2026}")
HTTP_CALL = Sourced(1.00, "$ a million", f"API Gateway pricing, first 300 million, {READ_2026}")
INVOCATION = Sourced(0.20, "$ a million", f"Lambda pricing, {READ_2026}")
GB_SECOND = Sourced(13.3334, "$ a million", f"Lambda pricing, arm64, {READ_2026}")
SQS_CALL = Sourced(0.50, "$ a million", f"SQS pricing, FIFO, {READ_2026}")
WRITE_UNIT = Sourced(0.625, "$ a million", f"DynamoDB pricing, on demand, {READ_2026}")
READ_UNIT = Sourced(0.125, "$ a million", f"DynamoDB pricing, on demand, {READ_2026}")
LOG_GB = Sourced(0.50, "$ a GB", f"CloudWatch pricing, ingestion, {READ_2026}")


@dataclass(frozen=True, slots=True)
class Quotas:
    """What an account and a deployment may use: the limits that somebody can raise."""

    gateway_calls: float = GATEWAY_CALLS.value
    gateway_burst: float = GATEWAY_BURST.value
    concurrency: float = ACCOUNT_CONCURRENCY.value
    maximum_concurrency: float = MAXIMUM_CONCURRENCY.value
    poller_growth: float = POLLERS_GROWTH.value
    table_writes: float = TABLE_WRITES.value
    table_reads: float = TABLE_READS.value
    warm_writes: float = NEW_TABLE_WRITES.value
    warm_reads: float = NEW_TABLE_READS.value
    queue_calls: float = QUEUE_CALLS.value
    shards: float = INDEX_SHARDS.value
    sweepers: int = 1


DEPLOYED = Quotas()
# For a million users and 50,000 requests a second. MaximumConcurrency ends at 1,000: the event source is in
# provisioned mode (MinimumPollers).
RAISED = Quotas(
    gateway_calls=150_000,
    gateway_burst=50_000,
    concurrency=25_000,
    maximum_concurrency=PROVISIONED_MOST.value,
    poller_growth=PROVISIONED_GROWTH.value,
    table_writes=400_000,
    table_reads=400_000,
    warm_writes=200_000,
    warm_reads=200_000,
    shards=64,
    sweepers=8,
)
