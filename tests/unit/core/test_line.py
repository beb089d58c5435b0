"""What a line waits for, and for how long."""

from dataclasses import replace

import pytest

from chalicelib.adapters.memory.clock import START
from chalicelib.core.queueing.line import Line, Reason
from chalicelib.core.queueing.queue import HOLE_GRACE_MS, Queue, State
from chalicelib.core.queueing.request import Failure, Request, Status
from chalicelib.core.time import Millis

NOW: Millis = START
MOVED = NOW - 10_000
SENT = NOW - 5_000
BROKEN = Failure("error", "It broke.")
# Four numbers wait behind number 4, which is the head; an average request takes two seconds.
QUEUE = Queue(
    "user",
    room=0,
    limit=9,
    tail=8,
    head=3,
    average_ms=2_000,
    moved_at=MOVED,
    tail_at=NOW - 500,
    awake=NOW - 400,
)
QUEUED = Request("user", 4, "echo", "", Status.QUEUED, enqueued_at=SENT)
RUNNING = replace(QUEUED, status=Status.RUNNING, attempts=1, started_at=NOW - 500, deadline=NOW + 30_000)
HELD = replace(QUEUED, not_before=NOW + 120_000)
RETRYING = replace(HELD, attempts=2, started_at=NOW - 1_000, error=BROKEN)
PAUSED, HALTED = (replace(QUEUE, state=state) for state in (State.PAUSED, State.HALTED))
ASLEEP = replace(QUEUE, awake=None)


@pytest.mark.parametrize(
    ("queue", "first", "told"),
    [
        (QUEUE, RUNNING, (Reason.RUNNING, NOW - 500, NOW + 30_000, None)),
        (PAUSED, RUNNING, (Reason.RUNNING, NOW - 500, NOW + 30_000, None)),
        (QUEUE, replace(RUNNING, deadline=NOW), (Reason.RUNG, SENT, None, None)),
        (QUEUE, HELD, (Reason.NOT_BEFORE, SENT, NOW + 120_000, None)),
        (QUEUE, RETRYING, (Reason.BACKOFF, SENT, NOW + 120_000, BROKEN)),
        (QUEUE, replace(RETRYING, not_before=NOW), (Reason.RUNG, SENT, None, BROKEN)),
        (PAUSED, HELD, (Reason.PAUSED, SENT, None, None)),
        (PAUSED, None, (Reason.PAUSED, MOVED, None, None)),
        (HALTED, replace(RETRYING, not_before=None), (Reason.HALTED, SENT, None, BROKEN)),
        (QUEUE, None, (Reason.HOLE, NOW - 500, NOW - 500 + HOLE_GRACE_MS, None)),
        (QUEUE, replace(QUEUED, seq=5), (Reason.HOLE, NOW - 500, NOW - 500 + HOLE_GRACE_MS, None)),
        (QUEUE, QUEUED, (Reason.RUNG, SENT, None, None)),
        (ASLEEP, QUEUED, (Reason.IDLE, SENT, None, None)),
        (replace(QUEUE, moved_at=NOW - 1), QUEUED, (Reason.RUNG, NOW - 1, None, None)),
        (QUEUE, replace(RETRYING, status=Status.FAILED), (Reason.RUNG, SENT, None, None)),
    ],
)
def test_a_line_says_what_it_waits_for(
    queue: Queue, first: Request | None, told: tuple[Reason, Millis, Millis | None, Failure | None]
) -> None:
    waiting = Line(queue, first, NOW).waiting

    assert waiting is not None
    assert (waiting.seq, waiting.behind) == (4, 4)
    assert (waiting.reason, waiting.since, waiting.until, waiting.error) == told


def test_a_long_attempt_is_over_when_its_time_is_up_and_not_at_its_next_heartbeat() -> None:
    waiting = Line(QUEUE, RUNNING, NOW, limit_ms=300_000).waiting

    assert waiting is not None
    assert waiting.until == NOW - 500 + 300_000


def test_where_nothing_waits_there_is_nothing_to_say() -> None:
    assert Line(replace(QUEUE, head=8), None, NOW).waiting is None


@pytest.mark.parametrize(
    ("queue", "first", "seconds"),
    [
        (QUEUE, QUEUED, 10),
        (QUEUE, HELD, 130),
        (QUEUE, RETRYING, 130),
        (QUEUE, RUNNING, 9.5),
        (QUEUE, replace(RUNNING, started_at=NOW - 6_000), 14),
        (QUEUE, replace(RUNNING, started_at=NOW - 6_000, deadline=NOW + 1_000), 9),
        (replace(QUEUE, average_ms=0.0), replace(RUNNING, started_at=NOW - 6_000), 6),
        (QUEUE, replace(QUEUED, status=Status.CANCELLED), 8),
        (QUEUE, None, None),
        (QUEUE, replace(QUEUED, seq=5), None),
        (PAUSED, QUEUED, None),
        (HALTED, RETRYING, None),
        (replace(QUEUE, head=8), None, 0),
    ],
)
def test_the_wait_counts_what_the_head_itself_waits_for(
    queue: Queue, first: Request | None, seconds: float | None
) -> None:
    assert Line(queue, first, NOW).estimated_wait_seconds == seconds


@pytest.mark.parametrize(
    ("head", "request_", "seconds"),
    [
        (HELD, HELD, 120),
        (HELD, replace(QUEUED, seq=6), 124),
        (QUEUED, replace(QUEUED, seq=6), 4),
        (QUEUED, replace(HELD, seq=6), 120),
        (None, replace(QUEUED, seq=6), None),
        (QUEUED, QUEUED, 0),
        (RUNNING, RUNNING, 0),
        (QUEUED, replace(QUEUED, seq=2, status=Status.SUCCEEDED), None),
    ],
)
def test_a_request_waits_for_those_before_it_and_for_its_own_moment(
    head: Request | None, request_: Request, seconds: float | None
) -> None:
    assert Line(QUEUE, head, NOW).estimated_wait_seconds_of(request_) == seconds
