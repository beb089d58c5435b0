"""Queues of several users in memory do not wait for each other, and timers are as short as deployed ones."""

import pytest

from gurukool import Request, RetryLaterError, handler
from gurukool.testing import Queue

HOSTS = "shop.example.com"
URL = "https://shop.example.com/outcomes"


@handler("back-off", max_attempts=2)
def back_off(payload: int, request: Request) -> int:
    if request.attempts == 1:
        raise RetryLaterError("Not yet.", after=payload)
    return request.started_at


@handler("now")
def now(payload: None, request: Request) -> int:
    return request.started_at


@handler("nap")
def nap(payload: int, request: Request) -> int:
    request.sleep(payload)
    return request.started_at


@handler("naps")
def naps(payload: int, request: Request) -> None:
    for number in range(payload):
        request.sleep(60, f"nap-{number}")


@handler("approval")
def approval(payload: int, request: Request) -> int:
    request.wait_for("approval", timeout=payload)
    return request.started_at


@pytest.fixture
def queue() -> Queue:
    return Queue()


def begun_at(queue: Queue) -> int:
    """When the queue's clock began: the moment at which the first request starts."""
    queue.enqueue(now, user="first")
    queue.run()
    return int(queue.outcome(1, user="first").result)


def status(queue: Queue, seq: int, user: str = "user") -> str:
    return queue.outcome(seq, user=user).status


@pytest.mark.parametrize("put_off", [60, 85])
def test_one_user_does_not_wait_for_the_next_attempt_of_another(queue: Queue, put_off: int) -> None:
    queue.enqueue(back_off, put_off, user="ada")
    queue.advance(1)
    seq = queue.enqueue(now, user="bob", start_before=30)
    queue.advance(0)

    assert (status(queue, seq, "bob"), status(queue, 1, "ada")) == ("succeeded", "queued")


def test_one_user_does_not_wait_for_the_moment_of_another(queue: Queue) -> None:
    queue.enqueue(now, user="ada", not_before=50)
    queue.advance(0)
    seq = queue.enqueue(now, user="bob")
    queue.advance(0)

    assert (status(queue, seq, "bob"), status(queue, 1, "ada")) == ("succeeded", "queued")


@pytest.mark.parametrize("seconds", [95, 300, 3_600])
def test_a_long_sleep_ends_in_time_however_busy_others_are(queue: Queue, seconds: int) -> None:
    start = begun_at(queue)
    seq = queue.enqueue(nap, seconds, user="ada")
    queue.enqueue(naps, 90, user="bob")
    queue.enqueue(back_off, 7, user="eve")
    queue.run()

    assert queue.outcome(seq, user="ada").result - start == seconds * 1000
    assert status(queue, 1, "bob") == "succeeded"


@pytest.mark.parametrize("seconds", [60, 300])
def test_a_signal_that_nobody_gives_times_out_however_busy_others_are(queue: Queue, seconds: int) -> None:
    seq = queue.enqueue(approval, seconds, user="ada")
    queue.enqueue(naps, 30, user="bob")
    queue.advance(seconds + 90)

    assert (status(queue, seq, "ada"), status(queue, 1, "bob")) == ("failed", "queued")


def test_a_user_that_is_pushed_outcomes_does_not_delay_the_others() -> None:
    queue = Queue(callback_hosts=HOSTS)
    queue.enqueue(back_off, 60, user="ada", callback=URL)
    queue.enqueue(now, user="bob", callback=URL)
    queue.advance(1)

    assert [push.user for push in queue.pushes()] == ["bob"]


def test_what_follows_a_cancelled_head_starts_as_soon_as_its_timer_lets_it(queue: Queue) -> None:
    queue.enqueue(back_off, 85)
    seq = queue.enqueue(now)
    queue.advance(1)
    queue.cancel(1)
    queue.advance(20)

    assert status(queue, seq) == "succeeded"


def test_what_follows_a_stopped_sleep_starts_as_soon_as_its_timer_lets_it(queue: Queue) -> None:
    queue.enqueue(nap, 60)
    seq = queue.enqueue(now)
    queue.advance(1)
    queue.stop(1)
    queue.advance(20)

    assert (status(queue, 1), status(queue, seq)) == ("cancelled", "succeeded")


def test_what_replaces_a_head_starts_as_soon_as_its_timer_lets_it(queue: Queue) -> None:
    queue.enqueue(now, not_before=60, slot="cart")
    queue.advance(1)
    seq = queue.enqueue(now, slot="cart", if_busy="replace")
    queue.advance(20)

    assert (status(queue, 1), status(queue, seq)) == ("cancelled", "succeeded")


def test_a_timer_that_is_held_several_times_ends_at_its_moment(queue: Queue) -> None:
    start = begun_at(queue)
    seq = queue.enqueue(back_off, 85)
    queue.run()

    assert queue.outcome(seq).result - start == 85_000
