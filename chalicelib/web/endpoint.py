"""What all operations have in common: who calls, reading the input, errors as problem documents."""

import re
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Protocol

from chalice.app import Blueprint, Request, Response

from chalicelib import wiring_accounts
from chalicelib.adapters.json.codec import decode, encode, require_unambiguous
from chalicelib.adapters.runtime import logs
from chalicelib.core.errors import (
    ForbiddenError,
    GurukoolError,
    MalformedError,
    TooLargeError,
    UnauthenticatedError,
)
from chalicelib.core.identity.account import Principal, Role
from chalicelib.web import problems
from chalicelib.web.operations import OPERATIONS, Operation, View
from chalicelib.web.parameters import arguments

BODY_LIMIT = 160 * 1024  # bytes; the payload within has a limit of its own
JSON = "application/json"
CHARSET = re.compile(r';\s*charset\s*=\s*"?([^";\s]*)', re.IGNORECASE)
UTF_8 = frozenset({"utf-8", "utf8"})
BEARER = re.compile(r"bearer[ \t]+(\S.*)", re.IGNORECASE)
# Many clients cannot send a POST without a body: an empty object asks for nothing, either.
NOTHING = re.compile(rb"\s*({\s*}\s*)?")


@dataclass(slots=True)
class Call:
    """One HTTP call, as far as a view needs to know it beyond its declared input."""

    request: Request
    # Of the answer, for the view to set.
    headers: dict[str, str] = field(default_factory=dict)
    status: HTTPStatus | None = None  # None: the operation's usual one

    @property
    def principal(self) -> Principal:
        """Who calls. Raises UnauthenticatedError."""
        credentials = BEARER.fullmatch(self.request.headers.get("authorization", "").strip())
        if credentials is None:
            raise UnauthenticatedError("Sign in and send the access token as `Authorization: Bearer …`.")
        return known(wiring_accounts.tokens().verify(credentials[1]))

    def raw_body(self, limit: int = BODY_LIMIT) -> bytes:
        """Raises MalformedError, TooLargeError."""
        try:
            raw: Any = self.request.raw_body  # bytes, whatever its annotation says
        except ValueError:  # half a surrogate pair, or base64 that is none
            raise MalformedError("The body is not text in UTF-8.") from None
        if len(raw) > limit:
            raise TooLargeError(f"The body is larger than {limit // 1024} KiB.")
        return bytes(raw)

    def body[T](self, type_: type[T], limit: int) -> T:
        """Raises MalformedError, InvalidInputError, TooLargeError."""
        raw = self.raw_body(limit)
        require_unambiguous(raw)
        return decode(raw, type_)


def source_of(request: Request) -> str:
    """The caller's address as the gateway saw it; what a caller says of it in a header does not count."""
    identity: Any = (request.context or {}).get("identity") or {}
    return str(identity.get("sourceIp") or "unknown")


def known(principal: Principal) -> Principal:
    """From now on each line of this call's log says who makes it."""
    logs.bind(user=principal.user_id, session=principal.session_id)
    return principal


class Declare(Protocol):
    def __call__[V: View](self, view: V, /) -> V: ...


def endpoint(
    routes: Blueprint,
    method: str,
    path: str,
    summary: str,
    *,
    status: HTTPStatus | tuple[HTTPStatus, ...] = HTTPStatus.OK,
    raises: tuple[type[GurukoolError], ...] = (),
    headers: tuple[str, ...] = (),
    admin: bool = False,
    body_limit: int = BODY_LIMIT,
    head: bool = False,
) -> Declare:
    """Register a view; its signature says what it takes and answers, and is enforced and documented.

    `principal: Principal` means: for who is signed in. `body` is the JSON body as its type. Arguments named
    in the path come from there, those marked as Header from the headers, all others from the query. What the
    view returns is the JSON answer; None is 204. What it raises becomes a problem document: `raises` lists
    the errors that do not follow from the signature. `call: Call` gives the rest. With several statuses the
    first is the usual one. With `head` the call may be made with HEAD as well, which monitors do.
    """
    methods = [method, "HEAD"] if head else [method]
    statuses = status if isinstance(status, tuple) else (status,)

    def declare[V: View](view: V) -> V:
        operation = Operation(method, path, summary, view, statuses, raises, headers, admin, body_limit)
        OPERATIONS.append(operation)

        # Content types are checked here, so that the error is a problem document like the others.
        @routes.route(path, methods=methods, content_types=[], name=view.__name__)
        def answer(**_: str) -> Response:
            try:
                return _carry_out(operation, Call(routes.current_request))
            except Exception as error:  # noqa: BLE001 - the boundary: nothing goes out but a problem document
                return problems.from_error(error)

        return view

    return declare


def _carry_out(operation: Operation, call: Call) -> Response:
    answered = operation.view(**_input(operation, call))
    if isinstance(answered, Response):
        return answered
    headers: dict[str, str | list[str]] = {**call.headers}
    if answered is None:
        return Response("", headers, HTTPStatus.NO_CONTENT)
    return Response(encode(answered), {"Content-Type": JSON, **headers}, call.status or operation.statuses[0])


def _input(operation: Operation, call: Call) -> dict[str, Any]:
    """The view's arguments. Who calls comes first, so that a stranger learns nothing about the rest."""
    found: dict[str, Any] = {}
    wants = operation.signature.wants
    if "principal" in wants:
        found["principal"] = _allowed(operation, call.principal)
    found.update(arguments(call.request, operation.signature))
    if (body := operation.signature.body) is not None:
        _require_json(call.request)
        found["body"] = call.body(body, operation.body_limit)
    elif not NOTHING.fullmatch(call.raw_body()):
        raise MalformedError("Send this call without a body, or with an empty object.")
    if "call" in wants:
        found["call"] = call
    return found


def _allowed(operation: Operation, principal: Principal) -> Principal:
    if operation.admin and principal.role is not Role.ADMIN:
        raise ForbiddenError("This is for administrators only.", code="admin_only")
    return principal


def _require_json(request: Request) -> None:
    """Parameters that are not known say nothing about JSON, but for a charset, of which JSON has one only."""
    media_type, semicolon, parameters = request.headers.get("content-type", "").partition(";")
    charsets = CHARSET.findall(semicolon + parameters)
    if media_type.strip().lower() != JSON or not all(charset.lower() in UTF_8 for charset in charsets):
        raise problems.UnsupportedMediaTypeError
