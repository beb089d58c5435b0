"""A payload against its handler's own type, before anything is stored."""

from dataclasses import dataclass

from chalicelib.adapters.json.codec import decode
from chalicelib.core.errors import FieldError, InvalidInputError, TooLargeError
from chalicelib.core.queueing.application import Settings
from chalicelib.core.queueing.registry import Registry

PAYLOAD_LIMIT = 128 * 1024  # bytes


@dataclass(frozen=True, slots=True)
class Payloads:
    """Validates payloads by the handlers of this deployment. `settings` are the application's."""

    handlers: Registry
    settings: Settings

    def validated(self, type_: str, payload: bytes, under: str = "") -> str:
        """The payload as JSON text. `under` is what comes before its path.

        Raises InvalidInputError, MalformedError, TooLargeError.
        """
        if len(payload) > PAYLOAD_LIMIT:
            name = f"{under}payload" if under else "The payload"
            raise TooLargeError(f"{name} is larger than {PAYLOAD_LIMIT // 1024} KiB.")
        handler = self.handlers.get(type_)
        if handler is None:
            known = ", ".join(self.handlers.types())
            fault = FieldError(f"{under}type", f"is not known; known are {known}")
            raise InvalidInputError("There is no handler for this type.", (fault,), code="unknown_type")
        value = decode(payload, handler.payload_type, under=f"{under}payload")
        try:
            handler.refuse(value, self.settings)
        except InvalidInputError as error:
            fields = tuple(FieldError(f"{under}{field.path}", field.message) for field in error.fields)
            raise InvalidInputError(str(error), fields, code=error.code) from None
        return payload.decode()
