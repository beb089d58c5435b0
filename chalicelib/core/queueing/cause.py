"""What has caused a request: the call of the API that has sent it, and its trace."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chalicelib.core.queueing.request import Failure, Follows, Request
from chalicelib.core.queueing.stored_text import bytes_apart

if TYPE_CHECKING:
    from chalicelib.core.queueing.entry import Entry
    from chalicelib.core.queueing.request import Outcome
    from chalicelib.core.time import Millis

UNIT_BYTES = 1024  # of an item, for which a write costs one unit
TO_COME_BYTES = 160  # of what an attempt and an outcome add to a request's item, without texts
NUMBER_BYTES = 8  # at most


@dataclass(frozen=True, slots=True)
class Cause:
    """Requests keep it, so that the lines of the workers name the call, and the trace goes on."""

    call: str | None = None  # the id of the call, X-Request-Id in its answer
    trace: str | None = None  # a traceparent, if the caller has sent one, or traces are recorded


NO_CAUSE = Cause()


def no_cause() -> Cause:
    """Of requests that no call has sent."""
    return NO_CAUSE


def caused[T: (Request, Entry)](item: T, by: Cause) -> T:
    """The request or the entry with its trace, and with the id of its call if the item stays one unit."""
    traced = replace(item, trace=by.trace) if by.trace else item
    whole = replace(traced, call=by.call) if by.call else traced
    return whole if has_room(whole) else traced


def ended(request: Request, outcome: Outcome, now: Millis) -> Request:
    """The request with that outcome, and without the id of its call if the outcome needs the room."""
    settled = request.ended(outcome, now)
    return settled if settled.call is None or has_room(settled) else replace(settled, call=None)


def has_room(item: Request | Entry, text: str = "") -> bool:
    """Whether the stored item stays one unit, whatever the attempts at the request add to it.

    `text` is stored in addition. The estimate is never too low.
    """
    in_keys_of_indexes = 2 * len(item.user_id.encode()) + len(item.type.encode())
    return _stored_bytes(item) + len(text.encode()) + in_keys_of_indexes + TO_COME_BYTES <= UNIT_BYTES


def _stored_bytes(item: Request | Entry) -> int:
    """The names and values of what is set."""
    values = ((name, getattr(item, name)) for name in item.__slots__)
    return sum(len(name) + _bytes(name, value, item) for name, value in values if value)


def _bytes(name: str, value: object, item: Request | Entry) -> int:
    if name in {"payload", "result"} and isinstance(item, Request) and bytes_apart(str(value)):
        return 0  # an item of its own
    if isinstance(value, Failure):
        return len("_kind" + value.kind + "error_message") + len(value.message.encode())
    if isinstance(value, Follows):
        return len("_user" + "follows_seq") + len(value.user_id.encode()) + NUMBER_BYTES
    return len(value.encode(errors="replace")) if isinstance(value, str) else NUMBER_BYTES
