"""An entry: a request beside the line, which gets its number when it enters the line."""

from dataclasses import dataclass
from typing import Self

from chalicelib.core.queueing.cause import Cause
from chalicelib.core.queueing.numbering import new_request
from chalicelib.core.queueing.request import Follows, Request
from chalicelib.core.time import Millis

PAYLOAD_BYTES = 128 * 1024
UPLOAD_BYTES = 4 * 1024 * 1024  # of a payload that is uploaded, see uploads.py
CALLBACK_CHARACTERS = 512


def entry_id(enter_at: Millis, token: str, number: int = 0) -> str:
    """An id by which a user's entries are in the order in which they enter.

    `token` has 16 hexadecimal digits and makes it unique; `number` orders those that one handler enqueues.

    >>> entry_id(1_764_399_600_000, "5f" * 8, 3)
    '001764399600000-5f5f5f5f5f5f5f5f03'
    """
    return f"{enter_at:015d}-{token}{number:02x}"


def last_entry_id(enter_at: Millis) -> str:
    """Above the ids of all entries that enter at that moment or before, and below all others."""
    return f"{enter_at:015d}-~"


@dataclass(frozen=True, slots=True)
class Entry:
    """A request that enters its user's line at a moment, exactly once. Until then it delays nobody."""

    user_id: str  # whose line it enters
    id: str  # see entry_id
    enter_at: Millis  # in the past: it is due
    type: str
    payload: str  # JSON text; "" where it was not read
    created_at: Millis
    max_attempts: int | None = None  # these three become the request's
    on_failure: str | None = None
    not_before: Millis | None = None
    key: str | None = None  # the idempotency key that stands for it
    follows: Follows | None = None  # the request whose handler has enqueued it
    callback: str | None = None  # becomes the request's
    kept_ms: Millis | None = None  # how long the request is kept after its outcome; None: KEPT_MS
    call: str | None = None  # the id of the API call that has caused it, see cause.py
    trace: str | None = None  # where it belongs in a trace

    def request(self, seq: int, now: Millis) -> Request:
        """The request under the number that the entry has got."""
        cause = Cause(self.call, self.trace)
        return new_request(self.user_id, seq, self, now, key=self.key, follows=self.follows, cause=cause)

    @classmethod
    def entered(cls, id_: str, request: Request) -> Self:
        """What is known of an entry that has become this request; its payload is not read."""
        return cls(
            user_id=request.user_id,
            id=id_,
            enter_at=int(id_.partition("-")[0]),
            type=request.type,
            payload="",
            created_at=request.enqueued_at,
            max_attempts=request.max_attempts,
            on_failure=request.on_failure,
            not_before=request.not_before,
            key=request.key,
            follows=request.follows,
            callback=request.callback,
            kept_ms=request.kept_ms,
            call=request.call,
            trace=request.trace,
        )
