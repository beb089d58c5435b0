"""The body of an enqueue: from JSON to requests that are ready to be stored, or to a list of its faults."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, ClassVar, Literal

import msgspec

from chalicelib.adapters.json.codec import decode
from chalicelib.core.errors import FieldError, InvalidInputError, TooLargeError
from chalicelib.core.queueing.application import RequireCallback, Settings
from chalicelib.core.queueing.enqueue import Work
from chalicelib.core.queueing.entry import CALLBACK_CHARACTERS, PAYLOAD_BYTES
from chalicelib.core.queueing.handler import Handler
from chalicelib.core.queueing.idempotency import IdempotencyKey, fingerprint
from chalicelib.core.queueing.registry import Registry
from chalicelib.core.time import Millis

LONGEST_BATCH = 100
PAYLOAD_LIMIT = PAYLOAD_BYTES
MOST_FAULTS = 20  # in one answer
EARLIEST = datetime(1970, 1, 2, tzinfo=UTC)
LONGEST_DELAY = timedelta(days=366)


type MaxAttempts = Annotated[int, msgspec.Meta(ge=1, le=100)]
type NotBefore = Annotated[
    datetime,
    msgspec.Meta(
        tz=True, description="The earliest start; at most 366 days ahead. Later requests wait as well"
    ),
]


type CallbackUrl = Annotated[
    str,
    msgspec.Meta(
        min_length=1,
        max_length=CALLBACK_CHARACTERS,
        description="A URL on an allowed host, to which the outcome is pushed, after the outcomes before it",
    ),
]


class Order(msgspec.Struct, forbid_unknown_fields=True):
    """One request. `not_before` holds the line: nothing behind it starts earlier either."""

    elsewhere: ClassVar = {
        "requests": "is not accepted here: send batches to /api/queue/enqueue/batch",
        "enter_at": "is not accepted here: schedule requests at /api/queue/scheduled",
    }

    type: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    # Stored as it was sent. Its handler's type is known only when `type` has been read.
    payload: msgspec.Raw = msgspec.field(default_factory=lambda: msgspec.Raw(b"{}"))
    max_attempts: MaxAttempts | None = None
    on_failure: Literal["skip", "halt"] | None = None
    not_before: NotBefore | None = None
    start_before: (
        Annotated[
            datetime,
            msgspec.Meta(
                tz=True,
                description="If the request was not begun by then, its outcome is `expired`, and the next "
                "one runs. After `not_before`; at most 366 days ahead",
            ),
        ]
        | None
    ) = None
    slot: (
        Annotated[
            str,
            msgspec.Meta(
                min_length=1,
                max_length=64,
                description="A name of the caller's choice, by which requests replace one another: see "
                "`if_busy`. Not in batches",
            ),
        ]
        | None
    ) = None
    if_busy: (
        Annotated[
            Literal["queue", "reject", "replace", "interrupt"],
            msgspec.Meta(
                description="What to do about the requests of the same slot. queue (the default): wait "
                "behind them; reject: answer 409 while one of them has no outcome; replace: cancel those "
                "that wait; interrupt: that, and stop the one that runs"
            ),
        ]
        | None
    ) = None
    callback: CallbackUrl | None = None


class Batch(msgspec.Struct, forbid_unknown_fields=True):
    """All or none, under consecutive numbers."""

    requests: Annotated[list[Order], msgspec.Meta(min_length=1, max_length=LONGEST_BATCH)]


class Reader:
    """Reads orders for the handlers of this deployment. `settings` are the application's."""

    def __init__(
        self, handlers: Registry, settings: Settings, now: Millis, require_callback: RequireCallback
    ) -> None:
        self._handlers = handlers
        self._require_callback = require_callback
        self._settings = settings
        self._now = now

    def works(self, body: Order | Batch) -> list[Work]:
        """What is to be enqueued. Raises InvalidInputError with the faults of all requests, TooLargeError."""
        if isinstance(body, Order):
            return [self._work(body, "")]
        works, refusals = [], []
        for i, order in enumerate(body.requests):
            try:
                works.append(self._work(order, f"requests[{i}]."))
            except InvalidInputError as error:
                refusals.append(error)
        if refusals:
            raise _joined(refusals)
        return works

    def _work(self, order: Order, prefix: str) -> Work:
        """`prefix` is the order's path in the body, for the paths of its faults."""
        return Work(
            type=order.type,
            payload=self.validated_payload(order, prefix),
            max_attempts=order.max_attempts,
            on_failure=order.on_failure,
            not_before=(not_before := self._moment(order.not_before, f"{prefix}not_before")),
            start_before=self._latest_start(order, not_before, f"{prefix}start_before"),
            slot=_slot(order, prefix),
            if_busy=order.slot and (order.if_busy or "queue"),
            callback=self._callback(order.callback, f"{prefix}callback"),
            kept_ms=self._handlers.kept_ms_of(order.type),
        )

    def _callback(self, url: str | None, path: str) -> str | None:
        """Raises InvalidInputError if the outcome may not be pushed to the URL."""
        if url is not None:
            self._require_callback(url, path)
        return url

    def _latest_start(self, order: Order, not_before: Millis | None, path: str) -> Millis | None:
        """Raises InvalidInputError for a moment by which the request can never begin."""
        start_before = self._moment(order.start_before, path)
        if start_before is not None and not_before is not None and start_before <= not_before:
            raise InvalidInputError.listing(FieldError(path, "must be after `not_before`"))
        return start_before

    def validated_payload(self, order: Order, prefix: str = "") -> str:
        """The payload as JSON text, which its handler accepts.

        Raises InvalidInputError, TooLargeError.
        """
        payload = bytes(order.payload)
        if len(payload) > PAYLOAD_LIMIT:
            name = f"{prefix}payload" if prefix else "The payload"
            raise TooLargeError(f"{name} is larger than {PAYLOAD_LIMIT // 1024} KiB.")
        handler = self._handler(order.type, prefix)
        value = decode(payload, handler.payload_type, under=f"{prefix}payload")
        self._let_refuse(handler, value, prefix)
        return payload.decode()

    def _handler(self, type_: str, prefix: str) -> Handler:
        if handler := self._handlers.get(type_):
            return handler
        known = ", ".join(self._handlers.types())
        fault = FieldError(f"{prefix}type", f"is not known; known are {known}")
        raise InvalidInputError("There is no handler for this type.", (fault,), code="unknown_type")

    def _let_refuse(self, handler: Handler, payload: Any, prefix: str) -> None:
        """Raises InvalidInputError if the handler's own check refuses the payload."""
        try:
            handler.refuse(payload, self._settings)
        except InvalidInputError as error:
            fields = tuple(FieldError(f"{prefix}{field.path}", field.message) for field in error.fields)
            raise InvalidInputError(str(error), fields, code=error.code) from None

    def _moment(self, moment: datetime | None, path: str) -> Millis | None:
        return None if moment is None else self.moment(moment, path)

    def moment(self, moment: datetime, path: str) -> Millis:
        """Raises InvalidInputError if it is too far away. `path` is the field's, for that."""
        if moment < EARLIEST:
            raise InvalidInputError.listing(FieldError(path, f"must not be before {EARLIEST.date()}"))
        if moment > datetime.fromtimestamp(self._now / 1000, UTC) + LONGEST_DELAY:
            fault = FieldError(path, f"must be at most {LONGEST_DELAY.days} days ahead")
            raise InvalidInputError.listing(fault)
        return int(moment.timestamp() * 1000)


def _slot(order: Order, prefix: str) -> str | None:
    """Raises InvalidInputError where a slot is missing, or is not possible."""
    if order.slot is None and order.if_busy is not None:
        raise InvalidInputError.listing(FieldError(f"{prefix}if_busy", "needs a `slot`"))
    if order.slot is not None and prefix:
        fault = FieldError(f"{prefix}slot", "is not possible in a batch: send the request alone")
        raise InvalidInputError.listing(fault)
    return order.slot


def _joined(refusals: Sequence[InvalidInputError]) -> InvalidInputError:
    if len(refusals) == 1:
        return refusals[0]
    faults = [fault for refusal in refusals for fault in refusal.fields]
    return InvalidInputError.listing(*faults[:MOST_FAULTS])


def idempotency_key(key: str | None, works: Sequence[Work]) -> IdempotencyKey | None:
    """The key with a fingerprint of the works, by which a repeated call is told from a different one.

    The fingerprint covers each member by name: a member that a later release adds to Work must not change the
    fingerprints of keys in use.
    """
    if key is None:
        return None
    return IdempotencyKey(key, fingerprint([covered(work) for work in works]))


def covered(work: Work) -> dict[str, object]:
    return {
        "type": work.type,
        "payload": work.payload,
        "max_attempts": work.max_attempts,
        "on_failure": work.on_failure,
        "not_before": work.not_before,
        "start_before": work.start_before,
        "slot": work.slot,
        "if_busy": work.if_busy,
        "callback": work.callback,
    }
