"""One HTTP call, as far as a view needs to know it beyond its declared input."""

import re
from typing import TYPE_CHECKING, Any

from chalice.app import Request

from chalicelib.adapters.json.codec import decode, require_unambiguous
from chalicelib.core.errors import MalformedError, TooLargeError
from chalicelib.core.trace_context import TraceContext

if TYPE_CHECKING:
    from http import HTTPStatus

BODY_LIMIT = 160 * 1024  # bytes; the payload within has a limit of its own
BEARER = re.compile(r"bearer[ \t]+(\S.*)", re.IGNORECASE)


class Call:
    """The request, and what the view adds to the usual answer."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.headers: dict[str, str] = {}  # of the answer
        self.status: HTTPStatus | None = None  # of the answer; None: the operation's usual one

    @property
    def bearer_token(self) -> str | None:
        """The credentials of the header `Authorization: Bearer …` (RFC 6750)."""
        found = BEARER.fullmatch(self.request.headers.get("authorization", "").strip())
        return found[1] if found else None

    @property
    def id(self) -> str:
        """The gateway's id of this call, which its answer has as `X-Request-Id`."""
        context: Any = self.request.context or {}
        invocation: Any = self.request.lambda_context
        return str(context.get("requestId") or invocation.aws_request_id)

    @property
    def trace(self) -> TraceContext | None:
        """The trace that the caller names in `traceparent`."""
        return TraceContext.parse(self.request.headers.get("traceparent"))

    @property
    def source(self) -> str:
        """The caller's address as the gateway saw it; headers in which a caller names one do not count."""
        identity: Any = (self.request.context or {}).get("identity") or {}
        return str(identity.get("sourceIp") or "unknown")

    def raw_body(self, limit: int = BODY_LIMIT) -> bytes:
        """Raises MalformedError, TooLargeError. `limit` is in bytes."""
        try:
            raw: Any = self.request.raw_body  # bytes, whatever its annotation says
        except ValueError:  # half a surrogate pair, or base64 that is none
            raise MalformedError("The body is not text in UTF-8.") from None
        if len(raw) > limit:
            raise TooLargeError(f"The body is larger than {limit // 1024} KiB.")
        return bytes(raw)

    def body[T](self, type_: type[T], limit: int) -> T:
        """Raises MalformedError, InvalidInputError, TooLargeError."""
        raw = self.raw_body(limit)
        require_unambiguous(raw)
        return decode(raw, type_)
