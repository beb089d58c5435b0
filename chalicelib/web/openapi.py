"""The OpenAPI 3.1 document, made from what the operations declare and from the API's description."""

from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Any

from chalicelib.core import errors
from chalicelib.web import problems
from chalicelib.web.description import Description
from chalicelib.web.operations import REQUIRED, Operation, Parameter, Place
from chalicelib.web.schema_nodes import pascal
from chalicelib.web.schemas import Schemas

TEXT = {"type": "string"}
HEADERS = {
    "Retry-After": {
        "description": "Seconds to wait before the next try",
        "schema": {"type": "integer", "minimum": 1},
    },
    "WWW-Authenticate": {"description": "The authentication scheme: a bearer token", "schema": TEXT},
    "X-Request-Id": {"description": "The id of this call in the logs", "schema": TEXT},
}
# Any call can fail like this: the gateway sheds load, and the services behind the API may not answer.
ALWAYS = (errors.TooManyError, errors.UnavailableError)
ALWAYS_STATUSES = {HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.GATEWAY_TIMEOUT}


def document(operations: Sequence[Operation], description: Description) -> dict[str, Any]:
    """The document without the address of its server."""
    return _Document(operations, description).made()


class _Document:
    def __init__(self, operations: Sequence[Operation], description: Description) -> None:
        self._operations = operations
        self._description = description
        self._schemas = Schemas(_types(operations), description)

    def made(self) -> dict[str, Any]:
        paths: dict[str, Any] = {}
        for operation in self._operations:
            paths.setdefault(operation.path, {})[operation.method.lower()] = self._operation(operation)
        self._list_codes()
        tags = [{"name": name, "description": text} for name, text in self._description.tags.items()]
        return {
            "openapi": "3.1.0",
            "info": self._description.info,
            "tags": sorted(tags, key=lambda tag: tag["name"]),
            "paths": paths,
            "components": self._components(),
        }

    def _components(self) -> dict[str, Any]:
        statuses = sorted({status for o in self._operations for status in _problem_statuses(o)})
        own = {
            name: {"description": text, "schema": TEXT} for name, text in self._description.headers.items()
        }
        return {
            "schemas": self._schemas.components,
            "headers": dict(sorted({**HEADERS, **own}.items())),
            "responses": {
                **{_name(status): self._problem(status) for status in statuses},
                "Problem": self._any_problem(),
            },
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
                "service": {"type": "http", "scheme": "bearer", "description": "The key of a service"},
                **self._description.schemes,
            },
        }

    def _list_codes(self) -> None:
        """As an open list: a later release may have further codes, and its answers must not be refused."""
        code = self._schemas.components["Problem"]["properties"]["code"]
        code["description"] = "What programs match. A later release may have further codes."
        code["x-extensible-enum"] = list(self._description.codes)

    def _operation(self, operation: Operation) -> dict[str, Any]:
        name = operation.operation_id
        described: dict[str, Any] = {
            "operationId": name,
            "summary": operation.summary,
            "description": self._text(operation),
            "tags": [operation.tag],
            "parameters": [self._parameter(p) for p in operation.signature.parameters],
            "responses": {**self._answers(operation), **_problems(operation)},
            "security": [{scheme: []} for scheme in self._schemes_of(operation)],
        }
        if operation.takes_body:
            described["requestBody"] = {"required": True, "content": self._json(operation.signature.body)}
        return described

    def _schemes_of(self, operation: Operation) -> list[str]:
        """Any one of them will do. The further ones are for what callers do with what is their own."""
        if not operation.signed_in:
            return []
        if operation.on_behalf:
            return ["service"]
        return [
            "bearer",
            *(self._description.schemes if operation.permission in self._description.own else ()),
        ]

    def _text(self, operation: Operation) -> str:
        text = self._description.operations.get(operation.own_id, f"{operation.summary}.")
        if operation.on_behalf is None:
            return text
        return f"{text} Done by a service for a user; its key needs the scope `{operation.permission}`."

    def _json(self, type_: Any) -> dict[str, Any]:
        example = self._schemas.example(type_)
        described = {"schema": self._schemas.of(type_), **({"example": example} if example else {})}
        return {"application/json": described}

    def _parameter(self, parameter: Parameter) -> dict[str, Any]:
        schema = dict(self._schemas.of(parameter.type))
        required = parameter.default is REQUIRED
        if not required and parameter.default not in (None, ""):
            schema["default"] = parameter.default
        own = schema.pop("description", "")
        return {
            "name": parameter.name,
            "in": parameter.place.value,
            "description": f"{self._description.parameters.get(parameter.name, '')} {own}".strip(),
            "required": required,
            "schema": schema,
        }

    def _answers(self, operation: Operation) -> dict[str, Any]:
        signature, answers = operation.signature, {}
        for status in operation.statuses if signature.answer is not None else ():
            answers[str(status.value)] = {
                "description": status.phrase,
                "headers": _headers(operation.headers),
                "content": self._json(signature.answer),
            }
        if signature.may_be_empty:
            status = HTTPStatus.NO_CONTENT
            answers[str(status.value)] = {"description": status.phrase, "headers": _headers()}
        return answers

    def _problem(self, status: HTTPStatus) -> dict[str, Any]:
        names = [name for error, name in problems.OWN_HEADERS.items() if problems.STATUS[error] is status]
        codes = (f"`{code}`" for code, listed in self._description.codes.items() if listed.status == status)
        described = f"{status.phrase}. Codes: {', '.join(codes)}"
        return {**self._any_problem(), "description": described, "headers": _headers(names)}

    def _any_problem(self) -> dict[str, Any]:
        content = {problems.CONTENT_TYPE: {"schema": self._schemas.of(problems.Problem)}}
        return {"description": "An error.", "headers": _headers(), "content": content}


def _types(operations: Iterable[Operation]) -> Iterable[Any]:
    for signature in (operation.signature for operation in operations):
        yield from (parameter.type for parameter in signature.parameters)
        yield from (type_ for type_ in (signature.body, signature.answer) if type_ is not None)


def _problems(operation: Operation) -> dict[str, Any]:
    named = {str(status.value): _name(status) for status in _problem_statuses(operation)}
    return {
        status: {"$ref": f"#/components/responses/{name}"}
        for status, name in {**named, "default": "Problem"}.items()
    }


def _name(status: HTTPStatus) -> str:
    return pascal(status.phrase)


def _problem_statuses(operation: Operation) -> list[HTTPStatus]:
    """The statuses that the signature implies, and those of the errors that the view declares."""
    raised = {*ALWAYS, *operation.raises, errors.MalformedError}
    if operation.signed_in:
        raised.add(errors.UnauthenticatedError)
    if operation.permission:
        raised.add(errors.ForbiddenError)
    if operation.takes_body:
        raised |= {errors.TooLargeError, errors.InvalidInputError, problems.UnsupportedMediaTypeError}
    if operation.signature.parameters:
        raised.add(errors.InvalidInputError)
    if any(parameter.place is Place.PATH for parameter in operation.signature.parameters):
        raised.add(errors.NotFoundError)
    return sorted({problems.STATUS[error] for error in raised} | ALWAYS_STATUSES)


def _headers(names: Iterable[str] = ()) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in (*names, "X-Request-Id")}
