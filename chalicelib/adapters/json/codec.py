"""JSON to typed values and back, strictly."""

import json
from collections.abc import Iterable
from typing import Any

import msgspec

from chalicelib.core.errors import InvalidInputError, MalformedError

DEPTH_LIMIT = 32  # of arrays and objects in one another

NOT_JSON = (msgspec.DecodeError, UnicodeError, RecursionError)


def decode[T](data: bytes | str, type_: type[T], under: str = "") -> T:
    """The JSON text as a value of `type_`. `under` is where it stands in the caller's document.

    Raises MalformedError if it is not JSON, InvalidInputError with every fault if it does not fit the type.
    """
    try:
        return msgspec.json.decode(data, type=type_)
    except msgspec.ValidationError:
        raise _refusal(data, type_, under) from None
    except NOT_JSON as error:
        raise _malformed(error) from None


def require_unambiguous(data: bytes) -> None:
    """Refuse what parsers read differently or cannot read: repeated names, other encodings, deep nesting.

    One pass over the text finds all of it. Raises MalformedError.
    """
    try:
        depth = _depth([json.loads(data.decode(), object_pairs_hook=_object)])
    # ValueError: not UTF-8, not JSON, or a number of 4,300 digits.
    except (ValueError, RecursionError) as error:
        raise _malformed(error) from None
    if depth > DEPTH_LIMIT:
        raise MalformedError(f"The body is nested more than {DEPTH_LIMIT} levels deep.")


def encode(value: Any) -> str:
    """Raises TypeError for what has no JSON form."""
    return msgspec.json.encode(value).decode()


class _Object(int):
    """A JSON object, of which only the depth is kept."""


NESTED = (_Object, list)


def _object(members: list[tuple[str, Any]]) -> _Object:
    """Called by the parser for each object, the innermost first. Raises MalformedError for repeated names."""
    if len({name for name, _ in members}) < len(members):
        names = [name for name, _ in members]
        twice = next(name for i, name in enumerate(names) if name in names[:i])
        raise MalformedError(f"The body names {twice[:40]!r} twice in one object.")
    return _Object(1 + _depth([value for _, value in members]))


def _depth(values: Iterable[Any]) -> int:
    """How deep arrays and objects are nested in the deepest of the parsed values."""
    return max(
        [value if type(value) is _Object else 1 + _depth(value) for value in values if type(value) in NESTED],
        default=0,
    )


def _malformed(error: Exception) -> MalformedError:
    said = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
    return MalformedError(f"The body is not valid JSON in UTF-8: {said}.")


def _refusal(data: bytes | str, type_: Any, under: str) -> InvalidInputError | MalformedError:
    # Imported late: most callers never see a fault.
    from chalicelib.adapters.json.faults import find_faults

    try:
        return InvalidInputError.listing(*find_faults(data, type_, under))
    except NOT_JSON as error:  # what is wrong before its end hid that
        return _malformed(error)
