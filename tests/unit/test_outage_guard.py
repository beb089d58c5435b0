"""While SQS does not answer, the API waits for it seldom."""

import pytest
from botocore.exceptions import ConnectTimeoutError

from chalicelib.adapters.memory.clock import ManualClock
from chalicelib.adapters.sqs.outage import ENOUGH, REST_MS, OutageGuard
from chalicelib.core.errors import UnavailableError
from chalicelib.core.queueing.lane import Lane

ANSWERED, REFUSED = None, UnavailableError("Throttled.")
SILENT = UnavailableError("The wake-up could not be sent.")
SILENT.__cause__ = ConnectTimeoutError(endpoint_url="http://sqs")
REST_S = REST_MS / 1000


class Sqs:
    """In place of SqsWakeUps."""

    def __init__(self) -> None:
        self.state: Exception | None = ANSWERED
        self.asked = 0

    def send(self, _user_id: str, _seq: int, _wake_up_id: str, _lane: Lane) -> None:
        self.asked += 1
        if self.state:
            raise self.state


class Guarded:
    def __init__(self) -> None:
        self.sqs, self.clock = Sqs(), ManualClock()
        self._guard = OutageGuard(self.sqs, self.clock)  # type: ignore[arg-type]

    def send(self, times: int = 1) -> int:
        """How many of so many wake-ups are tried."""
        before = self.sqs.asked
        for _ in range(times):
            try:
                self._guard.send("ada", 7, "mark")
            except UnavailableError:
                assert self.sqs.state, "it was refused while SQS answers"
        return self.sqs.asked - before


@pytest.fixture
def guarded() -> Guarded:
    return Guarded()


def test_in_an_outage_one_call_in_two_seconds_waits(guarded: Guarded) -> None:
    guarded.sqs.state = SILENT

    assert guarded.send(50) == ENOUGH
    for _ in range(3):
        guarded.clock.sleep(REST_S)
        assert guarded.send(50) == 1


def test_wake_ups_are_sent_again_as_soon_as_one_was_answered(guarded: Guarded) -> None:
    guarded.sqs.state = SILENT
    guarded.send(50)
    guarded.sqs.state = ANSWERED
    guarded.clock.sleep(REST_S)

    assert guarded.send(50) == 50


def test_one_call_that_was_not_answered_is_no_outage(guarded: Guarded) -> None:
    for state in (SILENT, ANSWERED, SILENT, REFUSED, SILENT):
        guarded.sqs.state = state
        assert guarded.send() == 1


def test_what_sqs_refuses_is_tried_each_time(guarded: Guarded) -> None:
    """Another user's wake-up may be taken: SQS throttles by message group."""
    guarded.sqs.state = REFUSED

    assert guarded.send(50) == 50
