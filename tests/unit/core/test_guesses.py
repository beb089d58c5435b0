"""Guesses are bounded by account, by network and by day, and lock no owner out."""

from collections.abc import Callable
from secrets import token_hex

import pytest

from chalicelib.core.errors import ForbiddenError, TooManyError, UnauthenticatedError
from chalicelib.core.identity.account import Account, Principal
from chalicelib.core.identity.client import network_of
from chalicelib.core.identity.guesses import MOST_AT_AN_ACCOUNT, MOST_FROM_A_NETWORK
from chalicelib.core.identity.tries import DAY_MS, FREE_TRIES
from tests.unit.core.door import PASSWORD, Door

THIEF = "198.51.100.7"


@pytest.fixture
def door() -> Door:
    return Door()


@pytest.fixture
def account(door: Door) -> Account:
    return door.register("ada", PASSWORD)


def guess(door: Door, network: str = THIEF, username: str = "ada") -> bool:
    """Whether it was tried. It is wrong."""
    try:
        with pytest.raises(UnauthenticatedError):
            door.sign_in(username, token_hex(4), network)
    except TooManyError:
        return False
    return True


def tried(door: Door, guesses: int, every_ms: int, network: Callable[[], str] = lambda: THIEF) -> int:
    made = 0
    for _ in range(guesses):
        made += guess(door, network())
        door.clock.advance(every_ms)
    return made


def test_one_network_makes_few_guesses_a_day_whatever_its_patience(door: Door, account: Account) -> None:
    for every_ms in (60_000, 1_110_000, 3_600_000):
        made = tried(Door(door.clock, accounts=door.accounts), 2 * DAY_MS // every_ms, every_ms)
        assert made <= 2 * 35


def test_the_owners_success_forgets_nothing_of_others(door: Door, account: Account) -> None:
    made = 0
    for _ in range(100):
        made += guess(door)
        door.sign_in("ada", PASSWORD)

    assert made == FREE_TRIES


def test_many_networks_make_few_guesses_a_day_together(door: Door, account: Account) -> None:
    made = tried(door, 200, 60_000, network=lambda: token_hex(4))

    assert made == MOST_AT_AN_ACCOUNT
    with pytest.raises(TooManyError) as refused:
        door.sign_in("ada", PASSWORD, "203.0.113.1")
    door.clock.advance(refused.value.retry_after * 1000)
    assert door.sign_in("ada", PASSWORD, "203.0.113.1"), "it is another day"


def test_nobody_keeps_the_owner_out_where_they_signed_up_or_in_before(door: Door, account: Account) -> None:
    door.sign_in("ada", PASSWORD, "203.0.113.1")
    tried(door, 200, 60_000, network=lambda: token_hex(4))

    assert door.sign_in("ada", PASSWORD)
    assert door.sign_in("ada", PASSWORD, "203.0.113.1")


def test_one_network_tries_few_names_a_day(door: Door, account: Account) -> None:
    made = sum(guess(door, username=f"user-{i}") for i in range(200))

    assert made == MOST_FROM_A_NETWORK
    assert not guess(door)
    assert door.register("bob", PASSWORD, THIEF)
    assert door.sign_in("bob", PASSWORD, THIEF), "who is known there is let in"


def test_a_try_that_is_refused_is_not_counted(door: Door, account: Account) -> None:
    tried(door, MOST_AT_AN_ACCOUNT, 0, network=lambda: token_hex(4))
    for _ in range(2 * FREE_TRIES):
        assert not guess(door, "203.0.113.1")

    door.clock.advance(DAY_MS)

    assert sum(guess(door, "203.0.113.1") for _ in range(9)) == FREE_TRIES


def test_a_thief_of_an_access_token_does_not_keep_the_owner_from_changing_the_password(
    door: Door, account: Account
) -> None:
    def sign_in() -> Principal:
        return door.verify(door.sign_in("ada", PASSWORD).access_token)

    stolen, mine = sign_in(), sign_in()
    for _ in range(FREE_TRIES):
        with pytest.raises(ForbiddenError):
            door.own.change_password(stolen, "wrong", "another battery")
    with pytest.raises(TooManyError):
        door.own.delete(stolen, PASSWORD)

    door.own.change_password(mine, PASSWORD, "another battery")


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::9", "2001:db8:1:2::/64"),
        ("", "unknown"),
        ("nowhere", "unknown"),
    ],
)
def test_what_one_customer_of_a_provider_has_is_one_network(address: str, network: str) -> None:
    assert network_of(address) == network
