"""Errors that API Gateway answers by itself, made into problem documents like those of the application."""

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    """What a client gets instead of the gateway's own text."""

    status: HTTPStatus
    code: str  # what programs match; the same as the application's where both can refuse for one reason
    detail: str
    retry_after: int | None = None  # seconds


NOTHING_HERE = Answer(HTTPStatus.NOT_FOUND, "not_found", "There is nothing here for this path and method.")
# A function that crashed or was throttled. The next call may find one that works.
AWAY = Answer(HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", "The API did not answer. Try again later.", 2)

# By type of the gateway's response.
ANSWERS = {
    "ACCESS_DENIED": Answer(HTTPStatus.FORBIDDEN, "forbidden", "You may not do this."),
    "API_CONFIGURATION_ERROR": Answer(
        HTTPStatus.INTERNAL_SERVER_ERROR, "internal", "The API is set up wrongly."
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
    # What Lambda refuses because the function's or the account's concurrency is used up arrives here.
    "INTEGRATION_FAILURE": AWAY,
    # 504 and not 503: the function was started, so what was asked for may have been done.
    "INTEGRATION_TIMEOUT": Answer(
        HTTPStatus.GATEWAY_TIMEOUT, "timeout", "The API did not answer in time. Try again later.", 2
    ),
    "INVALID_API_KEY": Answer(HTTPStatus.FORBIDDEN, "forbidden", "The API key is not valid."),
    "INVALID_SIGNATURE": Answer(
        HTTPStatus.UNAUTHORIZED, "unauthenticated", "The request's signature is not valid."
    ),
    # What the gateway calls a missing token is a path or a method that it does not know.
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
# In API Gateway's notation a constant stands in single quotes, and what is not in quotes is looked up.
HEADERS = {
    # These answers hold nothing private, and the gateway cannot tell one origin from another.
    "Access-Control-Allow-Origin": "'*'",
    "Access-Control-Expose-Headers": "'Retry-After, X-Request-Id'",
    "Cache-Control": "'no-store'",
    # A directive without sources allows none, as 'none' does, which cannot be written between single quotes.
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
