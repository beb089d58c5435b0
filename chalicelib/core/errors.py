"""Everything that can be refused, as one tree. Entry points map each leaf to an HTTP status."""

from dataclasses import dataclass
from typing import Self


class GurukoolError(Exception):
    """The root. The message is a sentence for the caller and never shows internals.

    `code` is what programs match: stable in every release, while the sentence may change. Each class has its
    own code; where a caller may want to tell cases of one class apart, the case brings a more specific one.
    """

    code = "error"

    def __init__(self, message: str = "", *, code: str | None = None) -> None:
        super().__init__(message)
        if code is not None:
            self.code = code


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field."""

    path: str  # dotted, as the caller wrote it: "payload.seconds"
    message: str


class InvalidInputError(GurukoolError):
    """The call can be read but does not say something acceptable."""

    code = "invalid_input"

    def __init__(self, message: str, fields: tuple[FieldError, ...] = (), *, code: str | None = None) -> None:
        super().__init__(message, code=code)
        self.fields = fields

    @classmethod
    def listing(cls, *fields: FieldError) -> Self:
        """With the first fault as its sentence. `fields` must not be empty."""
        first, more = fields[0], len(fields) - 1
        others = f", and {more} more fault{'s' if more > 1 else ''}" if more else ""
        return cls(f"{first.path or 'The body'} {first.message}{others}.", fields)


class MalformedError(GurukoolError):
    """The call cannot be read at all."""

    code = "malformed"


class TooLargeError(GurukoolError):
    """More bytes than are taken in one call."""

    code = "too_large"


class UnauthenticatedError(GurukoolError):
    """Nobody is signed in, or no longer."""

    code = "unauthenticated"


SESSION_ENDED = "The session has ended. Sign in again."


class ForbiddenError(GurukoolError):
    """Signed in, but not allowed."""

    code = "forbidden"


class NotFoundError(GurukoolError):
    """There is no such thing, or not for this user."""

    code = "not_found"


class ConflictError(GurukoolError):
    """The thing is not in a state in which this can be done."""

    code = "conflict"

    def __init__(self, message: str = "", *, code: str | None = None, seq: int | None = None) -> None:
        """`seq` is the number of the request that is in the way, if another one is."""
        super().__init__(message, code=code)
        self.seq = seq


class TooManyError(GurukoolError):
    """Come back later."""

    code = "too_many"

    def __init__(self, message: str, retry_after: int, *, code: str | None = None) -> None:
        """`retry_after` is in whole seconds, at least 1."""
        super().__init__(message, code=code)
        self.retry_after = retry_after


class UnavailableError(GurukoolError):
    """Something this depends on does not answer.

    A write may have been carried out all the same: what must not happen twice needs an idempotency key.
    """

    code = "unavailable"

    def __init__(self, message: str = "", *, code: str | None = None, retry_after: int = 1) -> None:
        """`retry_after` is in whole seconds, at least 1."""
        super().__init__(message, code=code)
        self.retry_after = retry_after


class NewerItemError(GurukoolError):
    """A newer release has stored this, in a format that this release would misread. Nothing was changed."""

    code = "newer_release"

    def __init__(self) -> None:
        super().__init__("A newer release of this service has stored this. Try again when it is deployed.")


class EffectRefusedError(Exception):
    """A handler's effects cannot be written: neither they nor the outcome were."""


class LostRaceError(Exception):
    """A conditional write found that somebody else was first. Use cases settle it; it stays in the core."""
