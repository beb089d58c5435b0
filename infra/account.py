"""Checks that an account of AWS has enough Lambda concurrency, before anything is deployed to it."""

from collections.abc import Mapping
from typing import Any

from infra.errors import DeployError
from infra.events import Report

UNRESERVED = 100  # concurrency that Lambda keeps for functions without a reservation
# The parameters that limit how many workers of each kind run at once.
POLLER_SERVES = 10  # queues at a time, of an event source in provisioned mode
WORKERS = ("MaximumConcurrency", "SlowMaximumConcurrency", "LongMaximumConcurrency")
RESERVING = (
    "ApiConcurrency",
    "WorkerConcurrency",
    "SlowWorkerConcurrency",
    "LongWorkerConcurrency",
    "SweeperConcurrency",
)
ALARM = "ConcurrencyAlarm"  # the parameter; docs/operations.md argues the share of the limit
ALARM_PER_CENT = 70
# With a lower reservation than its queue needs, a function is throttled, and its wake-ups come back only when
# their visibility time-out ends: after 70 s, in the long lane after 910 s.
AT_LEAST = {
    "WorkerConcurrency": "MaximumConcurrency",
    "SlowWorkerConcurrency": "SlowMaximumConcurrency",
    "LongWorkerConcurrency": "LongMaximumConcurrency",
}


def check_concurrency(limit: int, values: Mapping[str, str], report: Report) -> None:
    """Checks that the workers leave some of the account's concurrency `limit` to the API.

    `values`: the parameters. Raises DeployError if the workers may use all of it; reports a note if they may
    use more than half, or if waiting calls may use more than half of what is left.
    """
    _check_reserved(limit, values)
    workers = sum(most_workers(name, values) for name in WORKERS)
    if values.get("CallbackHosts"):
        workers += int(values["CallbackConcurrency"])
    finding = (
        f"The account runs at most {limit} functions at a time, and the workers may take {workers} of them"
    )
    advice = (
        "Have the limit raised (Service Quotas, Lambda, concurrent executions) or give smaller values for "
        f"{', '.join(WORKERS)}."
    )
    if workers >= limit:
        raise DeployError(f"{finding}, which leaves none for the API. {advice}")
    if workers > limit / 2 and not int(values["ApiConcurrency"]):
        report(f"Note: {finding}. {advice}")
    waits, left = int(values["WaitConcurrency"]), int(values["ApiConcurrency"]) or limit - workers
    if waits > left / 2:
        told = f"Note: {waits} calls may wait at a time, and at most {left} calls of the API run at a time."
        report(f"{told} Give a smaller value for WaitConcurrency.")


def most_workers(name: str, values: Mapping[str, str]) -> int:
    """How many workers of a kind run at once, by the parameter that limits them."""
    if name == "MaximumConcurrency" and int(values["MinimumPollers"]):
        return POLLER_SERVES * int(values["MaximumPollers"])
    return int(values[name])


def _check_reserved(limit: int, values: Mapping[str, str]) -> None:
    reserved = sum(int(values[name]) for name in RESERVING)
    if reserved > max(0, limit - UNRESERVED):
        raise DeployError(
            f"{' + '.join(RESERVING)} is {reserved}, but at most {max(0, limit - UNRESERVED)} can be "
            f"reserved: Lambda keeps {UNRESERVED} of the account's {limit}."
        )
    for reserving, workers in AT_LEAST.items():
        most = most_workers(workers, values)
        if 0 < int(values[reserving]) < most:
            what = workers if most == int(values[workers]) else f"{POLLER_SERVES} * MaximumPollers"
            raise DeployError(f"{reserving} must be 0, or at least {what} ({most}).")


def alarming(limit: int) -> int:
    """How much of the account's concurrency `limit` is claimed when an alarm rings."""
    return limit * ALARM_PER_CENT // 100


def concurrency_limit(functions: Any) -> int:
    """The account's limit. `functions`: a boto3 client of Lambda."""
    return int(functions.get_account_settings()["AccountLimit"]["ConcurrentExecutions"])
