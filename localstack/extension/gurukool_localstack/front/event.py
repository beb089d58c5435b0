"""The event that a function gets for a request, as LocalStack's chain makes it.

https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
"""

import base64
import datetime as dt
import uuid
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from localstack.services.apigateway.helpers import REQUEST_TIME_DATE_FORMAT
from localstack.services.apigateway.next_gen.execute_api.handlers.parse import InvocationRequestParser
from localstack.services.apigateway.next_gen.execute_api.header_utils import (
    DROPPED_FROM_REQUEST_COMMON_LOWER,
)
from localstack.services.apigateway.next_gen.execute_api.helpers import mime_type_matches_binary_media_types

from gurukool_localstack.front.routes import Deployed, Match
from gurukool_localstack.http1.messages import Request

type Headers = dict[str, tuple[str, list[str]]]  # by name in lower case: the name as sent last, the values

_DROPPED = frozenset(DROPPED_FROM_REQUEST_COMMON_LOWER)
_CAPITALIZED = ("authorization", "user-agent")  # as CloudFront does
_NOBODY = (
    "accountId",
    "accessKey",
    "caller",
    "cognitoAuthenticationProvider",
    "cognitoAuthenticationType",
    "cognitoIdentityId",
    "cognitoIdentityPoolId",
    "principalOrgId",
    "user",
    "userArn",
)


@dataclass(frozen=True)
class Call:
    """One request to a method of the stage."""

    request: Request
    path: str  # without the query; still encoded
    headers: Headers
    port: int  # of the API
    deployed: Deployed
    match: Match

    def header(self, name: str) -> str | None:
        """The first header with this name, in lower case."""
        return self.headers[name][1][0] if name in self.headers else None


def headers_of(request: Request) -> Headers:
    """The headers of the request by their names, whose case does not matter."""
    found: Headers = {}
    for name, value in request.fields:
        key = name.lower()
        found[key] = (name, [*found[key][1], value] if key in found else [value])
    return found


def trace_of(headers: Headers) -> str:
    """The X-Ray trace: the caller's, or a new one."""
    given = {name: values[0] for name, (_, values) in headers.items()}
    return str(InvocationRequestParser.populate_trace_id(given))


def context_of(call: Call) -> dict[str, Any]:
    """The event's requestContext, which is the `$context` of gateway responses too."""
    host = call.header("host") or ""
    now = dt.datetime.now()  # noqa: DTZ005  (as LocalStack)
    return {
        "accountId": call.deployed.deployment.account_id,
        "apiId": call.deployed.api_id,
        "deploymentId": call.deployed.deployment_id,
        "domainName": host,
        "domainPrefix": host.split(".")[0],
        "extendedRequestId": str(uuid.uuid4())[:8],
        "httpMethod": call.request.method,
        "identity": {
            **dict.fromkeys(_NOBODY),
            "sourceIp": "127.0.0.1",
            "userAgent": call.header("user-agent"),
        },
        "path": f"/{call.deployed.stage}{call.path}",
        "protocol": "HTTP/1.1",
        "requestId": str(uuid.uuid4()),
        "requestTime": now.strftime(REQUEST_TIME_DATE_FORMAT),
        "requestTimeEpoch": int(now.timestamp() * 1000),
        "stage": call.deployed.stage,
        "resourcePath": call.match[0].resource["path"],
        "resourceId": call.match[0].resource["id"],
    }


def event_of(call: Call, context: dict[str, Any], trace: str) -> dict[str, Any]:
    """The event."""
    single, multiple = _query(call.request.target.partition("?")[2])
    passed = _passed_on(call, trace)
    types = call.deployed.deployment.rest_api.rest_api.get("binaryMediaTypes") or []
    body, is_base64 = _body(call.request.body, call.header("content-type"), types)
    return {
        "headers": {name: values[0] for name, values in passed.items()},
        "multiValueHeaders": passed,
        "body": body or None,
        "isBase64Encoded": is_base64,
        "requestContext": context,
        "stageVariables": call.deployed.variables,
        "queryStringParameters": single or None,
        "multiValueQueryStringParameters": multiple or None,
        "pathParameters": call.match[1] or None,
        "httpMethod": call.request.method,
        "path": call.path,
        "resource": context["resourcePath"],
    }


def _passed_on(call: Call, trace: str) -> dict[str, list[str]]:
    """The headers, with those that the gateway sets."""
    kept = {key: given for key, given in call.headers.items() if key not in _DROPPED}
    kept["x-forwarded-for"] = "X-Forwarded-For", [call.request.peer[0]]
    kept["x-forwarded-port"] = "X-Forwarded-Port", [str(call.port)]
    kept["x-forwarded-proto"] = "X-Forwarded-Proto", [call.request.version.partition("/")[0]]
    kept["x-amzn-trace-id"] = "X-Amzn-Trace-Id", [trace]
    if not call.header("accept"):
        kept["accept"] = "Accept", ["application/json"]
    if not call.header("user-agent"):
        kept["user-agent"] = "User-Agent", [f"AmazonAPIGateway_{call.deployed.api_id}"]
    return {name.title() if key in _CAPITALIZED else name: values for key, (name, values) in kept.items()}


def _query(query: str) -> tuple[dict[str, str], dict[str, list[str]]]:
    """The parameters with their last value, and with all values."""
    multiple: dict[str, list[str]] = {}
    for name, value in parse_qsl(query, keep_blank_values=True, errors="werkzeug.url_quote"):
        multiple.setdefault(name, []).append(value)
    return {name: values[-1] for name, values in multiple.items()}, multiple


def _body(body: bytes, content_type: str | None, binary_types: list[str]) -> tuple[str, bool]:
    """The body, and whether it is Base64: if its media type is one of the API's binary ones.

    So is another one that is no UTF-8, as in LocalStack's chain. AWS replaces what is no character in it.
    """
    if "*/*" not in binary_types and not mime_type_matches_binary_media_types(content_type, binary_types):
        with suppress(UnicodeDecodeError):
            return body.decode(), False
    return base64.b64encode(body).decode(), bool(body)
