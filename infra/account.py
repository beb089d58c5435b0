"""The account of AWS that a stack goes to: what it allows, before anything is changed in it."""

from collections.abc import Mapping
from typing import Any

from infra.errors import DeployError
from infra.events import Report

UNRESERVED = 100  # of its concurrency, Lambda keeps so much for functions that reserve none
WORKERS = (
    "MaximumConcurrency",
    "SlowMaximumConcurrency",
)  # each: how many workers of one kind may run at once
RESERVING = ("ApiConcurrency", "WorkerConcurrency", "SlowWorkerConcurrency", "SweeperConcurrency")
# A function that may run less often than its queue starts it is throttled, and its wake-ups come 70 s late.
AT_LEAST = {
    "WorkerConcurrency": "MaximumConcurrency",
    "SlowWorkerConcurrency": "SlowMaximumConcurrency",
}


def check_concurrency(limit: int, values: Mapping[str, str], report: Report) -> None:
    """Whether the account's limit for Lambda leaves something for the API. `values`: the parameters.

    Raises DeployError where it cannot work; reports where it works but workers may take most of it.
    """
    _check_reserved(limit, values)
    workers = sum(int(values[name]) for name in WORKERS)
    told = f"The account runs at most {limit} functions at a time and the workers may take {workers} of them"
    advice = (
        "Have the limit raised (Service Quotas, Lambda, concurrent executions) or give smaller values for "
    )
    if workers >= limit:
        raise DeployError(f"{told}, which leaves none for the API. {advice}{' and '.join(WORKERS)}.")
    if workers > limit / 2 and not int(values["ApiConcurrency"]):
        report(f"Note: {told}. {advice}{' and '.join(WORKERS)}.")


def _check_reserved(limit: int, values: Mapping[str, str]) -> None:
    reserved = sum(int(values[name]) for name in RESERVING)
    if reserved > max(0, limit - UNRESERVED):
        raise DeployError(
            f"{' + '.join(RESERVING)} is {reserved}, but of the account's {limit} Lambda keeps {UNRESERVED} "
            f"that cannot be reserved. At most {max(0, limit - UNRESERVED)} can."
        )
    for reserving, workers in AT_LEAST.items():
        if 0 < int(values[reserving]) < int(values[workers]):
            raise DeployError(f"{reserving} must be 0, or at least {workers} ({values[workers]}).")


def concurrency_limit(functions: Any) -> int:
    """`functions`: a client of Lambda."""
    return int(functions.get_account_settings()["AccountLimit"]["ConcurrentExecutions"])
