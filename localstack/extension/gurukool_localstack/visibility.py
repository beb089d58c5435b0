"""Lambda refuses a queue whose messages become visible again while its function may still run, as on AWS.

It refuses the event source mapping, and a change of the function that has one. It does not hear of a later
change of the queue. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
"""

import functools
from collections.abc import Iterator
from typing import Any

from localstack.aws.api.lambda_ import InvalidParameterValueException
from localstack.services.lambda_.invocation.models import lambda_stores
from localstack.services.lambda_.provider import LambdaProvider

from gurukool_localstack.stores import queue_of

_stock_validate = LambdaProvider.validate_event_source_mapping
_stock_update = LambdaProvider.update_function_configuration


def install() -> None:
    LambdaProvider.validate_event_source_mapping = _validate_mapping
    LambdaProvider.update_function_configuration = _update_function


def _validate_mapping(provider: LambdaProvider, context: Any, mapping: Any) -> Any:
    """Called for a new mapping and for a changed one. Raises InvalidParameterValueException."""
    validated = _stock_validate(provider, context, mapping)
    function = validated[3]
    _require_visibility(mapping.get("EventSourceArn"), function.config.timeout)
    return validated


@functools.wraps(_stock_update)  # with the attributes by which LocalStack finds the operation
def _update_function(provider: LambdaProvider, context: Any, request: Any) -> Any:
    """Raises InvalidParameterValueException, before anything is changed."""
    if "Timeout" in request:
        for arn in _sources(context, request["FunctionName"]):
            _require_visibility(arn, request["Timeout"])
    return _stock_update(provider, context, request)


def _sources(context: Any, function: str) -> Iterator[str | None]:
    """Where the function's messages come from. `function`: its name or its ARN."""
    name = function.rpartition(":function:")[2].partition(":")[0]
    for mapping in lambda_stores[context.account_id][context.region].event_source_mappings.values():
        if mapping["FunctionArn"].rpartition(":function:")[2].partition(":")[0] == name:
            yield mapping.get("EventSourceArn")


def _require_visibility(source_arn: str | None, timeout: int) -> None:
    queue = queue_of(source_arn) if source_arn else None
    if queue is not None and queue.visibility_timeout < timeout:
        raise InvalidParameterValueException(
            f"Queue visibility timeout: {queue.visibility_timeout} seconds "
            f"is less than Function timeout: {timeout} seconds",
            Type="User",
        )
