"""Two properties of resources that LocalStack's CloudFormation accepts and forgets."""

from collections.abc import Callable, Mapping
from typing import Any

from localstack.services.cloudformation.resource_provider import OperationStatus
from localstack.services.dynamodb.resource_providers.aws_dynamodb_table import DynamoDBTableProvider
from localstack.services.logs.resource_providers.aws_logs_loggroup import LogsLogGroupProvider

_TRUE = (True, "true", "True")  # CloudFormation takes them for the same


def install() -> None:
    DynamoDBTableProvider.create = _followed_by(_set_point_in_time_recovery, DynamoDBTableProvider.create)
    LogsLogGroupProvider.create = _followed_by(_set_retention, LogsLogGroupProvider.create)


def _followed_by(
    complete: Callable[[Mapping[str, Any], Any], None], create: Callable[..., Any]
) -> Callable[..., Any]:
    """`create`, after which `complete` gets the resource's properties and a factory of clients."""

    def created(provider: Any, request: Any) -> Any:
        event = create(provider, request)
        if event.status == OperationStatus.SUCCESS:
            complete(request.desired_state, request.aws_client_factory)
        return event

    return created


def _set_point_in_time_recovery(table: Mapping[str, Any], clients: Any) -> None:
    specification = table.get("PointInTimeRecoverySpecification") or {}
    if specification.get("PointInTimeRecoveryEnabled") in _TRUE:
        clients.dynamodb.update_continuous_backups(
            TableName=table["TableName"],
            PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
        )


def _set_retention(log_group: Mapping[str, Any], clients: Any) -> None:
    if days := log_group.get("RetentionInDays"):
        clients.logs.put_retention_policy(logGroupName=log_group["LogGroupName"], retentionInDays=int(days))
