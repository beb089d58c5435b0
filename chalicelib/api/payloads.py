"""A payload against its handler's own type, before anything is stored."""

from typing import Any

from chalicelib import wiring
from chalicelib.adapters.json.codec import decode
from chalicelib.core.errors import FieldError, InvalidInputError, TooLargeError
from chalicelib.core.queueing.handler import Handler

PAYLOAD_LIMIT = 128 * 1024  # bytes


def checked(type_: str, payload: bytes, under: str = "") -> str:
    """The payload as JSON text. `under` is what comes before its path.

    Raises InvalidInputError, MalformedError, TooLargeError.
    """
    if len(payload) > PAYLOAD_LIMIT:
        name = f"{under}payload" if under else "The payload"
        raise TooLargeError(f"{name} is larger than {PAYLOAD_LIMIT // 1024} KiB.")
    registry = wiring.handlers()
    handler = registry.get(type_)
    if handler is None:
        known = ", ".join(registry.types())
        fault = FieldError(f"{under}type", f"is not known; known are {known}")
        raise InvalidInputError("There is no handler for this type.", (fault,), code="unknown_type")
    value = decode(payload, handler.payload_type, under=f"{under}payload")
    _check(handler, value, under)
    return payload.decode()


def _check(handler: Handler, value: Any, under: str) -> None:
    try:
        handler.refuse(value, wiring.application().settings)
    except InvalidInputError as error:
        fields = tuple(FieldError(f"{under}{field.path}", field.message) for field in error.fields)
        raise InvalidInputError(str(error), fields, code=error.code) from None
