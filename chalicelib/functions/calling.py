"""How the function `callbacks` serves its wake-ups."""

import logging
from typing import Any
from uuid import uuid4

from chalice.app import SQSEvent, SQSRecord

from chalicelib.adapters.runtime import invocation
from chalicelib.adapters.sqs.wake_ups import NotAWakeUpError, from_message, timer_s
from chalicelib.api.queueing.callback_views import pushed
from chalicelib.container import Container
from chalicelib.core.errors import UnavailableError
from chalicelib.core.log_events import log_event
from chalicelib.core.queueing.steps import Wait
from chalicelib.core.time import Millis
from chalicelib.functions.serving import MOST_RECEIVES, UNAVAILABLE_S, receives

EXPORT_MS = 2_500  # that a collector of traces may take at the end


def serve(container: Container, event: SQSEvent) -> dict[str, Any]:
    """Serve each wake-up of one invocation. The answer names those that have to come back."""
    context: Any = event.context
    container.begin(context)
    until = container.adapters.clock.now() + context.get_remaining_time_in_millis()
    if container.settings.otlp_endpoint:
        until -= EXPORT_MS
    returned = [record for record in event if not _is_served(container, record, until)]
    invocation.end()
    return {"batchItemFailures": [{"itemIdentifier": r.to_dict()["messageId"]} for r in returned]}


def _is_served(container: Container, record: SQSRecord, until: Millis) -> bool:
    """False if the wake-up has to come back, which it does when its visibility time-out ends."""
    try:
        user_id, seq = from_message(record.body)
    except NotAWakeUpError:
        log_event("message dropped", level=logging.ERROR, bytes=len(record.body))
        return True
    try:
        return _is_called(container, record, user_id, seq, until)
    except UnavailableError as error:
        log_event("wake-up put back", level=logging.ERROR, user=user_id, exception=error)
        _hold(container, record, UNAVAILABLE_S)
        return False


def _is_called(container: Container, record: SQSRecord, user_id: str, seq: int, until: Millis) -> bool:
    """False if callbacks must wait, for which the wake-up is the timer. Raises UnavailableError."""
    ending = container.queueing.calling_back(pushed)(user_id, until)
    if not isinstance(ending, Wait):
        return True
    wake_ups = container.adapters.callback_wake_ups
    if wake_ups and receives(record) > MOST_RECEIVES:
        wake_ups.send(user_id, seq, uuid4().hex)
        return True
    # The timer locks the user's group, in which the wake-up of a replay waits.
    _hold(container, record, timer_s(ending.until - container.adapters.clock.now()))
    return False


def _hold(container: Container, record: SQSRecord, seconds: float) -> None:
    """Have the wake-up come back after so many seconds; if that cannot be said, it comes back later."""
    try:
        container.adapters.callback_lease(record.receipt_handle).hold(seconds)
    except UnavailableError as error:
        log_event("wake-up not held", level=logging.WARNING, exception=error)
