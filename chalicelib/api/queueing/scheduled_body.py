"""The body of a call that schedules a request."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

import msgspec

from chalicelib.api.queueing.enqueue_body import Reader, covered
from chalicelib.api.queueing.orders import CallbackUrl, MaxAttempts, NotBefore, Order
from chalicelib.core.queueing.enqueue import Work
from chalicelib.core.queueing.idempotency import IdempotencyKey, fingerprint
from chalicelib.core.time import Millis

NOT_HERE = "is not accepted here: send the request now, with `not_before`"

type EnterAt = Annotated[
    datetime,
    msgspec.Meta(
        tz=True, description="When it enters the line; at most 366 days ahead. It delays nobody until then"
    ),
]


class ScheduledOrder(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """One request that enters the line at a moment, and gets its number then."""

    elsewhere: ClassVar = {
        "requests": "is not accepted here: schedule one request at a time",
        **dict.fromkeys(("payload_upload", "start_before", "slot", "if_busy"), NOT_HERE),
    }

    type: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    payload: msgspec.Raw = msgspec.field(default_factory=lambda: msgspec.Raw(b"{}"))
    enter_at: EnterAt
    max_attempts: MaxAttempts | None = None
    on_failure: Literal["skip", "halt"] | None = None
    not_before: NotBefore | None = None
    callback: CallbackUrl | None = None


def read(reader: Reader, body: ScheduledOrder) -> tuple[Work, Millis]:
    """What is to be scheduled, and for when. Raises InvalidInputError, TooLargeError."""
    order = Order(
        body.type,
        body.payload,
        body.max_attempts,
        body.on_failure,
        body.not_before,
        callback=body.callback,
    )
    enter_at = reader.moment(body.enter_at, "enter_at")
    return reader.works(order)[0], enter_at


def idempotency_key(key: str | None, work: Work, enter_at: Millis) -> IdempotencyKey | None:
    """The key with a fingerprint, in which the moment is another member."""
    if key is None:
        return None
    asked: dict[str, Any] = covered(work) | {"enter_at": enter_at}
    return IdempotencyKey(key, fingerprint([asked]))
