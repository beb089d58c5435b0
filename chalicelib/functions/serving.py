"""What a worker does with the wake-up that started it, whatever becomes of it."""

import logging
import os
from typing import Any, Never
from uuid import uuid4

from chalice.app import SQSEvent, SQSRecord

from chalicelib import wiring
from chalicelib.adapters.runtime import logs
from chalicelib.adapters.sqs.wake_ups import NotAWakeUpError, from_message
from chalicelib.core.errors import UnavailableError
from chalicelib.core.log_events import log_event
from chalicelib.core.queueing.attempt import Wait
from chalicelib.core.queueing.lane import Lane
from chalicelib.core.time import Millis
from chalicelib.functions.invocation import begin

SHORTEST_TIMER_S = 1.0  # SQS counts in whole seconds
# A message that is invisible locks its group: nobody could be woken when the head is cancelled meanwhile.
LONGEST_TIMER_S = 20.0
# Then a fresh one takes over as the timer: SQS gives a message up that it has handed out 150 times.
MOST_RECEIVES = 100
UNAVAILABLE_S = 5.0  # until a wake-up comes back for which the store or SQS did not answer
FAILED_S = 2.0  # likewise, if the worker itself failed; longer each time that happens to the same wake-up
# So many invocations in a row for which nothing answered: then it may be this process that cannot call.
MOST_UNANSWERED = 3

_unanswered = 0


def serve(event: SQSEvent, lane: Lane) -> dict[str, Any]:
    """Serve each wake-up of one invocation. The answer names those that have to come back."""
    context: Any = event.context
    try:
        begin(context)
    except OSError:  # there is nothing left to log to
        for record in event:
            _end_process(record, lane)
    until = wiring.CLOCK.now() + context.get_remaining_time_in_millis()
    returned = [record for record in event if not _served(record, lane, until)]
    return {"batchItemFailures": [{"itemIdentifier": r.to_dict()["messageId"]} for r in returned]}


def _served(record: SQSRecord, lane: Lane, until: Millis) -> bool:
    """False if the wake-up has to come back, which it does when its visibility ends."""
    try:
        user_id, _ = from_message(record.body)
    except NotAWakeUpError:
        log_event("message dropped", level=logging.ERROR, bytes=len(record.body))
        return True  # it would come back, and fail, a hundred times
    try:
        return _drained(record, lane, until)
    except UnavailableError as error:
        log_event("wake-up put back", level=logging.ERROR, user=user_id, exception=error)
        return _put_back(record, lane)
    except BaseException as error:  # noqa: BLE001 - what it is does not matter: this process is not sound
        log_event("worker failed", level=logging.CRITICAL, user=user_id, exception=error)
        _end_process(record, lane)


def _drained(record: SQSRecord, lane: Lane, until: Millis) -> bool:
    global _unanswered  # noqa: PLW0603 - one process, one count
    user_id, seq = from_message(record.body)
    ending = wiring.drain(lane)(user_id, wiring.lease(record.receipt_handle, lane), until)
    _unanswered = 0
    if not isinstance(ending, Wait):
        return True
    if _receives(record) > MOST_RECEIVES:
        wiring.wake_ups().ring(user_id, seq, uuid4().hex, lane)
        return True
    wait = (ending.until - wiring.CLOCK.now()) / 1000
    _hold(record, lane, min(LONGEST_TIMER_S, max(SHORTEST_TIMER_S, wait)))
    return False


def _put_back(record: SQSRecord, lane: Lane) -> bool:
    global _unanswered  # noqa: PLW0603
    _unanswered += 1
    # If neither the store nor SQS answers, it may well be this process that cannot call: a handler may have
    # broken what both calls need. Then no other user's wake-up may get here.
    if not _hold(record, lane, UNAVAILABLE_S) or _unanswered >= MOST_UNANSWERED:
        _end_process(record, lane, UNAVAILABLE_S)
    return False


def _end_process(record: SQSRecord, lane: Lane, seconds: float | None = None) -> Never:
    """A process that fails whatever it is given is free again at once: it would get everybody's wake-ups.

    The next invocation gets a new one, on Lambda and on the local cloud.
    """
    _hold(record, lane, seconds or min(LONGEST_TIMER_S, FAILED_S * _receives(record)))
    logs.flush()
    os._exit(1)


def _hold(record: SQSRecord, lane: Lane, seconds: float) -> bool:
    """Whether it could be held: the message may be another's already, and then it comes back without us."""
    try:
        wiring.lease(record.receipt_handle, lane).hold(seconds)
    except Exception as error:  # noqa: BLE001 - it comes back anyhow, only later
        log_event("wake-up not held", level=logging.WARNING, exception=error)
        return False
    return True


def _receives(record: SQSRecord) -> int:
    """How often SQS has handed this wake-up out."""
    return int(record.to_dict().get("attributes", {}).get("ApproximateReceiveCount", 1))
