"""A port for the calls of SQS that functions make most often.

It sends messages, changes how long they stay invisible and deletes them, without LocalStack's web server, its
chain of handlers, its parser and its serializer: these took five sixths of the CPU time of such a call. Every
other request to the port is handed to LocalStack, and so is one that SQS refuses: LocalStack has the words.
"""

import json
import re
from collections.abc import Mapping
from functools import cache
from http import HTTPStatus
from typing import Any

from botocore import xform_name
from localstack.aws.accounts import get_account_id_from_access_key_id
from localstack.aws.api import RequestContext
from localstack.config import GATEWAY_LISTEN

from gurukool_localstack import direct, faults
from gurukool_localstack.front import fallback
from gurukool_localstack.http1.connection import Limits
from gurukool_localstack.http1.messages import Answer, Request
from gurukool_localstack.http1.server import Server
from gurukool_localstack.origins import is_plain

_LIMITS = Limits(head_bytes=2**16, body_bytes=2**24, idle_seconds=None)
_TYPE = "application/x-amz-json-1.0"
_PREFIX = "AmazonSQS."
# The operations, each with the parameters that are passed on as they are.
_OPERATIONS: dict[str, dict[str, type]] = {
    "SendMessage": {
        **dict.fromkeys(["QueueUrl", "MessageBody", "MessageGroupId", "MessageDeduplicationId"], str),
        "DelaySeconds": int,
    },
    "ChangeMessageVisibility": {"QueueUrl": str, "ReceiptHandle": str, "VisibilityTimeout": int},
    "DeleteMessage": {"QueueUrl": str, "ReceiptHandle": str},
}
_TRACE = "X-Amzn-Trace-Id"
_SIGNED_BY = re.compile(r"Credential=([^/]+)/\d+/([a-z0-9-]+)/sqs/aws4_request")


@cache
def _server() -> Server:
    return Server("127.0.0.1", 0, answer, _LIMITS)


def install() -> None:
    """Listens. Connections wait until LocalStack is ready."""
    _server()


def ready() -> None:
    """Serves."""
    _server().start("queue-port")


def address() -> str:
    """The URL of the port."""
    return f"http://{_server().address}"


def answer(request: Request) -> Answer:
    """Answers a request at the port."""
    operation = request.header("x-amz-target").removeprefix(_PREFIX)
    call = _call(request, operation) if operation in _OPERATIONS and _is_plain_call(request) else None
    if call is not None:
        context, parameters = call
        try:
            result = direct.call(context, **parameters)
        except Exception:  # noqa: BLE001  (nothing was done, and LocalStack says why)
            """The call is repeated below."""
        else:
            return _answer(result, context.request_id)
    return fallback.answer(request, GATEWAY_LISTEN[0].port)


def _is_plain_call(request: Request) -> bool:
    """False for a request of a web page, a compressed one, and one that is to fail (faults.py)."""
    return (
        (request.method, request.target) == ("POST", "/")
        and request.header("content-type") == _TYPE
        and not request.header("content-encoding")
        and not request.header("origin")
        and not request.header("sec-fetch-site")
        and is_plain(request.header("host"))
        and not faults.is_failing(request.header("authorization"))
    )


def _call(request: Request, operation: str) -> tuple[RequestContext, Mapping[str, Any]] | None:
    """The context and the parameters; None for what only LocalStack can read."""
    signed = _SIGNED_BY.search(request.header("authorization"))
    try:
        given = json.loads(request.body)
    except (ValueError, RecursionError):
        return None
    if signed is None or not _are_plain(given, _OPERATIONS[operation]):
        return None
    context = direct.context("sqs", operation, get_account_id_from_access_key_id(signed[1]), signed[2])
    if trace := request.header(_TRACE.lower()):
        context.request.headers[_TRACE] = trace
    return context, {xform_name(name): value for name, value in given.items()}


def _are_plain(given: Any, types: Mapping[str, type]) -> bool:
    return isinstance(given, dict) and all(type(value) is types.get(name) for name, value in given.items())


def _answer(result: Mapping[str, Any], request_id: str) -> Answer:
    body = json.dumps(result).encode() if result else b""
    fields = [("Content-Type", _TYPE), ("x-amzn-RequestId", request_id)]
    return Answer(HTTPStatus.OK, fields, body)
