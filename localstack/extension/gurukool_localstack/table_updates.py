"""Adds and removes the indexes of a table with its stack, which LocalStack's CloudFormation does not do.

Without this module, it reports the table as updated and leaves it unchanged. It still does so with the other
properties of a table. As on AWS, an update adds or removes one index.
"""

import time
from collections.abc import Mapping
from typing import Any

from localstack.services.cloudformation.resource_provider import OperationStatus, ProgressEvent
from localstack.services.dynamodb.resource_providers.aws_dynamodb_table import DynamoDBTableProvider

_POLL_SECONDS = 0.05
_LONGEST_SECONDS = 60  # to fill an index with what is in the table
_TOO_MANY = "Cannot perform more than one GSI creation or deletion in a single update"


def install() -> None:
    DynamoDBTableProvider.update = _update_table


def _update_table(_provider: DynamoDBTableProvider, request: Any) -> ProgressEvent[Any]:
    before, wanted = request.previous_state, request.desired_state
    table, dynamodb = {**before, **wanted}, request.aws_client_factory.dynamodb
    updates = _index_updates(_indexes(before), _indexes(wanted))
    if len(updates) > 1:
        return ProgressEvent(status=OperationStatus.FAILED, resource_model=table, message=_TOO_MANY)
    if updates:
        dynamodb.update_table(
            TableName=table["TableName"],
            AttributeDefinitions=wanted["AttributeDefinitions"],
            GlobalSecondaryIndexUpdates=updates,
        )
        _wait(dynamodb, table["TableName"], set(_indexes(wanted)))
    return ProgressEvent(status=OperationStatus.SUCCESS, resource_model=table)


def _indexes(table: Mapping[str, Any]) -> dict[str, Any]:
    return {index["IndexName"]: index for index in table.get("GlobalSecondaryIndexes") or []}


def _index_updates(before: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[dict[str, Any]]:
    """In the words of UpdateTable."""
    gone = [{"Delete": {"IndexName": name}} for name in before if name not in wanted]
    return gone + [{"Create": index} for name, index in wanted.items() if name not in before]


def _wait(dynamodb: Any, table: str, wanted: set[str]) -> None:
    """Until the table has these indexes, and they are filled."""
    end = time.monotonic() + _LONGEST_SECONDS
    while time.monotonic() < end:
        found = dynamodb.describe_table(TableName=table)["Table"].get("GlobalSecondaryIndexes", [])
        if {(index["IndexName"], index["IndexStatus"]) for index in found} == {(n, "ACTIVE") for n in wanted}:
            return
        time.sleep(_POLL_SECONDS)
    raise TimeoutError(f"The indexes of {table} were not ready within {_LONGEST_SECONDS} s.")
