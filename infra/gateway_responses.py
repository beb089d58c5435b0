"""Problem documents for the errors that API Gateway itself answers, like those of the application."""

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    """The response that replaces the gateway's own text."""

    status: HTTPStatus
    code: str  # for programs; the same as the application's code for the same error
    detail: str
    retry_after: int | None = None  # seconds


NOTHING_HERE = Answer(HTTPStatus.NOT_FOUND, "not_found", "There is nothing here for this path and method.")
# A function crashed or was throttled. The next call may succeed.
AWAY = Answer(HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", "The API did not answer. Try again later.", 2)

# By the type of the gateway's response.
ANSWERS = {
    "ACCESS_DENIED": Answer(HTTPStatus.FORBIDDEN, "forbidden", "You may not do this."),
    "API_CONFIGURATION_ERROR": Answer(
        HTTPStatus.INTERNAL_SERVER_ERROR, "internal", "The API is misconfigured."
    ),
    "BAD_REQUEST_BODY": Answer(HTTPStatus.BAD_REQUEST, "malformed", "The body of the request is not valid."),
    "BAD_REQUEST_PARAMETERS": Answer(
        HTTPStatus.BAD_REQUEST, "malformed", "A parameter of the request is not valid."
    ),
    "DEFAULT_4XX": Answer(HTTPStatus.BAD_REQUEST, "malformed", "The request is not valid."),
    "DEFAULT_5XX": AWAY,
    "EXPIRED_TOKEN": Answer(
        HTTPStatus.UNAUTHORIZED, "unauthenticated", "The token has expired. Sign in again."
    ),
    # Includes calls that Lambda refuses because the concurrency of the function or the account is used up.
    "INTEGRATION_FAILURE": AWAY,
    # 504 and not 503: the function was started, so it may have done its work.
    "INTEGRATION_TIMEOUT": Answer(
        HTTPStatus.GATEWAY_TIMEOUT, "timeout", "The API did not answer in time. Try again later.", 2
    ),
    "INVALID_API_KEY": Answer(HTTPStatus.FORBIDDEN, "forbidden", "The API key is not valid."),
    "INVALID_SIGNATURE": Answer(
        HTTPStatus.UNAUTHORIZED, "unauthenticated", "The request's signature is not valid."
    ),
    # The gateway's name for an unknown path or method.
    "MISSING_AUTHENTICATION_TOKEN": NOTHING_HERE,
    "QUOTA_EXCEEDED": Answer(
        HTTPStatus.TOO_MANY_REQUESTS, "too_many", "The quota is used up. Try again later.", 1
    ),
    "REQUEST_TOO_LARGE": Answer(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", "The body of the request is too large."
    ),
    "RESOURCE_NOT_FOUND": NOTHING_HERE,
    "THROTTLED": Answer(
        HTTPStatus.TOO_MANY_REQUESTS, "too_many", "Too many requests at once. Try again in a moment.", 1
    ),
    "UNAUTHORIZED": Answer(HTTPStatus.UNAUTHORIZED, "unauthenticated", "Sign in first."),
    "UNSUPPORTED_MEDIA_TYPE": Answer(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", "The body must be application/json."
    ),
    "WAF_FILTERED": Answer(HTTPStatus.FORBIDDEN, "forbidden", "The request was refused by a firewall."),
}
# In API Gateway's notation, a constant is in single quotes, and a text without quotes is a variable.
HEADERS = {
    # These responses contain nothing private, and the gateway cannot distinguish origins.
    "Access-Control-Allow-Origin": "'*'",
    "Access-Control-Expose-Headers": "'Retry-After, X-Request-Id'",
    "Cache-Control": "'no-store'",
    # A directive without sources allows none. 'none' cannot be written between single quotes.
    "Content-Security-Policy": "'default-src; base-uri; form-action; frame-ancestors'",
    "Content-Type": "'application/problem+json'",
    "Referrer-Policy": "'no-referrer'",
    "Strict-Transport-Security": "'max-age=63072000; includeSubDomains'",
    "X-Content-Type-Options": "'nosniff'",
    "X-Request-Id": "context.requestId",
}


def gateway_responses() -> dict[str, Any]:
    """The GatewayResponses property of an AWS::Serverless::Api."""
    return {kind: _response(answer) for kind, answer in ANSWERS.items()}


def _response(answer: Answer) -> dict[str, Any]:
    problem = {
        "type": "about:blank",
        "title": answer.status.phrase,
        "status": answer.status,
        "code": answer.code,
        "detail": answer.detail,
    }
    wait = {} if answer.retry_after is None else {"Retry-After": f"'{answer.retry_after}'"}
    return {
        "StatusCode": str(answer.status.value),
        "ResponseParameters": {"Headers": HEADERS | wait},
        "ResponseTemplates": {"application/json": json.dumps(problem)},
    }
