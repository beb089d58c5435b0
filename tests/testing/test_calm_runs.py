"""What `crash_everywhere` compares with: it has to end as the test wants it to."""

import pytest

from gurukool import PermanentError, Request, handler
from gurukool.testing import Outside, crash_everywhere, resources
from tests.testing.test_resources import Balance, open_account

charge = Outside().call("charge", lambda key: None, key="key")


@handler("pay")
def pay(payload: int, request: Request) -> None:
    charge(f"{request.user_id}/{request.seq}")
    raise PermanentError("The card has expired.")


def test_an_undisturbed_run_that_fails_is_a_mistake_of_the_test() -> None:
    with pytest.raises(ValueError, match=r"has failed, and not succeeded\. The card has expired\."):
        crash_everywhere(pay, 1)


def test_a_test_may_want_it_to_fail() -> None:
    survived = crash_everywhere(pay, 1, status="failed")

    assert survived.crashes > 0


def test_tables_of_a_block_are_not_those_of_its_runs() -> None:
    @handler("write")
    def write(payload: int, request: Request) -> None:
        request.resources.table("Balances").bind(Balance)("ada", cents=payload).save()

    with resources(Balances=Balance) as made:
        open_account(made)
        with pytest.raises(ValueError, match=r"resources="):
            crash_everywhere(write, 1)
        crash_everywhere(write, 1, resources={"Balances": Balance})

        assert made.table("Balances").bind(Balance).get("ada").cents == 100


def test_an_inner_block_leaves_the_tables_of_the_outer_one_as_they_were() -> None:
    with resources(Balances=Balance) as made:
        open_account(made)
        with resources(Balances=Balance) as inner:
            assert list(inner.table("Balances").bind(Balance).scan()) == []

        assert [item.account for item in made.table("Balances").bind(Balance).scan()] == ["ada"]
