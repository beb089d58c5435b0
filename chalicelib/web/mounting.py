"""Puts declared operations to work: who calls, reading the input, errors as problem documents."""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from http import HTTPStatus
from typing import Any, Protocol

from chalice.app import Chalice, Request, Response

from chalicelib.adapters.json.codec import encode
from chalicelib.core.errors import MalformedError
from chalicelib.web import problems
from chalicelib.web.call import Call
from chalicelib.web.operations import Operation
from chalicelib.web.parameters import arguments
from chalicelib.web.routes import Page

JSON = "application/json"
CHARSET = re.compile(r';\s*charset\s*=\s*"?([^";\s]*)', re.IGNORECASE)
UTF_8 = frozenset({"utf-8", "utf8"})
# Many clients cannot send a POST without a body: an empty object asks for nothing, either.
NOTHING = re.compile(rb"\s*({\s*}\s*)?")


class Gate(Protocol):
    """Who may call what."""

    def admit(self, token: str | None, operation: Operation) -> Any:
        """The principal behind a bearer token, given that it may do this.

        Raises UnauthenticatedError, ForbiddenError.
        """
        ...

    def confirm(self, principal: Any, operation: Operation, found: Mapping[str, Any]) -> Any:
        """The principal again, now that the arguments are known: `found`, by name.

        For an operation on behalf of somebody, the principal acting for whom the path names. Raises
        ForbiddenError.
        """
        ...

    def carry_out(self, principal: Any, operation: Operation, do: Callable[[], Any]) -> Any:
        """Call `do`, which carries out the operation for the principal, and return what it returns."""
        ...


def mount(
    app: Chalice, operations: Iterable[Operation], pages: Iterable[Page], container: object, gate: Gate
) -> None:
    """Answer the declared operations and pages by `app`. `container` is for the views that take one."""
    mounted = _Mounted(app, container, gate)
    for operation in operations:
        methods = [operation.method, "HEAD"] if operation.head else [operation.method]
        # Content types are checked here, so that the error is a problem document like the others.
        route = app.route(operation.path, methods=methods, content_types=[], name=operation.operation_id)
        route(mounted.answering(operation))
    for path, view in pages:
        app.route(path, methods=["GET", "HEAD"], name=f"{view.__module__}.{view.__name__}")(
            mounted.showing(view)
        )


class _Mounted:
    def __init__(self, app: Chalice, container: object, gate: Gate) -> None:
        self._app = app
        self._container = container
        self._gate = gate

    def answering(self, operation: Operation) -> Callable[..., Response]:
        def answer(**_: str) -> Response:
            return self._guarded(lambda call: self._carry_out(operation, call))

        return answer

    def showing(self, view: Callable[..., Response]) -> Callable[..., Response]:
        def show(**in_path: str) -> Response:
            return self._guarded(lambda call: view(call, **in_path))

        return show

    def _guarded(self, answer: Callable[[Call], Response]) -> Response:
        request: Any = self._app.current_request
        try:
            return answer(Call(request))
        except Exception as error:  # noqa: BLE001 - the boundary: nothing goes out but a problem document
            return problems.from_error(error)

    def _carry_out(self, operation: Operation, call: Call) -> Response:
        given = self._input(operation, call)
        do = partial(operation.view, **given)
        answered = self._gate.carry_out(given["principal"], operation, do) if operation.signed_in else do()
        if isinstance(answered, Response):
            return answered
        headers: dict[str, str | list[str]] = {**call.headers}
        if answered is None:
            return Response("", headers, HTTPStatus.NO_CONTENT)
        status = call.status or operation.statuses[0]
        return Response(encode(answered), {"Content-Type": JSON, **headers}, status)

    def _input(self, operation: Operation, call: Call) -> dict[str, Any]:
        """The view's arguments. A caller who cannot be authenticated learns nothing about the rest."""
        signature = operation.signature
        offered: dict[str, Any] = {"call": call, "container": self._container}
        if operation.signed_in:
            offered["principal"] = self._gate.admit(call.bearer_token, operation)
        found = arguments(call.request, signature)
        if signature.body is not None:
            _require_json(call.request)
            found["body"] = call.body(signature.body, operation.body_limit)
        elif not NOTHING.fullmatch(call.raw_body()):
            raise MalformedError("Send this call without a body, or with an empty object.")
        if operation.signed_in:
            offered["principal"] = self._gate.confirm(offered["principal"], operation, found)
        if operation.on_behalf:
            del found[operation.on_behalf.argument]
        return found | {name: value for name, value in offered.items() if name in signature.wants}


def _require_json(request: Request) -> None:
    """Parameters of the media type do not matter, but for a charset, of which JSON has one only."""
    media_type, semicolon, parameters = request.headers.get("content-type", "").partition(";")
    charsets = CHARSET.findall(semicolon + parameters)
    if media_type.strip().lower() != JSON or not all(charset.lower() in UTF_8 for charset in charsets):
        raise problems.UnsupportedMediaTypeError
