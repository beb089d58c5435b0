"""What a test enqueues, checked as the API checks the body of a call."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import msgspec

from chalicelib.adapters.json.codec import decode
from chalicelib.api.queueing.enqueue_body import PAYLOAD_LIMIT, Reader
from chalicelib.api.queueing.orders import Order
from chalicelib.core.queueing.enqueue import Work
from chalicelib.core.time import Millis

UPLOADED = f"{0:032x}-{0:064x}"  # the id of an upload which is not made until everything else is checked


def work_of(reader: Reader, type_: str, payload: Any, options: Mapping[str, Any]) -> Work:
    """What is to be enqueued. A payload that is too large for a call is one that was uploaded.

    `options` are members of Order; None stands for one that is not given. Raises InvalidInputError.
    """
    given = {name: value for name, value in options.items() if value is not None}
    order = decode(msgspec.json.encode({"type": type_} | given), Order)
    data = msgspec.json.encode(payload)
    if len(data) <= PAYLOAD_LIMIT:
        order.payload = msgspec.Raw(data)
        return reader.works(order)[0]
    order.payload_upload = UPLOADED
    work = reader.works(order)[0]
    reader.check_upload(work, data)
    return replace(work, payload=data.decode(), upload=None)


def moment(now: Millis, seconds: float | None) -> datetime | None:
    """So many seconds from now. Raises OverflowError if no calendar has it."""
    return None if seconds is None else datetime.fromtimestamp(now / 1000 + seconds, UTC)
