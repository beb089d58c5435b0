"""Money is moved exactly once, whatever crashes, and never while the books are wrong."""

import random
from collections.abc import Iterator

import pytest

from gurukool import InvalidInputError, Resources, testing
from gurukool.testing import Queue, crash_everywhere, run
from handlers.audit import Audit, audit
from handlers.books import Balance, Total
from handlers.transfers import Deposit, Transfer, deposit, transfer

USER = "ada"
TABLES = {"balances": Balance, "totals": Total}
SETTINGS = {"largest_transfer_cents": 1_000}


def fill(resources: Resources) -> None:
    """500 cents in checking, none in savings."""
    balances, totals = (resources.table(name).bind(model) for name, model in TABLES.items())
    for account, cents in {"checking": 500, "savings": 0}.items():
        balances(USER, account, cents=cents).save()
    totals(USER, cents=500).save()


@pytest.fixture
def resources() -> Iterator[Resources]:
    with testing.resources(**TABLES) as made:
        fill(made)
        yield made


def balances(resources: Resources) -> dict[str, int]:
    found = resources.table("balances").bind(Balance).query(USER, consistent_read=True)
    return {item.account: int(item.cents) for item in found}


def move(cents: int, source: str = "checking", target: str = "savings") -> Transfer:
    return Transfer(source, target, cents)


def test_a_transfer_moves_money(resources: Resources) -> None:
    outcome = run(transfer, move(200), user=USER, settings=SETTINGS)

    assert outcome.result == {"left": 300}
    assert balances(resources) == {"checking": 300, "savings": 200}


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        (move(501), "There is not enough money in the account."),
        (move(1, "savings", "checking"), "There is not enough money in the account."),
        (move(1, "checking", "checking"), "The accounts are the same."),
        (move(1, "nowhere"), "There is no account nowhere."),
    ],
)
def test_a_transfer_that_cannot_be_is_refused_for_good(
    resources: Resources, payload: Transfer, message: str
) -> None:
    outcome = run(transfer, payload, user=USER, settings=SETTINGS)

    assert (outcome.status, outcome.attempts) == ("failed", 1)
    assert outcome.error
    assert outcome.error.message == message
    assert balances(resources) == {"checking": 500, "savings": 0}


def test_a_transfer_to_an_account_that_does_not_exist_writes_nothing(resources: Resources) -> None:
    outcome = run(transfer, move(100, target="nowhere"), user=USER, settings=SETTINGS)

    assert outcome.error
    assert outcome.error.kind == "conflict"
    assert balances(resources) == {"checking": 500, "savings": 0}


def test_a_transfer_that_is_too_large_is_refused_when_it_is_sent() -> None:
    with pytest.raises(InvalidInputError, match="The transfer is too large"):
        run(transfer, move(1_001), user=USER, settings=SETTINGS)


def test_no_crash_moves_money_twice() -> None:
    survived = crash_everywhere(
        transfer, move(200), user=USER, resources=TABLES, setup=fill, settings=SETTINGS
    )

    assert "the outcome is written: succeeded, together with 2 effects" in survived.events


def test_no_crash_books_a_deposit_twice() -> None:
    crash_everywhere(deposit, Deposit("checking", 70), user=USER, resources=TABLES)


def test_the_outcomes_tell_where_the_money_is(resources: Resources) -> None:
    chance, queue = random.Random(7), Queue(settings=SETTINGS)
    for _ in range(12):
        source, target = chance.sample(["checking", "savings"], 2)
        queue.enqueue(transfer, move(chance.randint(1, 400), source, target), user=USER)

    queue.run()

    last = [outcome.result["left"] for outcome in queue.outcomes(user=USER) if outcome.result][-1]
    assert last in balances(resources).values()
    assert sum(balances(resources).values()) == 500


def test_wrong_books_halt_the_queue_until_somebody_has_put_them_right(resources: Resources) -> None:
    checking = resources.table("balances").bind(Balance)(USER, "checking", cents=499)
    checking.save()  # somebody has written beside the queue
    queue = Queue(settings=SETTINGS)
    audited = queue.enqueue(audit, Audit("2026-11"), user=USER)
    moved = queue.enqueue(transfer, move(200), user=USER)

    queue.run()
    assert queue.state(user=USER) == "halted"
    error = queue.outcome(audited, user=USER).error
    assert error
    assert error.message == "The accounts hold 499 cents, and 500 came in."
    assert queue.outcome(moved, user=USER).status == "queued"

    checking.cents = 500
    checking.save()
    queue.retry(audited, user=USER)
    queue.run()
    assert queue.outcome(audited, user=USER).result == {"period": "2026-11", "accounts": 2, "cents": 500}
    assert queue.outcome(moved, user=USER).result == {"left": 300}
