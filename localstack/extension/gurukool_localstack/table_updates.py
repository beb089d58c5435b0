"""CloudFormation updates tables: their indexes, time to live, backups and stream. LocalStack changes nothing.

Without this, a release with another index could not follow an earlier one while the data are kept. What is to
be changed is found by looking at the table itself: an update that failed, or was killed, may have changed it.
"""

import time
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError
from localstack.services.cloudformation.resource_provider import OperationStatus, ProgressEvent
from localstack.services.dynamodb.resource_providers.aws_dynamodb_table import DynamoDBTableProvider

_POLL_SECONDS = 0.05
_TRUE = (True, "true", "True")  # the ways in which a template may write it

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
    name = after["TableName"]
    for change in _changes(client.describe_table(TableName=name)["Table"], after):
        client.update_table(TableName=name, **change)
        _wait_until_active(client, name)
    _set_time_to_live(client, name, after.get("TimeToLiveSpecification"))
    _set_backups(client, name, after.get("PointInTimeRecoverySpecification"))
    return after


def _changes(present: Table, after: Table) -> list[dict[str, Any]]:
    """The arguments of UpdateTable. `present` is what DescribeTable says."""
    indexes = _index_changes(_indexes(present), _indexes(after))
    changes = [
        {"AttributeDefinitions": after["AttributeDefinitions"], "GlobalSecondaryIndexUpdates": [index]}
        for index in indexes
    ]
    stream = _stream(after)
    if stream != _stream(present):
        changes.append({"StreamSpecification": stream or {"StreamEnabled": False}})
    return changes


def _stream(table: Table) -> dict[str, Any] | None:
    """The specification of its stream; None without one."""
    specification = table.get("StreamSpecification") or {}
    if not specification.get("StreamViewType"):
        return None
    return {"StreamEnabled": True, "StreamViewType": specification["StreamViewType"]}


def _indexes(table: Table) -> dict[str, Any]:
    return {index["IndexName"]: index for index in table.get("GlobalSecondaryIndexes") or ()}


def _index_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Compares what cannot be changed of an index: its key, and what it has of the items."""
    both = before.keys() & after.keys()
    if changed := [name for name in both if _shape(before[name]) != _shape(after[name])]:
        raise RefusedUpdateError(f"The index {changed[0]} cannot be changed. Give the new one another name.")
    removed = [{"Delete": {"IndexName": name}} for name in before.keys() - after.keys()]
    added = [{"Create": after[name]} for name in after.keys() - before.keys()]
    if len(removed) + len(added) > 1:
        raise RefusedUpdateError("Cannot perform more than one GSI creation or deletion in a single update")
    return [*removed, *added]


def _shape(index: Mapping[str, Any]) -> tuple[Any, ...]:
    projection = index["Projection"]
    return index["KeySchema"], projection["ProjectionType"], sorted(projection.get("NonKeyAttributes", ()))


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


def _set_time_to_live(client: Any, table: str, wanted: Mapping[str, Any] | None) -> None:
    found = client.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    old = found["AttributeName"] if found["TimeToLiveStatus"] == "ENABLED" else None
    new = wanted["AttributeName"] if wanted and wanted.get("Enabled") in _TRUE else None
    if old != new:
        specification = {"AttributeName": new or old, "Enabled": new is not None}
        client.update_time_to_live(TableName=table, TimeToLiveSpecification=specification)


def _set_backups(client: Any, table: str, wanted: Mapping[str, Any] | None) -> None:
    found = client.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
    is_on = found["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
    enabled = (wanted or {}).get("PointInTimeRecoveryEnabled") in _TRUE
    if is_on != enabled:
        client.update_continuous_backups(
            TableName=table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": enabled}
        )
