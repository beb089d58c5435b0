"""How the function `callbacks` serves its wake-ups."""

import logging
from typing import Any

from chalice.app import SQSEvent, SQSRecord

from chalicelib.adapters.runtime import invocation
from chalicelib.adapters.sqs.wake_ups import NotAWakeUpError, from_message
from chalicelib.api.queueing.callback_views import pushed
from chalicelib.container import Container
from chalicelib.core.errors import UnavailableError
from chalicelib.core.log_events import log_event
from chalicelib.core.queueing.callback_calls import LONGEST_TIMED_MS
from chalicelib.core.queueing.steps import Wait
from chalicelib.core.time import Millis

SHORTEST_TIMER_S = 1.0  # SQS counts in whole seconds
LONGEST_TIMER_S = LONGEST_TIMED_MS / 1000
EXPORT_MS = 2_500  # that a collector of traces may take at the end
UNAVAILABLE_S = 5.0  # until a wake-up comes back for which the store did not answer


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
        user_id, _ = from_message(record.body)
    except NotAWakeUpError:
        log_event("message dropped", level=logging.ERROR, bytes=len(record.body))
        return True
    try:
        ending = container.queueing.calling_back(pushed)(user_id, until)
    except UnavailableError as error:
        log_event("wake-up put back", level=logging.ERROR, user=user_id, exception=error)
        _hold(container, record, UNAVAILABLE_S)
        return False
    if not isinstance(ending, Wait):
        return True
    wait = (ending.until - container.adapters.clock.now()) / 1000
    _hold(container, record, min(LONGEST_TIMER_S, max(SHORTEST_TIMER_S, wait)))
    return False


def _hold(container: Container, record: SQSRecord, seconds: float) -> None:
    """Have the wake-up come back after so many seconds; if that cannot be said, it comes back later."""
    try:
        container.adapters.callback_lease(record.receipt_handle).hold(seconds)
    except UnavailableError as error:
        log_event("wake-up not held", level=logging.WARNING, exception=error)
