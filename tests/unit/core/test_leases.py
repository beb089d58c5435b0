"""While SQS does not answer, wake-ups cannot be held. That costs no request an attempt."""

from dataclasses import replace

import pytest

from chalicelib.core.errors import UnavailableError
from chalicelib.core.queueing.attempt import ENDING_MS, Taken
from chalicelib.core.queueing.handler import Handler
from chalicelib.core.queueing.held_lease import REST_MS, SLOW_MS, HeldLease
from chalicelib.core.queueing.lane import Lane
from chalicelib.core.queueing.request import Request, Status
from chalicelib.core.queueing.steps import Done
from tests.unit.core.queue_harness import USER, QueueHarness

SILENCE_MS = 8_000  # two attempts of 1 + 3 s, and a pause


class SilentLease:
    """It has SQS asked in vain."""

    def __init__(self, harness: QueueHarness, takes_ms: int = SILENCE_MS) -> None:
        self._harness = harness
        self._takes_ms = takes_ms
        self.calls = 0

    def hold(self, seconds: float) -> None:
        self.calls += 1
        self._harness.clock.advance(self._takes_ms)
        raise UnavailableError


@pytest.mark.parametrize("type_", ["skip", "slow", "long"])
def test_a_handler_has_its_whole_time_however_long_sqs_was_asked(harness: QueueHarness, type_: str) -> None:
    harness.send(1, type_)
    lane = {"skip": Lane.QUICK, "slow": Lane.SLOW, "long": Lane.LONG}[type_]
    handler = harness.handlers.get(type_)
    assert handler

    assert harness.drains[lane](USER, SilentLease(harness)) == Done()

    assert harness.limits == [handler.timeout]
    assert harness.request(1).status is Status.SUCCEEDED
    assert harness.request(1).attempts == 1


def test_only_one_of_several_requests_waits_for_sqs(harness: QueueHarness) -> None:
    harness.send(3)
    lease = SilentLease(harness)

    harness.drain(USER, lease)

    assert harness.started == [1, 2, 3]
    assert lease.calls == 1


def test_a_request_is_left_to_the_next_worker_if_its_time_went_by_while_sqs_was_asked(
    harness: QueueHarness,
) -> None:
    harness.send(1, "slow")
    until = harness.clock.now() + harness.drain.attempt.longest_ms(harness.request(1)) + SILENCE_MS // 2

    assert harness.drains[Lane.SLOW](USER, SilentLease(harness), until) == Done()

    assert harness.started == []
    assert harness.request(1).attempts == 0
    assert harness.wake_ups_waiting(Lane.SLOW) == 2, "that of the enqueue, and one for the next worker"


def test_the_time_in_which_a_payload_is_read_is_limited_and_counted(
    harness: QueueHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the invocation might end before the attempt, which would be lost for that."""

    def read_slowly(_handler: Handler, request: Request, seconds: float) -> Taken:
        harness.clock.advance(int(seconds * 1000))
        return Taken(None)

    drain = harness.drains[Lane.SLOW]
    longest = replace(drain.attempt, take=read_slowly)
    harness.send(1, "slow")
    handler = harness.handlers.get("slow")
    assert handler
    harness.script[1] = [harness.working_for(int(handler.timeout * 1000))]
    until = harness.clock.now() + longest.longest_ms(harness.request(1))

    replace(drain, attempt=longest)(USER, SilentLease(harness, 0), until)

    assert harness.request(1).status is Status.SUCCEEDED
    assert harness.clock.now() <= until - ENDING_MS


def test_a_request_that_was_cancelled_while_sqs_was_asked_is_not_begun(harness: QueueHarness) -> None:
    class Cancelling(SilentLease):
        def hold(self, seconds: float) -> None:
            if not self.calls:
                harness.controls.cancel(USER, None, 1)
            super().hold(seconds)

    harness.send(2)

    harness.drain(USER, Cancelling(harness))

    assert harness.statuses() == [Status.CANCELLED, Status.SUCCEEDED]


def test_after_a_slow_call_sqs_is_left_in_peace_for_a_while(harness: QueueHarness) -> None:
    for takes_ms, calls in ((SLOW_MS, 2), (SLOW_MS + 1, 1)):
        silent = SilentLease(harness, takes_ms)
        lease = HeldLease(silent, harness.clock)

        for _ in range(2):
            lease.outlast(harness.clock.now() + 60_000)
        assert silent.calls == calls

        harness.clock.advance(REST_MS)
        lease.outlast(harness.clock.now() + 60_000)
        assert silent.calls == calls + 1
