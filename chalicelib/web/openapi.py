"""The OpenAPI 3.1 document, made from what the operations declare."""

from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Any

from chalicelib.api import explanations
from chalicelib.api.codes import CODES
from chalicelib.core import errors
from chalicelib.core.queueing.registry import Registry
from chalicelib.web import problems
from chalicelib.web.operations import REQUIRED, Operation, Parameter
from chalicelib.web.schema_nodes import pascal
from chalicelib.web.schemas import Schemas

VERSION = "1.0.0"
INFO = {
    "title": "Gurukool",
    "version": VERSION,
    "description": explanations.API,
    "contact": {"name": "The operator of this service"},
    "license": {"name": "MIT", "identifier": "MIT"},
}
TEXT = {"schema": {"type": "string"}}
HEADERS = {
    "Idempotency-Replayed": {"description": "true: an earlier call was answered like this", **TEXT},
    "Location": {"description": "Where the new thing can be read, relative to this address", **TEXT},
    "Results-Omitted": {"description": "true: the results are too large for one answer", **TEXT},
    "Retry-After": {
        "description": "Seconds to wait before the next try",
        "schema": {"type": "integer", "minimum": 1},
    },
    "WWW-Authenticate": {"description": "How to authenticate: with a bearer token", **TEXT},
    "X-Request-Id": {"description": "The id of this call in the logs", **TEXT},
}
# Whatever the call: the gateway sheds load, and what this depends on may not answer.
ALWAYS = (errors.TooManyError, errors.UnavailableError)
ALWAYS_STATUSES = {HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.GATEWAY_TIMEOUT}


def document(operations: Sequence[Operation], handlers: Registry) -> dict[str, Any]:
    """The document without the address of its server."""
    schemas = Schemas(_types(operations), handlers)
    paths: dict[str, Any] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, schemas)
    statuses = sorted({status for operation in operations for status in _problem_statuses(operation)})
    # A later release may have more codes: clients must not take the list for all that there will ever be.
    code = schemas.components["Problem"]["properties"]["code"]
    code["description"] = "What programs match. A later release may have further codes."
    code["x-extensible-enum"] = list(CODES)
    return {
        "openapi": "3.1.0",
        "info": INFO,
        "tags": [{"name": name, "description": text} for name, text in sorted({*explanations.TAGS.values()})],
        "paths": paths,
        "components": {
            "schemas": schemas.components,
            "headers": HEADERS,
            "responses": {
                **{_name(status): _problem(status, schemas) for status in statuses},
                "Problem": _any_problem(schemas),
            },
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


def _types(operations: Iterable[Operation]) -> Iterable[Any]:
    for signature in (operation.signature for operation in operations):
        yield from (parameter.type for parameter in signature.parameters)
        yield from (type_ for type_ in (signature.body, signature.answer) if type_ is not None)


def _operation(operation: Operation, schemas: Schemas) -> dict[str, Any]:
    name = operation.operation_id
    described: dict[str, Any] = {
        "operationId": name,
        "summary": operation.summary,
        "description": explanations.OPERATIONS.get(name, f"{operation.summary}."),
        "tags": [explanations.TAGS[operation.path.split("/")[2]][0]],
        "parameters": [_parameter(p, schemas) for p in operation.signature.parameters],
        "responses": {**_answers(operation, schemas), **_problems(operation)},
        "security": [{"bearer": []}] if operation.signed_in else [],
    }
    if operation.takes_body:
        described["requestBody"] = {"required": True, "content": _json(operation.signature.body, schemas)}
    return described


def _json(type_: Any, schemas: Schemas) -> dict[str, Any]:
    example = schemas.example(type_)
    return {"application/json": {"schema": schemas.of(type_), **({"example": example} if example else {})}}


def _parameter(parameter: Parameter, schemas: Schemas) -> dict[str, Any]:
    schema = dict(schemas.of(parameter.type))
    required = parameter.default is REQUIRED
    if not required and parameter.default not in (None, ""):
        schema["default"] = parameter.default
    said = schema.pop("description", "")
    described = f"{explanations.PARAMETERS.get(parameter.name, '')} {said}".strip()
    return {
        "name": parameter.name,
        "in": parameter.place.value,
        "description": described,
        "required": required,
        "schema": schema,
    }


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
    named = {str(status.value): _name(status) for status in _problem_statuses(operation)}
    return {
        status: {"$ref": f"#/components/responses/{name}"}
        for status, name in {**named, "default": "Problem"}.items()
    }


def _name(status: HTTPStatus) -> str:
    return pascal(status.phrase)


def _problem_statuses(operation: Operation) -> list[HTTPStatus]:
    """What the signature implies, and what the view says that it raises."""
    raised = {*ALWAYS, *operation.raises, errors.MalformedError}
    if operation.signed_in:
        raised.add(errors.UnauthenticatedError)
    if operation.permission:
        raised.add(errors.ForbiddenError)
    if operation.takes_body:
        raised |= {errors.TooLargeError, errors.InvalidInputError, problems.UnsupportedMediaTypeError}
    if operation.signature.parameters:
        raised.add(errors.InvalidInputError)
    return sorted({problems.STATUS[error] for error in raised} | ALWAYS_STATUSES)


def _problem(status: HTTPStatus, schemas: Schemas) -> dict[str, Any]:
    names = [name for error, name in problems.OWN_HEADERS.items() if problems.STATUS[error] is status]
    codes = ", ".join(f"`{code}`" for code, listed in CODES.items() if listed.status == status)
    described = f"{status.phrase}. Codes: {codes}"
    return {**_any_problem(schemas), "description": described, "headers": _headers(names)}


def _any_problem(schemas: Schemas) -> dict[str, Any]:
    content = {problems.CONTENT_TYPE: {"schema": schemas.of(problems.Problem)}}
    return {"description": "An error.", "headers": _headers(), "content": content}


def _headers(names: Iterable[str] = ()) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in (*names, "X-Request-Id")}
