"""Errors as RFC 9457 problem documents."""

import logging
from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated

import msgspec
from chalice.app import Response

from chalicelib.adapters.json.codec import encode
from chalicelib.adapters.runtime import logs
from chalicelib.core import errors
from chalicelib.core.log_events import log_event

CONTENT_TYPE = "application/problem+json"


class Fault(msgspec.Struct):
    """One invalid field."""

    path: str
    message: str


class Problem(msgspec.Struct, kw_only=True, omit_defaults=True):
    """An error (RFC 9457)."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    errors: list[Fault] = []
    seq: Annotated[int | None, msgspec.Meta(description="The number of the request that is in the way")] = (
        None
    )


class UnsupportedMediaTypeError(errors.GurukoolError):
    """The body is not JSON, or is not declared as JSON."""

    code = "unsupported_media_type"

    def __init__(self) -> None:
        super().__init__("The body must be JSON in UTF-8, with `Content-Type: application/json`.")


STATUS: dict[type[errors.GurukoolError], HTTPStatus] = {
    errors.MalformedError: HTTPStatus.BAD_REQUEST,
    errors.UnauthenticatedError: HTTPStatus.UNAUTHORIZED,
    errors.ForbiddenError: HTTPStatus.FORBIDDEN,
    errors.NotFoundError: HTTPStatus.NOT_FOUND,
    errors.ConflictError: HTTPStatus.CONFLICT,
    errors.TooLargeError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    UnsupportedMediaTypeError: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    errors.InvalidInputError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.TooManyError: HTTPStatus.TOO_MANY_REQUESTS,
    errors.UnavailableError: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.NewerItemError: HTTPStatus.SERVICE_UNAVAILABLE,
}
OWN_HEADERS: dict[type[errors.GurukoolError], str] = {
    errors.UnauthenticatedError: "WWW-Authenticate",
    errors.TooManyError: "Retry-After",
    errors.UnavailableError: "Retry-After",
    errors.NewerItemError: "Retry-After",
}
# The sentences of these errors are logged: they contain no input, as those of the others may.
REFUSALS = (errors.UnauthenticatedError, errors.ForbiddenError, errors.TooManyError)


def from_error(error: Exception) -> Response:
    """The answer to an error of a view. Whatever is no GurukoolError shows no details."""
    if not isinstance(error, errors.GurukoolError):
        log_event("call failed", level=logging.ERROR, exception=error)
        return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong on our side.", "internal")
    faults = error.fields if isinstance(error, errors.InvalidInputError) else ()
    if isinstance(error, REFUSALS):
        logs.bind(reason=str(error))
    seq = error.seq if isinstance(error, errors.ConflictError) else None
    response = problem(STATUS[type(error)], str(error), error.code, faults, seq)
    if name := OWN_HEADERS.get(type(error)):
        response.headers[name] = _own_header(error)
    return response


def _own_header(error: errors.GurukoolError) -> str:
    if isinstance(error, errors.UnauthenticatedError):
        return "Bearer"
    if isinstance(error, errors.TooManyError | errors.UnavailableError):
        return str(error.retry_after)
    return "1"


def general_code(status: HTTPStatus) -> str:
    """The code of a problem for which only the status is known."""
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        return "method_not_allowed"
    unknown = errors.MalformedError.code if status.is_client_error else "internal"
    return next((error.code for error, known in STATUS.items() if known is status), unknown)


def problem(
    status: HTTPStatus,
    detail: str,
    code: str,
    faults: Sequence[errors.FieldError] = (),
    seq: int | None = None,
) -> Response:
    """A problem document; `faults` are the invalid fields, `seq` is the request that is in the way.

    Its type is `about:blank`, which RFC 9457 means for problems that status and detail describe in full.
    """
    logs.bind(code=code)
    body = Problem(
        type="about:blank",
        title=status.phrase,
        status=status,
        code=code,
        detail=detail,
        errors=[Fault(fault.path, fault.message) for fault in faults],
        seq=seq,
    )
    return Response(encode(body), status_code=status, headers={"Content-Type": CONTENT_TYPE})
