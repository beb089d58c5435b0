"""What a handler returns, as the JSON text that is stored and shown."""

import math
from typing import Any

import msgspec

from chalicelib.core.queueing.policy import HandlerError, PermanentError

RESULT_LIMIT = 128 * 1024  # bytes; with the payload it must fit DynamoDB's 400 KB


class ResultError(HandlerError):
    """It has no JSON form. The message is a sentence for the user, the cause is for the author."""


def result_json(value: Any) -> str:
    """The result of a handler, see `json_text`."""
    return json_text(value, "result", RESULT_LIMIT)


def json_text(value: Any, what: str, limit: int) -> str:
    """The value as JSON text that every parser can read. `what` is what the caller calls it.

    Raises ResultError for what has no JSON form, PermanentError for more than `limit` bytes.
    """
    data = json_data(value, what)
    if len(data) > limit:
        raise PermanentError(f"The {what} is larger than {limit // 1024} KiB.")
    return data.decode()


def json_data(value: Any, what: str) -> bytes:
    """Likewise, of any size. Raises ResultError."""
    try:
        data = msgspec.json.encode(value)
        msgspec.json.decode(data)  # a msgspec.Raw in it may hold anything
        finite = b"null" not in data or _is_finite(msgspec.to_builtins(value, enc_hook=_raw))
    except Exception as error:
        raise ResultError(f"The {what} cannot be expressed in JSON.") from error
    if not finite:
        raise ResultError(f"The {what} contains NaN or infinity, which JSON cannot express.")
    return data


def _raw(value: Any) -> Any:
    return msgspec.json.decode(value)


def _is_finite(value: Any) -> bool:
    """Whether it is without NaN and infinity, which msgspec writes as null."""
    if isinstance(value, dict):
        return all(map(_is_finite, value.values()))
    if isinstance(value, list | tuple | set | frozenset):
        return all(map(_is_finite, value))
    return not isinstance(value, float) or math.isfinite(value)
