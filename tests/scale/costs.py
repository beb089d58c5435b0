"""What a million requests cost, line by line, from what was counted for each of them."""

from collections.abc import Mapping
from functools import cache

from tests.scale import limits
from tests.scale.steps import Cost, Walk, summed

FUNCTIONS = ("api", "quick", "slow")
SQS_ACTIONS = ("SendMessage", "ReceiveMessage", "ChangeMessageVisibility", "DeleteMessage")
TOGETHER = 100
CALLS = 10  # of TOGETHER requests each
GATEWAY, LAMBDA, SQS, WRITES, READS, LOGS = LINES = (
    "API Gateway",
    "Lambda",
    "SQS",
    "DynamoDB, writes",
    "DynamoDB, reads",
    "logs",
)

type Counts = Mapping[str, float]


def dollars(each: Counts, *, http_api: bool = False) -> dict[str, float]:
    """For a million requests, by line. `each`: what is counted for one request, by the names of meter.py."""
    invocations = sum(each.get(f"{function} invocations", 0) for function in FUNCTIONS)
    gb_seconds = sum(each.get(f"{f} ms", 0) for f in FUNCTIONS) / 1000 * limits.MEMORY_GB.value
    written = sum(n for name, n in each.items() if name.endswith("Table writes"))
    log_bytes = each.get("log bytes", each.get("log lines", 0) * bytes_of_a_line())
    call = limits.HTTP_CALL if http_api else limits.REST_CALL
    return {
        GATEWAY: each.get("api calls", 0) * call.value,
        LAMBDA: invocations * limits.INVOCATION.value + gb_seconds * limits.GB_SECOND.value,
        SQS: sum(each.get(action, 0) for action in SQS_ACTIONS) * limits.SQS_CALL.value,
        WRITES: (written + each.get("index writes", 0)) * limits.WRITE_UNIT.value,
        READS: sum(n for name, n in each.items() if name.endswith("Table reads")) * limits.READ_UNIT.value,
        LOGS: log_bytes * 1_000_000 / 1e9 * limits.LOG_GB.value,
    }


@cache
def bytes_of_a_line() -> float:
    """The mean length of what a request logs."""
    each = single()
    return each["log bytes"] / each["log lines"]


@cache
def single() -> Counts:
    """Sent in a call of its own to an idle worker, and read in another call."""
    with Walk.begun() as walk:
        _first(walk)
        return summed([walk.enqueue(), walk.drain(), walk.dequeue()], 1)


@cache
def under_load() -> Counts:
    """The same calls, but the user's worker is at work when they come."""
    with Walk.begun() as walk:
        _first(walk)
        sent = [walk.enqueue() for _ in range(TOGETHER)]
        drained = walk.drain()
        read = [walk.dequeue() for _ in range(TOGETHER)]
        return summed([*sent, drained, *read], TOGETHER)


@cache
def in_bulk() -> Counts:
    """A thousand, sent in ten calls and read in ten calls."""
    with Walk.begun() as walk:
        _first(walk)
        costs: list[Cost] = [walk.enqueue(TOGETHER) for _ in range(CALLS)]
        costs.append(walk.drain())
        costs += [walk.dequeue(TOGETHER) for _ in range(CALLS)]
        return summed(costs, CALLS * TOGETHER)


def _first(walk: Walk) -> None:
    """The first request of a minute costs more; deploy.md says how much."""
    walk.enqueue()
    walk.drain()
    walk.dequeue()
