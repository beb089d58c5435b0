"""What all HTTP calls have in common: who calls, reading the body, errors, headers, one log line."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus
from typing import Any

from chalice.app import Blueprint, Request, Response

from chalicelib import wiring
from chalicelib.adapters import logs
from chalicelib.adapters.codec import decode
from chalicelib.core.account import Principal
from chalicelib.core.errors import FieldError, InvalidInputError, TooLargeError, UnauthenticatedError
from chalicelib.core.events import tell
from chalicelib.entrypoints import problems

LONGEST_NUMBER = 15  # digits; exact in JSON, where numbers are doubles
BODY_LIMIT = 160 * 1024  # bytes; the payload within has a limit of its own
WITH_BODY = ("/api/auth/register", "/api/auth/login", "/api/queue/enqueue")
HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=63072000",
}


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP call, as far as a view needs to know it."""

    request: Request

    @property
    def principal(self) -> Principal:
        """Who calls. Raises UnauthenticatedError."""
        scheme, _, token = self.request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise UnauthenticatedError("Sign in and send the access token as `Authorization: Bearer …`.")
        return wiring.tokens().verify(token.strip())

    def raw(self, limit: int) -> bytes:
        """The body, at most `limit` bytes of it. Raises TooLargeError."""
        raw: Any = self.request.raw_body or b""  # "" where there is none
        if len(raw) > limit:
            raise TooLargeError(f"The body is larger than {limit // 1024} KiB.")
        return bytes(raw)

    def body[T](self, type_: type[T]) -> T:
        """Raises MalformedError, InvalidInputError, TooLargeError."""
        return decode(self.raw(BODY_LIMIT), type_)

    def number(self, name: str, default: int, low: int, high: int) -> int:
        """A whole number from the query. Raises InvalidInputError."""
        query: Mapping[str, str] = self.request.query_params or {}
        found = whole_number(query.get(name, str(default)))
        if found is None or not low <= found <= high:
            message = f"must be a whole number from {low} to {high}"
            raise InvalidInputError("The query is not acceptable.", (FieldError(name, message),))
        return found


def whole_number(text: str) -> int | None:
    """Plain digits only; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER else None


type View = Callable[..., Response | Mapping[str, Any]]


def endpoint(routes: Blueprint, method: str, path: str) -> Callable[[View], View]:
    """Register a view of the Call and the path's parameters; what it raises becomes a problem document."""

    def declare(view: View) -> View:
        # Calls without a body need not say what it is.
        content_types = ["application/json"] if path in WITH_BODY else []

        @routes.route(path, methods=[method], content_types=content_types, name=view.__name__)
        @wraps(view)
        def answer(**parameters: str) -> Response:
            try:
                answered = view(Call(routes.current_request), **parameters)
            except Exception as error:  # noqa: BLE001 - the boundary: nothing goes out but a problem document
                return problems.from_error(error)
            return answered if isinstance(answered, Response) else Response(answered)

        return view

    return declare


def around(request: Request, get_response: Callable[[Request], Response]) -> Response:
    """Chalice middleware: every answer gets the headers, and every error is a problem document."""
    context: Any = request.lambda_context
    logs.configure(wiring.settings().log_level)
    logs.begin_invocation(os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "local"), context.aws_request_id)
    began = wiring.CLOCK.now()
    response = _as_problem(get_response(request))
    response.headers = {**HEADERS, "X-Request-Id": context.aws_request_id, **response.headers}
    tell(
        "call answered",
        method=request.method,
        path=request.path,
        status=response.status_code,
        took_ms=wiring.CLOCK.now() - began,
    )
    return response


def _as_problem(response: Response) -> Response:
    """Chalice's own errors (405, 415, …) in our form."""
    status = HTTPStatus(response.status_code)
    if status < HTTPStatus.BAD_REQUEST or response.headers.get("Content-Type") == problems.CONTENT_TYPE:
        return response
    message = response.body.get("Message") if isinstance(response.body, dict) else None
    converted = problems.problem(status, f"{message or status.description}".rstrip(".") + ".")
    if allow := response.headers.get("Allow"):
        converted.headers["Allow"] = allow
    return converted
