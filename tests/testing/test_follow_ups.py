"""What handlers enqueue runs in tests as well, and its crashes are tried."""

from datetime import UTC, datetime, timedelta

from gurukool import Effects, Request, handler
from gurukool.testing import Queue, crash_everywhere, run


@handler("receipt")
def receipt(payload: int) -> str:
    return f"receipt {payload}"


@handler("order")
def order(payload: int, request: Request, effects: Effects) -> None:
    effects.enqueue(request.user_id, "receipt", payload)
    effects.enqueue("warehouse", "receipt", payload + 1)


@handler("remind")
def remind(payload: float, request: Request, effects: Effects) -> None:
    enter_at = datetime.fromtimestamp(request.started_at / 1000, UTC) + timedelta(seconds=payload)
    effects.enqueue(request.user_id, "receipt", 0, enter_at=enter_at)


def test_what_a_handler_enqueues_runs_too() -> None:
    queue = Queue()
    queue.deploy(receipt)
    queue.enqueue(order, 300)
    queue.run()

    assert [outcome.result for outcome in queue.outcomes()] == [None, "receipt 300"]
    assert queue.outcome(1, user="warehouse").result == "receipt 301"
    assert queue.follow_ups() == ["user: receipt succeeded", "warehouse: receipt succeeded"]


def test_what_enters_later_does_so_when_time_has_passed() -> None:
    queue = Queue()
    queue.deploy(receipt)
    queue.enqueue(remind, 3_600)

    queue.advance(3_500)
    assert queue.follow_ups() == []
    queue.advance(200)

    assert queue.follow_ups() == ["user: receipt succeeded"]


def test_a_type_that_nobody_carries_out_fails_the_attempt() -> None:
    outcome = run(order, 300)

    assert outcome.status == "failed"
    assert outcome.error is not None
    assert "there is no handler for 'receipt'; known are order" in outcome.error.message


def test_the_same_follows_wherever_the_process_ends() -> None:
    survived = crash_everywhere(order, 300, handlers=[receipt])

    assert "effect noted: Enqueue receipt" in survived.events
    assert "a follow-up enters the line: receipt, number 2" in survived.events
