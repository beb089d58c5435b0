"""What a test enqueues, checked as the API checks the body of a call."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import msgspec

from chalicelib.adapters.json.codec import decode, require_unambiguous
from chalicelib.adapters.runtime.results import ResultError, json_data
from chalicelib.api.queueing.enqueue_body import PAYLOAD_LIMIT, Reader
from chalicelib.api.queueing.orders import Order
from chalicelib.api.queueing.parameters import SignalName
from chalicelib.api.queueing.signal_payload import signal_json
from chalicelib.core.errors import FieldError, InvalidInputError, MalformedError, TooLargeError
from chalicelib.core.queueing.enqueue import Work
from chalicelib.core.time import Millis
from chalicelib.web.call import BODY_LIMIT

UPLOADED = f"{0:032x}-{0:064x}"  # the id of an upload which is not made until everything else is checked


def work_of(reader: Reader, type_: str, payload: Any, options: Mapping[str, Any]) -> Work:
    """What is to be enqueued. A payload that is too large for a call is one that was uploaded.

    `options` are members of Order; None stands for one that is not given. Raises InvalidInputError.
    """
    given = {name: value for name, value in options.items() if value is not None}
    order = decode(msgspec.json.encode({"type": type_} | given), Order)
    data = _encoded(payload)
    if len(data) <= PAYLOAD_LIMIT:
        _body_with(data)
        order.payload = msgspec.Raw(data)
        return reader.works(order)[0]
    order.payload_upload = UPLOADED
    work = reader.works(order)[0]
    reader.check_upload(work, data)
    return replace(work, payload=data.decode(), upload=None)


def signal_of(name: str, payload: Any) -> tuple[str, str]:
    """The name of a signal, and its payload as JSON. Raises InvalidInputError, TooLargeError."""
    data = _encoded(payload)
    if len(_body_with(data)) > BODY_LIMIT:
        raise TooLargeError(f"The body is larger than {BODY_LIMIT // 1024} KiB.")
    name_type: Any = SignalName
    return decode(msgspec.json.encode(name), name_type, under="name"), signal_json(msgspec.json.decode(data))


def _encoded(payload: Any) -> bytes:
    """Raises InvalidInputError for what a client could not write."""
    try:
        return json_data(payload, "payload")
    except ResultError as error:
        raise InvalidInputError(str(error)) from error.__cause__


def _body_with(payload: bytes) -> bytes:
    """Of a call. Raises InvalidInputError where the API answers that it cannot read it."""
    body = b'{"payload":%s}' % payload
    try:
        require_unambiguous(body)
    except MalformedError as error:
        raise InvalidInputError(str(error)) from None
    return body


def moment(now: Millis, seconds: float | None, path: str) -> datetime | None:
    """So many seconds from now. Raises InvalidInputError if no calendar has it."""
    if seconds is None:
        return None
    try:
        return datetime.fromtimestamp(now / 1000 + seconds, UTC)
    except (OverflowError, ValueError):
        raise InvalidInputError.listing(FieldError(path, "is no moment of any calendar")) from None
