"""CloudFormation updates tables: their indexes, time to live, backups and stream. LocalStack changes nothing.

Without this, a release with another index could not follow an earlier one while the data are kept.
"""

import time
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError
from localstack.services.cloudformation.resource_provider import OperationStatus, ProgressEvent
from localstack.services.dynamodb.resource_providers.aws_dynamodb_table import DynamoDBTableProvider

_POLL_SECONDS = 0.05

type Table = Mapping[str, Any]


class RefusedUpdateError(Exception):
    """AWS would refuse the update, too, or replace the table, which is not done here."""


def install() -> None:
    DynamoDBTableProvider.update = _update


def _update(_provider: Any, request: Any) -> ProgressEvent[Any]:
    """Says why, if it fails. LocalStack itself would only say that the resource cannot be deleted."""
    try:
        after = _updated(request.previous_state, request.desired_state, request.aws_client_factory.dynamodb)
    except (RefusedUpdateError, ClientError) as error:
        return ProgressEvent(OperationStatus.FAILED, resource_model={}, message=str(error))
    return ProgressEvent(OperationStatus.SUCCESS, resource_model=after)


def _updated(before: Table, wanted: Table, client: Any) -> dict[str, Any]:
    """Changes the table and returns its new properties. Raises RefusedUpdateError or ClientError."""
    after = {**wanted, **{key: before[key] for key in ("TableName", "Arn", "StreamArn") if key in before}}
    if before["KeySchema"] != after["KeySchema"]:
        raise RefusedUpdateError("Another key means another table. Give the resource another logical id.")
    for change in _changes(before, after):
        client.update_table(TableName=after["TableName"], **change)
        _wait_until_active(client, after["TableName"])
    _set_time_to_live(client, before, after)
    _set_backups(client, before, after)
    return after


def _changes(before: Table, after: Table) -> list[dict[str, Any]]:
    """The arguments of UpdateTable."""
    indexes = _index_changes(_indexes(before), _indexes(after))
    changes = [
        {"AttributeDefinitions": after["AttributeDefinitions"], "GlobalSecondaryIndexUpdates": [index]}
        for index in indexes
    ]
    stream = after.get("StreamSpecification")
    if stream != before.get("StreamSpecification"):
        enabled = {"StreamEnabled": bool(stream), **(stream or {})}
        changes.append({"StreamSpecification": enabled})
    return changes


def _indexes(table: Table) -> dict[str, Any]:
    return {index["IndexName"]: index for index in table.get("GlobalSecondaryIndexes") or ()}


def _index_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    if changed := [name for name in before.keys() & after.keys() if before[name] != after[name]]:
        raise RefusedUpdateError(f"The index {changed[0]} cannot be changed. Give the new one another name.")
    removed = [{"Delete": {"IndexName": name}} for name in before.keys() - after.keys()]
    added = [{"Create": after[name]} for name in after.keys() - before.keys()]
    if len(removed) + len(added) > 1:
        raise RefusedUpdateError("Cannot perform more than one GSI creation or deletion in a single update")
    return [*removed, *added]


def _wait_until_active(client: Any, name: str) -> None:
    while True:
        table = client.describe_table(TableName=name)["Table"]
        parts = [
            table["TableStatus"],
            *(i.get("IndexStatus") for i in table.get("GlobalSecondaryIndexes", ())),
        ]
        if all(status in ("ACTIVE", None) for status in parts):
            return
        time.sleep(_POLL_SECONDS)


def _set_time_to_live(client: Any, before: Table, after: Table) -> None:
    old, new = (table.get("TimeToLiveSpecification") for table in (before, after))
    if old != new:
        specification = new or {**(old or {}), "Enabled": False}
        client.update_time_to_live(TableName=after["TableName"], TimeToLiveSpecification=specification)


def _set_backups(client: Any, before: Table, after: Table) -> None:
    old, new = (table.get("PointInTimeRecoverySpecification") or {} for table in (before, after))
    if old != new:
        enabled = new.get("PointInTimeRecoveryEnabled") in (True, "true", "True")
        client.update_continuous_backups(
            TableName=after["TableName"],
            PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": enabled},
        )
