"""The limits of API Gateway for a method with a function: throttling, the time-out, the size of a request.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
"""

import threading
from concurrent.futures import Future
from typing import Any

from botocore.exceptions import ClientError
from localstack.services.apigateway.next_gen.execute_api.gateway_response import (
    IntegrationFailureError,
    IntegrationTimeoutError,
    RequestTooLargeError,
)
from localstack.services.apigateway.next_gen.execute_api.helpers import (
    get_lambda_function_arn_from_invocation_uri,
)
from localstack.services.apigateway.next_gen.execute_api.integrations.aws import RestApiAwsProxyIntegration

from gurukool_localstack import method_settings
from gurukool_localstack.stores import timeout_of

LONGEST_MILLISECONDS = 29_000  # of an integration that does not set timeoutInMillis

_stock_invoke = RestApiAwsProxyIntegration.invoke


def install() -> None:
    RestApiAwsProxyIntegration.invoke = _invoke


def _invoke(integration: RestApiAwsProxyIntegration, context: Any) -> Any:
    """Raises ThrottledError, IntegrationTimeoutError, RequestTooLargeError or what the integration raises."""
    method_settings.admit(context)
    milliseconds = int(context.integration.get("timeoutInMillis") or LONGEST_MILLISECONDS)
    try:
        if _may_take_longer(context.integration_request["uri"], milliseconds):
            return _within(milliseconds / 1000, integration, context)
        return _stock_invoke(integration, context)
    except IntegrationFailureError as error:
        if _is_too_large(error.__cause__):
            raise RequestTooLargeError("Request Too Long") from error
        raise


def _may_take_longer(uri: str, milliseconds: int) -> bool:
    """Whether the function's own time-out is longer. If it is not, a thread would be a waste."""
    timeout = timeout_of(get_lambda_function_arn_from_invocation_uri(uri))
    return timeout is not None and timeout * 1000 > milliseconds


def _within(seconds: float, integration: RestApiAwsProxyIntegration, context: Any) -> Any:
    """What the function answers in time. It goes on if it takes longer, as on AWS."""
    answer: Future[Any] = Future()

    def run() -> None:
        try:
            answer.set_result(_stock_invoke(integration, context))
        except BaseException as error:  # noqa: BLE001  (raised in the thread that waits)
            answer.set_exception(error)

    threading.Thread(target=run, name="integration", daemon=True).start()
    try:
        return answer.result(seconds)
    except TimeoutError:
        raise IntegrationTimeoutError("Endpoint request timed out") from None


def _is_too_large(cause: BaseException | None) -> bool:
    return (
        isinstance(cause, ClientError) and cause.response["Error"]["Code"] == "RequestEntityTooLargeException"
    )
