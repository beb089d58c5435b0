"""How a worker serves the wake-up that started its invocation, whatever goes wrong."""

import logging
import os
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Never
from uuid import uuid4

from chalice.app import SQSEvent, SQSRecord

from chalicelib.adapters.runtime import invocation, logs
from chalicelib.adapters.sqs import wake_ups
from chalicelib.adapters.sqs.wake_ups import NotAWakeUpError, from_message, timer_s
from chalicelib.container import Container
from chalicelib.core.errors import UnavailableError
from chalicelib.core.log_events import log_event
from chalicelib.core.queueing.lane import Lane
from chalicelib.core.queueing.steps import Wait
from chalicelib.core.time import Millis

# For how long a wake-up is held that is a timer. Tests that act as Lambda read both here.
SHORTEST_TIMER_S = wake_ups.SHORTEST_TIMER_S
LONGEST_TIMER_S = wake_ups.LONGEST_TIMER_S
# Then a fresh message takes over as the timer: SQS gives up a message that it has handed out 150 times.
MOST_RECEIVES = 100
UNAVAILABLE_S = 5.0  # until a wake-up comes back for which the store or SQS did not answer
FAILED_S = 2.0  # likewise, if the worker itself failed; longer each time that happens to the same wake-up
# After so many unanswered invocations in a row, the process itself may be unable to call.
MOST_UNANSWERED = 3


class Server:
    """One worker process of a lane: serves wake-ups, and ends itself when it cannot be trusted any more.

    `end_process` must not return.
    """

    def __init__(
        self, container: Container, lane: Lane, end_process: Callable[[int], Never] = os._exit
    ) -> None:
        self._container = container
        self._lane = lane
        self._end = end_process
        self._unanswered = 0  # invocations in a row for which neither the store nor SQS answered

    def __call__(self, event: SQSEvent) -> dict[str, Any]:
        """Serve each wake-up of one invocation. The answer names those that have to come back."""
        context: Any = event.context
        try:
            self._container.begin(context)
        except OSError:  # without standard output there is nothing to log to
            for record in event:
                self._end_process(record)
        until = self._now() + context.get_remaining_time_in_millis()
        returned = [record for record in event if not self._is_served(record, until)]
        invocation.end()
        return {"batchItemFailures": [{"itemIdentifier": r.to_dict()["messageId"]} for r in returned]}

    def _is_served(self, record: SQSRecord, until: Millis) -> bool:
        """False if the wake-up has to come back, which it does when its visibility time-out ends."""
        try:
            user_id, seq = from_message(record.body)
        except NotAWakeUpError:
            log_event("message dropped", level=logging.ERROR, bytes=len(record.body))
            return True  # it would come back, and fail, a hundred times
        try:
            return self._is_drained(record, user_id, seq, until)
        except UnavailableError as error:
            log_event("wake-up put back", level=logging.ERROR, user=user_id, exception=error)
            self._return_unanswered(record)
            return False
        except BaseException as error:  # noqa: BLE001 - whatever it is: this process is not sound
            log_event("worker failed", level=logging.CRITICAL, user=user_id, exception=error)
            self._end_process(record)

    def _is_drained(self, record: SQSRecord, user_id: str, seq: int, until: Millis) -> bool:
        """False if the queue must wait, for which the wake-up is the timer."""
        lease = self._container.adapters.lease(record.receipt_handle, self._lane)
        ending = self._container.queueing.drain(self._lane)(user_id, lease, until, receives(record))
        self._unanswered = 0
        if not isinstance(ending, Wait):
            return True
        if receives(record) > MOST_RECEIVES:
            self._container.adapters.wake_ups.send(user_id, seq, uuid4().hex, self._lane)
            return True
        self._hold(record, timer_s(ending.until - self._now()))
        return False

    def _return_unanswered(self, record: SQSRecord) -> None:
        """Have the wake-up come back in seconds, and end the process if it may be the cause.

        A handler may have broken what calls of the store and of SQS both need. If neither answers, or if the
        store has not answered several times, no other user's wake-up may get into this process.
        """
        self._unanswered += 1
        if not self._hold(record, UNAVAILABLE_S) or self._unanswered >= MOST_UNANSWERED:
            self._end_process(record, UNAVAILABLE_S)

    def _end_process(self, record: SQSRecord, seconds: float | None = None) -> Never:
        """A process that fails at once is free again at once: it would get every user's wake-ups.

        The next invocation gets a new process, on Lambda and on the local cloud.
        """
        self._hold(record, seconds or min(LONGEST_TIMER_S, FAILED_S * receives(record)))
        with suppress(Exception):  # whatever is broken: this process ends
            invocation.end()
        logs.flush()
        self._end(1)

    def _hold(self, record: SQSRecord, seconds: float) -> bool:
        """Have the wake-up come back after so many seconds. False if that could not be said.

        Then it comes back all the same, but later. SQS may have handed it to another worker already.
        """
        try:
            self._container.adapters.lease(record.receipt_handle, self._lane).hold(seconds)
        except Exception as error:  # noqa: BLE001 - no error changes what happens next
            log_event("wake-up not held", level=logging.WARNING, exception=error)
            return False
        return True

    def _now(self) -> Millis:
        return self._container.adapters.clock.now()


def receives(record: SQSRecord) -> int:
    """How often SQS has handed out this wake-up."""
    return int(record.to_dict().get("attributes", {}).get("ApproximateReceiveCount", 1))
