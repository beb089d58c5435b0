"""The path, the query and the headers of a call as the arguments of its view, checked strictly."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote

import msgspec
from chalice.app import Request

from chalicelib.core.errors import FieldError, InvalidInputError, NotFoundError
from chalicelib.web.operations import REQUIRED, Parameter, Place, Signature

WHOLE_NUMBER = re.compile(r"0|[1-9][0-9]{0,14}")  # exact in JSON, where numbers are doubles


def arguments(request: Request, signature: Signature) -> dict[str, Any]:
    """The view's arguments by name.

    Raises InvalidInputError with every fault, and NotFoundError if the path cannot name an existing thing.
    """
    given = _given(request, signature)
    faults = _query_faults(request, signature)
    found = {}
    for parameter in signature.parameters:
        text = given[parameter.place].get(parameter.name)
        try:
            found[parameter.argument] = _value(text, parameter)
        except msgspec.ValidationError as error:
            if parameter.place is Place.PATH:
                raise NotFoundError(f"There is no {parameter.name} {str(text)[:40]!r}.") from None
            faults.append(FieldError(parameter.name, _fault(error, text, parameter)))
    if faults:
        raise InvalidInputError.listing(*faults)
    return found


def _given(request: Request, signature: Signature) -> dict[Place, Mapping[str, str]]:
    headers = [p.name for p in signature.parameters if p.place is Place.HEADER]
    return {
        # The gateway does not decode the path: `%31` arrives as it was sent and means `1` (RFC 3986,
        # 6.2.2.2).
        Place.PATH: {name: unquote(text) for name, text in (request.uri_params or {}).items()},
        Place.QUERY: request.query_params or {},
        Place.HEADER: {name: request.headers[name] for name in headers if name in request.headers},
    }


def _query_faults(request: Request, signature: Signature) -> list[FieldError]:
    known = {p.name for p in signature.parameters if p.place is Place.QUERY}
    query: Any = request.query_params or {}
    unknown = [FieldError(name[:40], "is not known here") for name in query if name not in known]
    repeated = [name for name in query if name in known and _is_repeated(query.getlist(name))]
    return unknown + [FieldError(name, "may be given only once") for name in repeated]


def _is_repeated(values: Sequence[str]) -> bool:
    return len(values) > 1


def _fault(error: msgspec.ValidationError, text: str | None, parameter: Parameter) -> str:
    # Imported late: most callers never see a fault.
    from chalicelib.adapters.json.faults import sentence

    return "is missing" if text is None else sentence(error, parameter.type)


def _value(text: str | None, parameter: Parameter) -> Any:
    """The text as a value of the parameter's type, or its default. Raises msgspec.ValidationError."""
    if text is None:
        if parameter.default is REQUIRED:
            raise msgspec.ValidationError
        return parameter.default
    try:
        return msgspec.convert(text, parameter.type)
    except msgspec.ValidationError:
        if not WHOLE_NUMBER.fullmatch(text):
            raise
        return msgspec.convert(int(text), parameter.type)
