"""Looks resources up in LocalStack's own stores."""

from typing import Any

from localstack.services.lambda_.api_utils import function_locators_from_arn
from localstack.services.lambda_.invocation.models import lambda_stores
from localstack.services.sqs.models import SqsQueue, sqs_stores
from localstack.utils.aws.arns import parse_arn


def function_of(arn: str) -> Any:
    """The function with this ARN, which may have a qualifier; None if there is none."""
    name, _, account, region = function_locators_from_arn(arn)
    if name is None:
        return None
    return lambda_stores[account][region].functions.get(name)


def timeout_of(function_arn: str) -> int | None:
    """For how many seconds the function may run; None if there is no such function."""
    function = function_of(function_arn)
    return None if function is None else int(function.latest().config.timeout)


def queue_of(arn: str) -> SqsQueue | None:
    """None if the ARN is not that of a queue."""
    parts = parse_arn(arn)
    if parts["service"] != "sqs":
        return None
    return sqs_stores[parts["account"]][parts["region"]].queues.get(parts["resource"])
