"""JSON to typed values and back, strictly."""

import re
from typing import Any

import msgspec

from chalicelib.core.errors import FieldError, InvalidInputError, MalformedError

_PATH = re.compile(r"^(?P<message>.*?)(?: - at `\$\.?(?P<path>[^`]*)`)?$", re.DOTALL)


def decode[T](data: bytes | str, type_: type[T], under: str = "") -> T:
    """The JSON text as a value of `type_`. `under` is where it stands in the caller's document.

    Raises MalformedError if it is not JSON, InvalidInputError if it does not fit the type.
    """
    try:
        return msgspec.json.decode(data, type=type_)
    except msgspec.ValidationError as error:
        raise _invalid(error, under) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedError(f"The body is not valid JSON: {error}.") from None


def convert[T](value: Any, type_: type[T]) -> T:
    """Raises InvalidInputError."""
    try:
        return msgspec.convert(value, type_, strict=False)
    except msgspec.ValidationError as error:
        raise _invalid(error, "") from None


def encode(value: Any) -> str:
    """Raises TypeError for what has no JSON form."""
    return msgspec.json.encode(value).decode()


def _invalid(error: msgspec.ValidationError, under: str) -> InvalidInputError:
    found = _PATH.match(str(error))
    path = ".".join(part for part in (under, (found and found["path"]) or "") if part)
    message = found["message"] if found else str(error)
    return InvalidInputError("The input does not fit what is expected.", (FieldError(path, message),))
