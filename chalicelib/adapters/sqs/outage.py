"""While SQS does not answer, few calls wait for it."""

from chalicelib.adapters.sqs.wake_ups import SqsWakeUps, was_answered
from chalicelib.core.errors import UnavailableError
from chalicelib.core.queueing.lane import Lane
from chalicelib.core.time import Clock, Millis

ENOUGH = 2  # unanswered calls in a row that are taken for an outage; a single one is not
REST_MS = 2_000  # then no call is made for so long


class OutageGuard:
    """Wake-ups of a process whose callers wait. In an outage most of them are refused without asking SQS.

    Each process finds out for itself. What is not sent is sent by the user's next request or by the sweeper,
    as if SQS had been asked. Safe in several threads: at worst, one call more is made.
    """

    def __init__(self, wake_ups: SqsWakeUps, clock: Clock) -> None:
        self._wake_ups = wake_ups
        self._clock = clock
        self._unanswered = 0  # in a row
        self._rests_until: Millis = 0

    def send(self, user_id: str, seq: int, wake_up_id: str, lane: Lane = Lane.QUICK) -> None:
        if self._unanswered >= ENOUGH and self._clock.now() < self._rests_until:
            raise UnavailableError("SQS has not answered lately.")
        try:
            self._wake_ups.send(user_id, seq, wake_up_id, lane)
        except UnavailableError as error:
            self._unanswered = 0 if was_answered(error) else self._unanswered + 1
            self._rests_until = self._clock.now() + REST_MS
            raise
        self._unanswered = 0
