"""What Lambda demands of the payload and the client context of an invocation, as on AWS.

LocalStack takes payloads of any size, gives what is no JSON to the function, and loses the client context.
https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
"""

import base64
import binascii
import json
from typing import Any

from localstack.aws.api.lambda_ import InvalidRequestContentException, InvocationType
from localstack.services.lambda_.invocation.execution_environment import ExecutionEnvironment
from localstack.services.lambda_.invocation.lambda_service import LambdaService
from localstack.services.lambda_.provider import RequestEntityTooLargeException

# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
MOST_BYTES = 6 * 1024 * 1024
MOST_BYTES_OF_EVENT = 1024 * 1024  # of an asynchronous invocation

_stock_invoke_service = LambdaService.invoke
_stock_invoke = ExecutionEnvironment.invoke


def install() -> None:
    LambdaService.invoke = _invoke_service
    ExecutionEnvironment.invoke = _invoke


def _invoke_service(service: LambdaService, *args: Any, **options: Any) -> Any:
    """Raises RequestEntityTooLargeException or InvalidRequestContentException."""
    is_event = options.get("invocation_type") == InvocationType.Event
    most = MOST_BYTES_OF_EVENT if is_event else MOST_BYTES
    payload = options.get("payload") or b"{}"
    if len(payload) > most:
        raise RequestEntityTooLargeException(
            f"Request must be smaller than {most} bytes for the InvokeFunction operation"
        )
    _parse(payload)
    if options.get("client_context"):
        decoded_client_context(options["client_context"])
    return _stock_invoke_service(service, *args, **options)


def decoded_client_context(encoded: str) -> str:
    """The JSON in the header X-Amz-Client-Context. Raises InvalidRequestContentException."""
    try:
        text = base64.b64decode(encoded, validate=True).decode()
        json.loads(text)
    except (binascii.Error, ValueError, RecursionError) as error:
        raise InvalidRequestContentException(
            "Client context must be a valid Base64-encoded JSON object.", Type="User"
        ) from error
    return text


def _parse(payload: bytes) -> None:
    try:
        json.loads(payload)
    except (ValueError, RecursionError) as error:
        raise InvalidRequestContentException(
            f"Could not parse request body into json: Could not parse payload into json: {error}", Type="User"
        ) from error


def _invoke(environment: ExecutionEnvironment, invocation: Any) -> Any:
    """Gives the client context to the executor: LocalStack's own message to it has no place for it."""
    encoded = invocation.client_context
    environment.runtime_executor.client_context = decoded_client_context(encoded) if encoded else None
    return _stock_invoke(environment, invocation)
