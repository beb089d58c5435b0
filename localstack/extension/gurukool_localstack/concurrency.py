"""Counts invocations that are throttled, and names the reason.

LocalStack counts no Throttles, and gives the function's reservation as the reason in any case.
https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
"""

from typing import Any

from localstack.aws.api.lambda_ import ThrottleReason, TooManyRequestsException
from localstack.services.lambda_.invocation.lambda_service import LambdaService

from gurukool_localstack import metrics
from gurukool_localstack.stores import function_of

_stock_invoke = LambdaService.invoke


def install() -> None:
    LambdaService.invoke = _invoke


def _invoke(service: LambdaService, function_name: str, *args: Any, **options: Any) -> Any:
    """Raises TooManyRequestsException, among others."""
    try:
        return _stock_invoke(service, function_name, *args, **options)
    except TooManyRequestsException as error:
        account, region = options["account_id"], options["region"]
        metrics.count("Throttles", function_name, account, region)
        function = function_of(f"arn:aws:lambda:{region}:{account}:function:{function_name}")
        if function.reserved_concurrent_executions is None:
            error.Reason = ThrottleReason.ConcurrentInvocationLimitExceeded
        raise
