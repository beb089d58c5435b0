"""Properties and changes that LocalStack's CloudFormation ignores, a comparison unlike AWS's, and waiting."""

import functools
import json
import time
from collections.abc import Callable, Mapping
from typing import Any

import boto3
from localstack.config import INTERNAL_RESOURCE_ACCOUNT
from localstack.constants import AWS_REGION_US_EAST_1, INTERNAL_AWS_SECRET_ACCESS_KEY
from localstack.services.cloudformation.engine.v2.change_set_model_preproc import ChangeSetModelPreproc
from localstack.services.cloudformation.resource_provider import OperationStatus
from localstack.services.dynamodb.resource_providers.aws_dynamodb_table import DynamoDBTableProvider
from localstack.services.iam.resource_providers.aws_iam_role import IAMRoleProvider
from localstack.services.lambda_.invocation.lambda_models import S3Code
from localstack.services.lambda_.resource_providers.aws_lambda_function import LambdaFunctionProvider
from localstack.services.logs.resource_providers.aws_logs_loggroup import LogsLogGroupProvider

# Seconds between two looks at a resource that is being created. They double, up to the second one.
_FIRST_PAUSE, _LONGEST_PAUSE = 0.01, 0.1
_PAUSE = "gurukool_pause"
_POLICY_VERSION = "2012-10-17"
_TRUE = (True, "true", "True")  # the ways in which a template may write it

_stock_update_role = IAMRoleProvider.update


def install() -> None:
    ChangeSetModelPreproc.visit_node_intrinsic_function_fn_equals = _compare
    DynamoDBTableProvider.create = _followed_by(_set_point_in_time_recovery, DynamoDBTableProvider.create)
    LogsLogGroupProvider.create = _followed_by(_set_retention, LogsLogGroupProvider.create)
    LambdaFunctionProvider.create = _followed_by(_set_limits, LambdaFunctionProvider.create)
    LambdaFunctionProvider.update = _followed_by(_set_limits, LambdaFunctionProvider.update)
    IAMRoleProvider.update = _update_role
    S3Code.generate_presigned_url = _presigned_url


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
    """`create`, followed by a call of `complete` with the resource's properties and a factory of clients.

    LocalStack calls `create` again at once, or after a second, for as long as the resource is not ready.
    """

    def created(provider: Any, request: Any) -> Any:
        event = create(provider, request)
        if event.status == OperationStatus.SUCCESS:
            complete(request.desired_state, request.aws_client_factory)
        elif event.status == OperationStatus.IN_PROGRESS:
            pause = request.custom_context.get(_PAUSE, _FIRST_PAUSE)
            event.custom_context[_PAUSE] = min(2 * pause, _LONGEST_PAUSE)
            time.sleep(pause)
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


def _update_role(provider: IAMRoleProvider, request: Any) -> Any:
    """Updates the role's own policies, too."""
    event = _stock_update_role(provider, request)
    if event.status != OperationStatus.SUCCESS:
        return event
    iam, name = request.aws_client_factory.iam, event.resource_model["RoleName"]
    policies = request.desired_state.get("Policies") or []
    wanted = {policy["PolicyName"]: policy["PolicyDocument"] for policy in policies}
    for old in iam.list_role_policies(RoleName=name)["PolicyNames"]:
        if old not in wanted:
            iam.delete_role_policy(RoleName=name, PolicyName=old)
    for policy, document in wanted.items():
        text = json.dumps({"Version": _POLICY_VERSION, **document})
        iam.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=text)
    event.resource_model = {**event.resource_model, "Policies": policies}
    return event


def _presigned_url(code: S3Code, endpoint_url: str) -> str:
    """The address of a function's package. Every GetFunction asks for it, and making a client takes 40 ms."""
    place = {"Bucket": code.s3_bucket, "Key": code.s3_key}
    if code.s3_object_version:
        place["VersionId"] = code.s3_object_version
    return str(_s3(endpoint_url).generate_presigned_url("get_object", Params=place))


@functools.cache
def _s3(endpoint_url: str) -> Any:
    return boto3.client(
        "s3",
        region_name=AWS_REGION_US_EAST_1,
        aws_access_key_id=INTERNAL_RESOURCE_ACCOUNT,
        aws_secret_access_key=INTERNAL_AWS_SECRET_ACCESS_KEY,
        endpoint_url=endpoint_url,
    )
