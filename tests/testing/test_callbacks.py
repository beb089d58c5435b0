"""What would be pushed to callbacks is seen in tests, and the hosts are checked as they are when deployed."""

import pytest

from chalicelib.core.errors import InvalidInputError
from gurukool import Effects, PermanentError, Request, handler
from gurukool.testing import Push, Queue, crash_everywhere, run

HOSTS = "shop.example.com"
URL = "https://shop.example.com/outcomes"


@handler("receipt")
def receipt(payload: int) -> str:
    return f"receipt {payload}"


@handler("refuse")
def refuse(payload: str) -> None:
    raise PermanentError(payload)


@handler("order")
def order(payload: int, request: Request, effects: Effects) -> None:
    effects.enqueue(request.user_id, "receipt", payload, callback=URL)


@pytest.fixture
def queue() -> Queue:
    queue = Queue(callback_hosts=HOSTS)
    queue.deploy(receipt)
    return queue


def numbers(queue: Queue) -> list[int]:
    return [push.seq for push in queue.pushes()]


def test_outcomes_are_pushed_in_order_to_the_urls_that_their_requests_name(queue: Queue) -> None:
    queue.enqueue(receipt, 300, callback=URL)
    queue.enqueue(receipt, 400)
    queue.enqueue(refuse, "no", callback=f"{URL}/failed")
    assert queue.pushes() == []
    queue.run()

    first, second = queue.pushes()
    assert (first.id, first.url, first.user, first.seq) == ("user-1-outcome", URL, "user", 1)
    assert (first.body["user"], first.body["result"]) == ("user", "receipt 300")
    assert (second.url, second.seq, second.body["error"]["message"]) == (f"{URL}/failed", 3, "no")


def test_what_is_pushed_waits_for_the_outcome(queue: Queue) -> None:
    queue.enqueue(receipt, 1, not_before=3600, callback=URL)

    queue.advance(3500)
    assert numbers(queue) == []
    queue.advance(200)
    assert numbers(queue) == [1]


def test_a_callback_to_another_host_is_refused_as_at_the_api(queue: Queue) -> None:
    with pytest.raises(InvalidInputError) as raised:
        queue.enqueue(receipt, 1, callback="https://elsewhere.example/")

    assert raised.value.code == "host_not_allowed"
    with pytest.raises(InvalidInputError) as raised:
        Queue().enqueue(receipt, 1, callback=URL)
    assert raised.value.code == "callbacks_off"
    with pytest.raises(ValueError, match="host"):
        Queue(callback_hosts="two words")


def test_the_outcome_of_a_follow_up_is_pushed(queue: Queue) -> None:
    queue.enqueue(order, 300)
    queue.run()

    [push] = queue.pushes()
    assert isinstance(push, Push)
    assert (push.seq, push.body["result"]) == (2, "receipt 300")


def test_a_follow_up_with_a_callback_to_another_host_fails_the_attempt() -> None:
    outcome = run(order, 300, handlers=[receipt], callback_hosts="other.example")

    assert outcome.error is not None
    assert "callback: https://shop.example.com is not an allowed host" in outcome.error.message


def test_the_same_is_pushed_wherever_the_process_ends() -> None:
    assert crash_everywhere(order, 300, handlers=[receipt], callback_hosts=HOSTS).crashes > 10
