"""An order goes from state to state, and each state once."""

from collections.abc import Iterator

import pytest

from gurukool import Resources, testing
from gurukool.testing import Queue, crash_everywhere, run
from handlers.orders import Advance, Order, Place, State, advance, place

TABLES = {"orders": Order}


@pytest.fixture(autouse=True)
def resources() -> Iterator[Resources]:
    with testing.resources(**TABLES) as made:
        yield made


def test_an_order_is_placed_paid_and_shipped(resources: Resources) -> None:
    queue = Queue()
    queue.enqueue(place, Place(7, "a bicycle"))
    for state in (State.PAID, State.SHIPPED):
        queue.enqueue(advance, Advance(7, state))

    queue.run()

    assert [outcome.result["state"] for outcome in queue.outcomes()] == ["placed", "paid", "shipped"]
    assert resources.table("orders").bind(Order).get("user", 7).state == "shipped"


def test_an_order_that_is_not_paid_is_not_shipped() -> None:
    queue = Queue()
    queue.enqueue(place, Place(7, "a bicycle"))
    seq = queue.enqueue(advance, Advance(7, State.SHIPPED))

    queue.run()

    error = queue.outcome(seq).error
    assert error
    assert error.message == "Order 7 is placed: it cannot be shipped next."


def test_an_order_that_does_not_exist_goes_nowhere() -> None:
    assert run(advance, Advance(8, State.PAID)).status == "failed"


def test_no_crash_places_an_order_twice() -> None:
    crash_everywhere(place, Place(7, "a bicycle"), resources=TABLES)
