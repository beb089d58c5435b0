"""Errors that API Gateway answers by itself, made into problem documents like those of the application."""

import json
from http import HTTPStatus
from typing import Any

# Type of the gateway's response → the status we give it and what the reader should know.
PROBLEMS = {
    "ACCESS_DENIED": (HTTPStatus.FORBIDDEN, "You may not do this."),
    "API_CONFIGURATION_ERROR": (HTTPStatus.INTERNAL_SERVER_ERROR, "The API is set up wrongly."),
    "BAD_REQUEST_BODY": (HTTPStatus.BAD_REQUEST, "The body of the request is not valid."),
    "BAD_REQUEST_PARAMETERS": (HTTPStatus.BAD_REQUEST, "A parameter of the request is not valid."),
    "DEFAULT_4XX": (HTTPStatus.BAD_REQUEST, "The request is not valid."),
    "DEFAULT_5XX": (HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong on our side. Try again later."),
    "EXPIRED_TOKEN": (HTTPStatus.UNAUTHORIZED, "The token has expired. Sign in again."),
    "INTEGRATION_FAILURE": (HTTPStatus.BAD_GATEWAY, "The API did not answer. Try again later."),
    "INTEGRATION_TIMEOUT": (HTTPStatus.GATEWAY_TIMEOUT, "The API did not answer in time. Try again later."),
    "INVALID_API_KEY": (HTTPStatus.FORBIDDEN, "The API key is not valid."),
    "INVALID_SIGNATURE": (HTTPStatus.UNAUTHORIZED, "The request's signature is not valid."),
    # What the gateway calls a missing token is a path or a method that it does not know.
    "MISSING_AUTHENTICATION_TOKEN": (HTTPStatus.NOT_FOUND, "There is nothing here for this path and method."),
    "QUOTA_EXCEEDED": (HTTPStatus.TOO_MANY_REQUESTS, "The quota is used up. Try again later."),
    "REQUEST_TOO_LARGE": (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body of the request is too large."),
    "RESOURCE_NOT_FOUND": (HTTPStatus.NOT_FOUND, "There is nothing here for this path and method."),
    "THROTTLED": (HTTPStatus.TOO_MANY_REQUESTS, "Too many requests at once. Try again in a moment."),
    "UNAUTHORIZED": (HTTPStatus.UNAUTHORIZED, "Sign in first."),
    "UNSUPPORTED_MEDIA_TYPE": (HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "The body must be application/json."),
    "WAF_FILTERED": (HTTPStatus.FORBIDDEN, "The request was refused by a firewall."),
}
# In API Gateway's notation a constant stands in single quotes.
HEADERS = {
    "Cache-Control": "'no-store'",
    "Content-Type": "'application/problem+json'",
    "Referrer-Policy": "'no-referrer'",
    "Strict-Transport-Security": "'max-age=63072000'",
    "X-Content-Type-Options": "'nosniff'",
}
RETRY_AFTER = {"Retry-After": "'1'"}


def gateway_responses() -> dict[str, Any]:
    """The GatewayResponses property of an AWS::Serverless::Api."""
    return {kind: _response(status, detail) for kind, (status, detail) in PROBLEMS.items()}


def _response(status: HTTPStatus, detail: str) -> dict[str, Any]:
    problem = {"type": "about:blank", "title": status.phrase, "status": status, "detail": detail}
    wait = RETRY_AFTER if status is HTTPStatus.TOO_MANY_REQUESTS else {}
    return {
        "StatusCode": str(status.value),
        "ResponseParameters": {"Headers": HEADERS | wait},
        "ResponseTemplates": {"application/json": json.dumps(problem)},
    }
