"""Errors as RFC 9457 problem documents."""

import logging
from http import HTTPStatus

from chalice.app import Response

from chalicelib.core import errors
from chalicelib.core.events import tell

CONTENT_TYPE = "application/problem+json"

STATUS: dict[type[errors.GurukoolError], HTTPStatus] = {
    errors.MalformedError: HTTPStatus.BAD_REQUEST,
    errors.UnauthenticatedError: HTTPStatus.UNAUTHORIZED,
    errors.ForbiddenError: HTTPStatus.FORBIDDEN,
    errors.NotFoundError: HTTPStatus.NOT_FOUND,
    errors.ConflictError: HTTPStatus.CONFLICT,
    errors.TooLargeError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.InvalidInputError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.TooManyError: HTTPStatus.TOO_MANY_REQUESTS,
    errors.UnavailableError: HTTPStatus.SERVICE_UNAVAILABLE,
}


def from_error(error: Exception) -> Response:
    """The answer to whatever a use case raised. What is not ours is a 500 that shows nothing."""
    if not isinstance(error, errors.GurukoolError):
        tell("call failed", level=logging.ERROR, exception=error)
        return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong on our side.")
    response = problem(STATUS[type(error)], str(error))
    if isinstance(error, errors.InvalidInputError) and error.fields:
        response.body["errors"] = [{"path": f.path, "message": f.message} for f in error.fields]
    if isinstance(error, errors.UnauthenticatedError):
        response.headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, errors.TooManyError):
        response.headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, errors.UnavailableError):
        response.headers["Retry-After"] = "1"
    return response


def problem(status: HTTPStatus, detail: str) -> Response:
    """`about:blank` is RFC 9457's type for a problem that its status and detail describe in full."""
    body = {"type": "about:blank", "title": status.phrase, "status": int(status), "detail": detail}
    return Response(body, status_code=status, headers={"Content-Type": CONTENT_TYPE})
