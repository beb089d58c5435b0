"""Properties that LocalStack's CloudFormation ignores, and a comparison that differs from the one on AWS."""

from collections.abc import Callable, Mapping
from typing import Any

from localstack.services.cloudformation.engine.v2.change_set_model_preproc import ChangeSetModelPreproc
from localstack.services.cloudformation.resource_provider import OperationStatus
from localstack.services.dynamodb.resource_providers.aws_dynamodb_table import DynamoDBTableProvider
from localstack.services.lambda_.resource_providers.aws_lambda_function import LambdaFunctionProvider
from localstack.services.logs.resource_providers.aws_logs_loggroup import LogsLogGroupProvider

_TRUE = (True, "true", "True")  # the ways in which a template may write it


def install() -> None:
    ChangeSetModelPreproc.visit_node_intrinsic_function_fn_equals = _compare
    DynamoDBTableProvider.create = _followed_by(_set_point_in_time_recovery, DynamoDBTableProvider.create)
    LogsLogGroupProvider.create = _followed_by(_set_retention, LogsLogGroupProvider.create)
    LambdaFunctionProvider.create = _followed_by(_set_limits, LambdaFunctionProvider.create)
    LambdaFunctionProvider.update = _followed_by(_set_limits, LambdaFunctionProvider.update)


def _compare(template: ChangeSetModelPreproc, equals: Any) -> Any:
    """Compares as strings, as Fn::Equals does on AWS. LocalStack distinguishes the number 0 from "0"."""
    return template._cached_apply(  # noqa: SLF001  (LocalStack's name)
        scope=equals.scope,
        arguments_delta=template.visit(equals.arguments),
        resolver=lambda values: str(values[0]) == str(values[1]),
    )


def _followed_by(
    complete: Callable[[Mapping[str, Any], Any], None], create: Callable[..., Any]
) -> Callable[..., Any]:
    """`create`, followed by a call of `complete` with the resource's properties and a factory of clients."""

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


def _set_limits(function: Mapping[str, Any], clients: Any) -> None:
    """Sets the reserved concurrency and RecursiveLoop.

    A property that is not given gets its default again.
    """
    name = function["FunctionName"]
    clients.lambda_.put_function_recursion_config(
        FunctionName=name, RecursiveLoop=function.get("RecursiveLoop", "Terminate")
    )
    reserved = function.get("ReservedConcurrentExecutions")
    if reserved is None:
        clients.lambda_.delete_function_concurrency(FunctionName=name)
    else:
        clients.lambda_.put_function_concurrency(
            FunctionName=name, ReservedConcurrentExecutions=int(reserved)
        )
