"""Measures how many invocations run at once, and counts those that are throttled.

LocalStack has no metrics for them, nor for what all functions of an account claim, and gives the function's
reservation as the reason even if it has none.
https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from localstack.aws.api.lambda_ import ThrottleReason, TooManyRequestsException
from localstack.services.lambda_.invocation.counting_service import (
    CountingService,
    calculate_provisioned_concurrency_sum,
)
from localstack.services.lambda_.invocation.models import lambda_stores

from gurukool_localstack import metrics, service_metrics

_stock_lease = CountingService.get_invocation_lease


def install() -> None:
    CountingService.get_invocation_lease = _lease


@contextmanager
def _lease(service: CountingService, function: Any, version: Any, state: Any = None) -> Iterator[Any]:
    """Admits an invocation. Raises TooManyRequestsException."""
    identity = version.id
    measured = metrics.Function(identity.function_name, identity.account, identity.region)
    lease = _stock_lease(service, function, version, state)
    try:
        kind = lease.__enter__()
    except TooManyRequestsException as error:
        metrics.count("Throttles", *measured)
        if function.reserved_concurrent_executions is None:
            error.Reason = ThrottleReason.ConcurrentInvocationLimitExceeded
        raise
    try:
        running = service.on_demand_concurrency_trackers[
            identity.account, identity.region
        ].concurrent_executions
        metrics.measure("ConcurrentExecutions", running[identity.unqualified_arn()], "Count", measured)
        service_metrics.claimed(identity.account, identity.region, _claimed(running, *measured[1:]))
        yield kind
    finally:
        lease.__exit__(None, None, None)


def _claimed(running: Mapping[str, int], account: str, region: str) -> int:
    """What no other function can use. A reservation counts as a whole, whether it is used or not."""
    functions = list(lambda_stores[account][region].functions.values())
    return sum(
        calculate_provisioned_concurrency_sum(function)
        + running.get(function.latest().id.unqualified_arn(), 0)
        if function.reserved_concurrent_executions is None
        else function.reserved_concurrent_executions
        for function in functions
    )
