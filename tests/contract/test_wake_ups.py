"""What the core relies on in the wake-ups: in memory, on moto, on LocalStack's SQS."""

from secrets import token_hex

import pytest

from chalicelib.core.errors import UnavailableError
from chalicelib.core.queueing.lane import Lane
from tests.contract.backends import FAITHFUL
from tests.contract.fifos import Fifo, Received

SOON_S = 5  # a wake-up that is there arrives within this
faithful = pytest.mark.parametrize("backend", FAITHFUL, indirect=True)


def receive(fifo: Fifo) -> Received:
    received = fifo.receive(wait=SOON_S)
    assert received is not None
    return received


@pytest.fixture
def user() -> str:
    return token_hex(16)


def test_a_ring_arrives_with_its_user_and_number(fifo: Fifo, user: str) -> None:
    fifo.wake_ups.send(user, 7, "a")

    received = receive(fifo)

    assert (received.user_id, received.seq) == (user, 7)


def test_a_ring_arrives_in_its_lane_and_the_lanes_do_not_wait_for_each_other(fifo: Fifo, user: str) -> None:
    fifo.wake_ups.send(user, 1, "a", Lane.SLOW)
    fifo.wake_ups.send(user, 2, "a", Lane.LONG)
    assert fifo.receive() is None
    fifo.wake_ups.send(user, 3, "a", Lane.QUICK)

    served = [fifo.receive(SOON_S, lane) for lane in (Lane.SLOW, Lane.LONG, Lane.QUICK)]

    assert [received.seq for received in served if received] == [1, 2, 3]


def test_a_served_wake_up_does_not_come_again(fifo: Fifo, user: str) -> None:
    fifo.wake_ups.send(user, 1, "a")

    fifo.delete(receive(fifo))

    assert fifo.receive() is None


def test_while_one_is_served_no_other_of_that_user_is_handed_out(fifo: Fifo, user: str) -> None:
    fifo.wake_ups.send(user, 1, "a")
    fifo.wake_ups.send(user, 2, "b")

    first = receive(fifo)

    assert fifo.receive() is None
    fifo.delete(first)
    assert receive(fifo).seq == 2


def test_in_the_long_lane_no_wake_up_waits_for_another_of_its_user(fifo: Fifo, user: str) -> None:
    """Lambda hides a message there for a quarter of an hour, if its worker dies at once."""
    fifo.wake_ups.send(user, 1, "a", Lane.LONG)
    fifo.wake_ups.send(user, 2, "b", Lane.LONG)

    served = fifo.receive(SOON_S, Lane.LONG), fifo.receive(SOON_S, Lane.LONG)

    assert {(received.user_id, received.seq) for received in served if received} == {(user, 1), (user, 2)}


def test_users_do_not_wait_for_each_other(fifo: Fifo, user: str) -> None:
    fifo.wake_ups.send(user, 1, "a")
    fifo.wake_ups.send("other", 1, "b")

    served = {receive(fifo).user_id, receive(fifo).user_id}

    assert served == {user, "other"}


def test_the_same_ring_twice_is_one_wake_up(fifo: Fifo, user: str) -> None:
    fifo.wake_ups.send(user, 1, "a")
    fifo.wake_ups.send(user, 1, "a")

    fifo.delete(receive(fifo))

    assert fifo.receive() is None


@faithful
def test_the_same_ring_is_dropped_even_after_it_was_served(fifo: Fifo, user: str) -> None:
    fifo.wake_ups.send(user, 1, "a")
    fifo.delete(receive(fifo))

    fifo.wake_ups.send(user, 1, "a")

    assert fifo.receive() is None


@faithful
def test_users_may_use_the_same_id(fifo: Fifo, user: str) -> None:
    fifo.wake_ups.send(user, 1, "a")
    fifo.wake_ups.send("other", 1, "a")

    assert receive(fifo).user_id != receive(fifo).user_id


def test_a_wake_up_that_is_let_go_comes_again_before_the_next(fifo: Fifo, user: str) -> None:
    fifo.wake_ups.send(user, 1, "a")
    fifo.wake_ups.send(user, 2, "b")

    receive(fifo).lease.hold(0)

    assert receive(fifo).seq == 1


def test_a_held_wake_up_comes_again_when_the_time_is_over(fifo: Fifo, user: str) -> None:
    fifo.wake_ups.send(user, 1, "a")

    receive(fifo).lease.hold(0.3)

    assert fifo.receive() is None, "a hold lasts at least as long as was asked for"
    assert receive(fifo).seq == 1


def test_what_is_served_cannot_be_held_any_more(fifo: Fifo, user: str) -> None:
    fifo.wake_ups.send(user, 1, "a")
    received = receive(fifo)
    fifo.delete(received)

    with pytest.raises(UnavailableError):
        received.lease.hold(1)
