"""Handlers with a rate: their attempts begin at intervals, in order, whoever works."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import pytest

from chalicelib.core.queueing.enqueue import Work
from chalicelib.core.queueing.handler import handler
from chalicelib.core.queueing.line import Reason
from chalicelib.core.queueing.policy import Policy
from chalicelib.core.queueing.request import Failure, Status
from chalicelib.core.queueing.steps import Done
from tests.unit.core.queue_harness import BROKEN, DONE, SESSION, USER, QueueHarness, set_rate

HOUR_MS = 3_600_000


@pytest.fixture
def begun(harness: QueueHarness) -> Iterator[list[int]]:
    """The moments at which attempts began."""
    begun = list[int]()
    begin = harness.store.requests.begin

    def noted(*arguments: object, **more: object) -> object:
        begun.append(harness.clock.now())
        return begin(*arguments, **more)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(harness.store.requests, "begin", noted)
        yield begun


def gaps(begun: list[int]) -> list[int]:
    return [after - before for before, after in pairwise(begun)]


def test_attempts_begin_at_intervals_in_one_turn(harness: QueueHarness, begun: list[int]) -> None:
    set_rate(harness, "5/s")
    harness.send(4)

    assert harness.wake() == Done()

    assert gaps(begun) == [200] * 3
    assert harness.started == [1, 2, 3, 4]


def test_a_long_interval_is_waited_for_by_the_timer(harness: QueueHarness, begun: list[int]) -> None:
    set_rate(harness, "4/min")
    harness.send(3)

    harness.run()

    assert gaps(begun) == [15_000] * 2


def test_who_comes_long_after_need_not_wait(harness: QueueHarness, begun: list[int]) -> None:
    set_rate(harness, "5/s")
    harness.send()
    harness.run()
    harness.clock.advance(HOUR_MS // 100)

    harness.send()
    harness.run()

    assert gaps(begun) == [HOUR_MS // 100]
    assert not harness.queue.paced.keys() - {"skip"}


def test_the_next_worker_knows_when_the_last_one_began(harness: QueueHarness, begun: list[int]) -> None:
    set_rate(harness, "4/min")
    harness.send()
    harness.run()
    harness.clock.advance(5_000)

    harness.send()
    harness.run()

    assert gaps(begun) == [15_000]


def test_a_retry_is_a_begin(harness: QueueHarness, begun: list[int]) -> None:
    set_rate(harness, "5/s")
    harness.script[1] = [BROKEN, BROKEN, DONE]
    harness.send(2)

    harness.run()

    assert (harness.started, gaps(begun)) == ([1, 1, 1, 2], [200] * 3)


def test_an_attempt_that_crashed_is_a_begin(harness: QueueHarness, begun: list[int]) -> None:
    set_rate(harness, "4/min")
    harness.send()
    now = harness.clock.now()
    harness.store.requests.begin(
        harness.request(1), "a worker that crashes", now, now + 100, paced_until=now + 15_000
    )

    harness.run()

    [gap] = gaps(begun)
    assert 15_000 <= gap < 16_000, "a timer has whole seconds"


def test_other_types_do_not_wait_and_order_is_kept(harness: QueueHarness, begun: list[int]) -> None:
    set_rate(harness, "5/s")
    harness.enqueue(USER, SESSION, [Work(type_, "null") for type_ in ("skip", "halt", "skip", "halt")])

    harness.run()

    assert (harness.started, gaps(begun)) == ([1, 2, 3, 4], [0, 200, 0])


def test_an_attempt_that_took_longer_than_the_interval_delays_nothing(
    harness: QueueHarness, begun: list[int]
) -> None:
    set_rate(harness, "5/s")
    harness.script[1] = [harness.working_for(700)]
    harness.send(2)

    harness.run()

    assert gaps(begun) == [700]


def test_the_user_is_told_what_the_line_waits_for(harness: QueueHarness) -> None:
    set_rate(harness, "10/h")
    harness.send(3)
    harness.wake()

    line = harness.watch.queue(USER, SESSION)
    waiting = line.waiting

    assert waiting is not None
    assert (waiting.reason, waiting.seq, waiting.behind) == (Reason.RATE, 2, 1)
    assert waiting.until == harness.clock.now() + 360_000
    assert line.estimated_wait_seconds == 360


def test_for_a_wait_of_minutes_no_worker_comes_and_the_sweeper_sends_one_in_time(
    harness: QueueHarness, begun: list[int]
) -> None:
    set_rate(harness, "10/h")
    harness.send(2)
    assert harness.wake() == Done()
    rung = list[int]()

    for _ in range(5):
        harness.clock.advance(60_000)
        harness.sweep()
        rung.append(harness.wake_ups_waiting())

    assert rung == [0, 0, 0, 0, 1], "in the minute before"
    harness.run()
    assert gaps(begun) == [360_000]


def test_if_what_waits_for_its_rate_is_cancelled_the_next_one_runs(harness: QueueHarness) -> None:
    set_rate(harness, "10/h")
    harness.enqueue(USER, SESSION, [Work(type_, "null") for type_ in ("skip", "skip", "halt")])
    harness.wake()

    harness.controls.cancel(USER, SESSION, 2)
    harness.run()

    assert harness.statuses() == [Status.SUCCEEDED, Status.CANCELLED, Status.SUCCEEDED]


def test_what_waits_for_its_rate_is_read_once(harness: QueueHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    set_rate(harness, "5/s")
    harness.send(4)
    reads = list[int]()
    list_after = harness.store.requests.list_after

    def noted(user_id: str, after: int, limit: int) -> object:
        reads.append(after)
        return list_after(user_id, after, limit)

    monkeypatch.setattr(harness.store.requests, "list_after", noted)

    harness.wake()

    assert reads == [0]


def test_what_is_over_is_not_kept(harness: QueueHarness) -> None:
    set_rate(harness, "5/s")
    harness.send()
    harness.run()
    assert harness.queue.paced
    harness.clock.advance(60_000)

    harness.send(1, "halt")
    harness.run()

    assert not harness.queue.paced


@pytest.mark.parametrize("rate", ["", "fast", "0/s", "2000/s", 5])
def test_a_bad_rate_is_refused_with_a_sentence_when_the_handler_is_declared(rate: str) -> None:
    with pytest.raises(ValueError, match=r"greet: .* is no rate: a rate is a whole number per s, min or h"):
        handler("greet", rate=rate)


def test_without_attempts_left_nothing_waits(harness: QueueHarness) -> None:
    set_rate(harness, "10/h")
    found = harness.handlers.get("skip")
    assert found
    harness.handlers.remove("skip")
    harness.handlers.add(replace(found, policy=Policy(max_attempts=1)))
    harness.script[1] = [Failure("error", "It broke.")]
    harness.enqueue(USER, SESSION, [Work(type_, "null") for type_ in ("skip", "halt")])

    harness.wake()

    assert harness.statuses() == [Status.FAILED, Status.SUCCEEDED]
