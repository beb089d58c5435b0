"""Calls that LocalStack makes to its own services most often, made inside this process.

They are those of the gateway and of event sources to Lambda and SQS, and those to CloudWatch. LocalStack
sends such a call to itself as if it came from outside: serialised, signed, routed and parsed. With log lines,
that took half of the CPU time that it spends on a request of an application. Here the provider of the service
is called at once, in the calling thread, and its errors are raised as boto3 raises them.
"""

from functools import cache
from io import BytesIO
from typing import Any

from botocore import xform_name
from botocore.exceptions import ClientError
from localstack.aws.api import RequestContext, ServiceException
from localstack.aws.spec import load_service
from localstack.http import Request
from localstack.services.plugins import SERVICE_PLUGINS
from localstack.utils.aws.arns import parse_arn
from localstack.utils.strings import to_bytes
from werkzeug.user_agent import UserAgent

from gurukool_localstack import tracing

MAXIMUM_BATCH = 10  # messages in one call of SQS
_OVERRIDE = "sqs_override_max_message_count"  # LocalStack's own parameter


class Lambda:
    """What the gateway and event sources use of boto3's client for Lambda."""

    def request_metadata(self, **_metadata: Any) -> "Lambda":
        """Does nothing: who calls matters to permissions only, which the local cloud does not check."""
        return self

    def invoke(self, **request: Any) -> dict[str, Any]:
        """Calls Invoke for the function with the ARN `FunctionName`. Raises ClientError."""
        context = _context_for(request["FunctionName"], "Invoke")
        context.trace_context["aws_trace_header"] = tracing.header()
        answer = call(
            context,
            function_name=request["FunctionName"],
            qualifier=request.get("Qualifier"),
            invocation_type=request["InvocationType"],
            payload=BytesIO(to_bytes(request["Payload"])),
        )
        body = BytesIO(to_bytes(answer.get("Payload", b"")))
        return {**answer, "Payload": body, "ResponseMetadata": {"RequestId": context.request_id}}


class Sqs:
    """What an event source uses of boto3's client for SQS: for one queue."""

    def __init__(self, queue_arn: str, stock: Any) -> None:
        self._queue_arn = queue_arn
        self._stock = stock  # the client that LocalStack has made

    def __getattr__(self, name: str) -> Any:
        """What is called seldom, or set up once."""
        return getattr(self._stock, name)

    def receive_message(self, **request: Any) -> Any:
        """Messages of a FIFO queue; LocalStack asks a standard queue for more than SQS gives at once."""
        if _OVERRIDE in request:
            return self._stock.receive_message(**request)
        return self._call("ReceiveMessage", request)

    def delete_message_batch(self, **request: Any) -> Any:
        if len(request["Entries"]) > MAXIMUM_BATCH:
            return self._stock.delete_message_batch(**request)
        request.pop(_OVERRIDE, None)
        return self._call("DeleteMessageBatch", request)

    def _call(self, operation: str, request: dict[str, Any]) -> Any:
        options = {xform_name(name): value for name, value in request.items()}
        return call(_context_for(self._queue_arn, operation), **options)


def context(service: str, operation: str, account: str, region: str) -> RequestContext:
    """The context of a call, as LocalStack's router makes it."""
    made = RequestContext(_Request())
    made.service, made.operation = _models(service, operation)
    made.protocol = made.service.protocol
    made.region, made.account_id = region, account
    return made


class _Request(Request):  # type: ignore[misc]  # LocalStack ships no types
    """A request without headers, until the caller sets some."""

    user_agent = UserAgent("")  # otherwise made for each request, from its headers


@cache
def _models(service: str, operation: str) -> tuple[Any, Any]:
    model = load_service(service)
    return model, model.operation_model(operation)


def call(context: RequestContext, **request: Any) -> dict[str, Any]:
    """Calls the provider's method for the operation. The answer is as boto3 has it. Raises ClientError."""
    provider = SERVICE_PLUGINS.get_service(context.service.service_name)._provider  # noqa: SLF001
    try:
        answer = getattr(provider, xform_name(context.operation.name))(context, **request) or {}
    except ServiceException as error:
        raise _as_boto3_raises(error, context) from error
    return {name: value for name, value in answer.items() if value is not None}


def is_throttled(error: BaseException | None) -> bool:
    """Whether Lambda has refused an invocation because too many run."""
    return isinstance(error, ClientError) and error.response["Error"]["Code"] == "TooManyRequestsException"


def _context_for(arn: str, operation: str) -> RequestContext:
    """The context of a call from the account and the region of the resource itself."""
    place = parse_arn(arn)
    return context(place["service"], operation, place["account"], place["region"])


def _as_boto3_raises(error: ServiceException, context: RequestContext) -> ClientError:
    metadata = {"HTTPStatusCode": error.status_code, "RequestId": context.request_id}
    answer = {"Error": {"Code": error.code, "Message": error.message}, "ResponseMetadata": metadata}
    return ClientError(answer, context.operation.name)
