"""The OpenAPI 3.1 document, made from what the operations declare."""

from collections.abc import Iterable
from functools import cache
from http import HTTPStatus
from typing import Any

from chalicelib import handlers
from chalicelib.core import errors
from chalicelib.entrypoints import problems
from chalicelib.entrypoints.operations import OPERATIONS, REQUIRED, Operation, Parameter
from chalicelib.entrypoints.schemas import Schemas

VERSION = "1.0.0"
DESCRIPTION = (
    "Every user has a queue of their own: the requests of one user run one at a time, in the order in which "
    "they were accepted; different users never wait for each other. Errors are problem documents (RFC 9457)."
)
TEXT = {"schema": {"type": "string"}}
HEADERS = {
    "Idempotency-Replayed": {"description": "true: an earlier call was answered like this", **TEXT},
    "Location": {"description": "Where the new thing can be read, relative to this address", **TEXT},
    "Results-Omitted": {
        "description": "true: results and errors are left out, because the answer would be too large",
        **TEXT,
    },
    "Retry-After": {
        "description": "Seconds to wait before the next try",
        "schema": {"type": "integer", "minimum": 1},
    },
    "WWW-Authenticate": {"description": "How to say who one is", **TEXT},
    "X-Request-Id": {"description": "What this call is called in the logs", **TEXT},
}
# Whatever the call: the gateway sheds load, and what this depends on may not answer.
ALWAYS = (errors.TooManyError, errors.UnavailableError)


@cache
def document() -> dict[str, Any]:
    schemas = Schemas([problems.Problem, *_types(OPERATIONS)], handlers.load())
    paths: dict[str, Any] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, schemas)
    statuses = sorted({status for operation in OPERATIONS for status in _problem_statuses(operation)})
    return {
        "openapi": "3.1.0",
        "info": {"title": "Gurukool", "version": VERSION, "description": DESCRIPTION},
        "servers": [{"url": ".."}],  # relative to where this is: a stage's prefix is not ours to know
        "paths": paths,
        "components": {
            "schemas": schemas.components,
            "headers": HEADERS,
            "responses": {status.name: _problem(status, schemas) for status in statuses},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


def _types(operations: Iterable[Operation]) -> Iterable[Any]:
    for signature in (operation.signature for operation in operations):
        yield from (parameter.type for parameter in signature.parameters)
        yield from (type_ for type_ in (signature.body, signature.answer) if type_ is not None)


def _operation(operation: Operation, schemas: Schemas) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.operation_id,
        "summary": operation.summary,
        "tags": [operation.path.split("/")[2]],
        "parameters": [_parameter(p, schemas) for p in operation.signature.parameters],
        "responses": {**_answers(operation, schemas), **_problems(operation)},
        "security": [{"bearer": []}] if operation.signed_in else [],
    }
    if operation.takes_body:
        described["requestBody"] = {"required": True, "content": _json(operation.signature.body, schemas)}
    return described


def _json(type_: Any, schemas: Schemas) -> dict[str, Any]:
    return {"application/json": {"schema": schemas.of(type_)}}


def _parameter(parameter: Parameter, schemas: Schemas) -> dict[str, Any]:
    schema = dict(schemas.of(parameter.type))
    required = parameter.default is REQUIRED
    if not required and parameter.default is not None:
        schema["default"] = parameter.default
    return {"name": parameter.name, "in": parameter.place.value, "required": required, "schema": schema}


def _answers(operation: Operation, schemas: Schemas) -> dict[str, Any]:
    signature, answers = operation.signature, {}
    for status in operation.statuses if signature.answer is not None else ():
        answers[str(status.value)] = {
            "description": status.phrase,
            "headers": _headers(operation.headers),
            "content": _json(signature.answer, schemas),
        }
    if signature.may_be_empty:
        status = HTTPStatus.NO_CONTENT
        answers[str(status.value)] = {"description": status.phrase, "headers": _headers()}
    return answers


def _problems(operation: Operation) -> dict[str, Any]:
    return {
        str(status.value): {"$ref": f"#/components/responses/{status.name}"}
        for status in _problem_statuses(operation)
    }


def _problem_statuses(operation: Operation) -> list[HTTPStatus]:
    """What the signature implies, and what the view says that it raises."""
    raised = {*ALWAYS, *operation.raises, errors.MalformedError}
    if operation.signed_in:
        raised.add(errors.UnauthenticatedError)
    if operation.admin:
        raised.add(errors.ForbiddenError)
    if operation.takes_body:
        raised |= {errors.TooLargeError, errors.InvalidInputError, problems.UnsupportedMediaTypeError}
    if operation.signature.parameters:
        raised.add(errors.InvalidInputError)
    return sorted(problems.STATUS[error] for error in raised)


def _problem(status: HTTPStatus, schemas: Schemas) -> dict[str, Any]:
    names = [name for error, name in problems.OWN_HEADERS.items() if problems.STATUS[error] is status]
    content = {problems.CONTENT_TYPE: {"schema": schemas.of(problems.Problem)}}
    return {"description": status.phrase, "headers": _headers(names), "content": content}


def _headers(names: Iterable[str] = ()) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in (*names, "X-Request-Id")}
