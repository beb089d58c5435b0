"""JSON to typed values and back, strictly."""

import json
import re
from typing import Any

import msgspec

from chalicelib.core.errors import InvalidInputError, MalformedError

DEPTH_LIMIT = 32  # of arrays and objects in one another

NOT_JSON = (msgspec.DecodeError, UnicodeError, RecursionError)
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_BRACKET = re.compile(r"[\[\]{}]")


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
    """Refuse what parsers disagree about or stumble over: repeated names, other encodings, endless nesting.

    Raises MalformedError.
    """
    try:
        text = data.decode()
        json.loads(text, object_pairs_hook=_require_unique)
    except (ValueError, RecursionError) as error:  # ValueError: not UTF-8, not JSON, or a number without end
        raise _malformed(error) from None
    # Only now that it is known to be JSON: on a string without an end the pattern would take for ever.
    if _depth(text) > DEPTH_LIMIT:
        raise MalformedError(f"The body is nested more than {DEPTH_LIMIT} levels deep.")


def encode(value: Any) -> str:
    """Raises TypeError for what has no JSON form."""
    return msgspec.json.encode(value).decode()


def _require_unique(pairs: list[tuple[str, Any]]) -> None:
    names: set[str] = set()
    for name, _ in pairs:
        if name in names:
            raise MalformedError(f"The body names {name[:40]!r} twice in one object.")
        names.add(name)


def _depth(text: str) -> int:
    deepest = depth = 0
    for bracket in _BRACKET.findall(_STRING.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _malformed(error: Exception) -> MalformedError:
    said = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
    return MalformedError(f"The body is not valid JSON in UTF-8: {said}.")


def _refusal(data: bytes | str, type_: Any, under: str) -> InvalidInputError | MalformedError:
    # Not at every cold start: most callers never see a fault.
    from chalicelib.adapters.json.faults import find_faults

    try:
        return InvalidInputError.listing(*find_faults(data, type_, under))
    except NOT_JSON as error:  # what is wrong before its end hid that
        return _malformed(error)
