"""From the body of an enqueue to requests that are ready to be stored, or to a list of its faults."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.adapters.json.codec import decode, require_unambiguous
from chalicelib.api.queueing.orders import NO_PAYLOAD, Batch, Order
from chalicelib.core.errors import FieldError, InvalidInputError, MalformedError, TooLargeError
from chalicelib.core.queueing.application import RequireCallback, Settings
from chalicelib.core.queueing.enqueue import Work
from chalicelib.core.queueing.entry import PAYLOAD_BYTES
from chalicelib.core.queueing.handler import Handler
from chalicelib.core.queueing.idempotency import IdempotencyKey, fingerprint
from chalicelib.core.queueing.registry import Registry
from chalicelib.core.time import Millis

PAYLOAD_LIMIT = PAYLOAD_BYTES
MOST_FAULTS = 20  # in one answer
EARLIEST = datetime(1970, 1, 2, tzinfo=UTC)
LONGEST_DELAY = timedelta(days=366)


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
            payload=self._uploaded(order, prefix)
            if order.payload_upload
            else self.validated_payload(order, prefix),
            max_attempts=order.max_attempts,
            on_failure=order.on_failure,
            not_before=(not_before := self._moment(order.not_before, f"{prefix}not_before")),
            start_before=self._latest_start(order, not_before, f"{prefix}start_before"),
            slot=_slot(order, prefix),
            if_busy=order.slot and (order.if_busy or "queue"),
            callback=self._callback(order.callback, f"{prefix}callback"),
            kept_ms=self._handlers.kept_ms_of(order.type),
            upload=order.payload_upload,
        )

    def _uploaded(self, order: Order, prefix: str) -> str:
        """In place of the payload, which is checked later. Raises InvalidInputError."""
        fault = None
        if bytes(order.payload) != NO_PAYLOAD:
            fault = "cannot be given together with `payload`"
        elif prefix:
            fault = "is not possible in a batch: send the request alone"
        if fault:
            raise InvalidInputError.listing(FieldError(f"{prefix}payload_upload", fault))
        self._handler(order.type, prefix)
        return "null"

    def check_upload(self, work: Work, data: bytes) -> None:
        """Raises InvalidInputError if the handler does not accept what was uploaded as a payload."""
        handler = self._handler(work.type, "")
        try:
            require_unambiguous(data)
            value = decode(data, handler.payload_type, under="payload")
        except MalformedError as error:
            said = str(error).removeprefix("The body ")
            raise InvalidInputError.listing(FieldError("payload_upload", said.rstrip("."))) from None
        self._let_refuse(handler, value, "")

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
        require_size(payload, f"{prefix}payload" if prefix else "The payload")
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


def require_size(payload: bytes, name: str = "The payload") -> None:
    """Raises TooLargeError. `name` is how the sentence begins."""
    if len(payload) > PAYLOAD_LIMIT:
        raise TooLargeError(f"{name} is larger than {PAYLOAD_LIMIT // 1024} KiB.")


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
        "upload": work.upload,
    }
