"""A handler's check has the settings, and no secrets: deployed, the API runs it, which may not read them."""

from typing import Any

import pytest

from gurukool import Effects, Settings, UndeclaredError, handler
from gurukool.testing import Queue


def affordable(payload: int, settings: Settings) -> None:
    assert payload <= settings["limit"]
    settings.secret("stripe")


@handler("pay", check=affordable)
def pay(payload: int) -> int:
    return payload


@handler("order", max_attempts=1)
def order(payload: int, effects: Effects) -> None:
    with pytest.raises(UndeclaredError, match=r"^A check has no secrets"):
        effects.enqueue("shop", "pay", payload)


GIVEN: dict[str, Any] = {"settings": {"limit": 5}, "secrets": {"stripe": "sk_test"}}


def test_a_check_that_asks_for_a_secret_is_told_so() -> None:
    queue = Queue(**GIVEN)

    with pytest.raises(UndeclaredError, match=r"^A check has no secrets"):
        queue.enqueue(pay, 5)


def test_it_has_none_for_follow_up_requests_either() -> None:
    queue = Queue(**GIVEN)
    queue.deploy(pay)
    seq = queue.enqueue(order, 5)
    queue.run()

    assert queue.outcome(seq).status == "succeeded"
