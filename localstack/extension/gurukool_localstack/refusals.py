"""What Lambda refuses and LocalStack accepts: functions and event source mappings out of AWS's bounds.

https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html and, for queues,
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-parameters.html
"""

import functools
from collections.abc import Callable, Mapping
from typing import Any

from localstack.aws.api import CommonServiceException
from localstack.aws.api.lambda_ import InvalidParameterValueException
from localstack.services.lambda_.provider import LambdaProvider

from gurukool_localstack.stores import queue_of

_FUNCTION = {"Timeout": (1, 900), "MemorySize": (128, 10_240)}
_MAPPING = {"BatchSize": (1, 10_000), "MaximumBatchingWindowInSeconds": (0, 300)}
_SCALING = {"MaximumConcurrency": (2, 1000)}
_FIFO_BATCH = 10

_stock_validate = LambdaProvider.validate_event_source_mapping


def install() -> None:
    LambdaProvider.create_function = _checking(_require_bounds_of_function, LambdaProvider.create_function)
    LambdaProvider.update_function_configuration = _checking(
        _require_bounds_of_function, LambdaProvider.update_function_configuration
    )
    LambdaProvider.validate_event_source_mapping = _validate


def _checking(
    check: Callable[[Mapping[str, Any]], None], operation: Callable[..., Any]
) -> Callable[..., Any]:
    @functools.wraps(operation)  # with the attributes by which LocalStack finds the operation
    def checked(provider: LambdaProvider, context: Any, request: Any) -> Any:
        check(request)
        return operation(provider, context, request)

    return checked


def _require_bounds_of_function(request: Mapping[str, Any]) -> None:
    _require(request, _FUNCTION, "")


def _validate(provider: LambdaProvider, context: Any, mapping: Any) -> Any:
    """Called for a new mapping and for a changed one."""
    _require(mapping, _MAPPING, "")
    _require(mapping.get("ScalingConfig") or {}, _SCALING, "scalingConfig.")
    source = mapping.get("EventSourceArn")
    queue = queue_of(source) if source else None
    if queue is not None and source.endswith(".fifo"):
        _require_fifo(mapping)
    return _stock_validate(provider, context, mapping)


def _require_fifo(mapping: Mapping[str, Any]) -> None:
    if mapping.get("MaximumBatchingWindowInSeconds"):
        raise InvalidParameterValueException("Batching window is not supported for FIFO queues", Type="User")
    if mapping.get("BatchSize", _FIFO_BATCH) > _FIFO_BATCH:
        raise InvalidParameterValueException(
            f"Batch size for a FIFO queue must not be greater than {_FIFO_BATCH}", Type="User"
        )


def _require(given: Mapping[str, Any], bounds: Mapping[str, tuple[int, int]], prefix: str) -> None:
    """Raises CommonServiceException, in AWS's words, if a value is out of its bounds."""
    for name, (least, most) in bounds.items():
        value = given.get(name)
        if value is None or least <= value <= most:
            continue
        bound = f"greater than or equal to {least}" if value < least else f"less than or equal to {most}"
        member = f"{prefix}{name[0].lower()}{name[1:]}"
        raise CommonServiceException(
            "ValidationException",
            f"1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: "
            f"Member must have value {bound}",
        )
