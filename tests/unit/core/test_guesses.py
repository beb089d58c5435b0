"""Guesses are bounded by account, by network and by day, and lock no owner out."""

from collections.abc import Callable
from secrets import token_hex

import pytest

from chalicelib.core.errors import ForbiddenError, TooManyError, UnauthenticatedError
from chalicelib.core.identity.account import Account, Principal
from chalicelib.core.identity.client import network_of
from chalicelib.core.identity.guesses import MOST_AT_AN_ACCOUNT, MOST_FROM_A_NETWORK
from chalicelib.core.identity.tries import DAY_MS, FREE_TRIES
from tests.unit.core.sign_in_harness import PASSWORD, SignInHarness

THIEF = "198.51.100.7"


@pytest.fixture
def harness() -> SignInHarness:
    return SignInHarness()


@pytest.fixture
def account(harness: SignInHarness) -> Account:
    return harness.register("ada", PASSWORD)


def guess(harness: SignInHarness, network: str = THIEF, username: str = "ada") -> bool:
    """Whether it was tried. It is wrong."""
    try:
        with pytest.raises(UnauthenticatedError):
            harness.sign_in(username, token_hex(4), network)
    except TooManyError:
        return False
    return True


def tried(
    harness: SignInHarness, guesses: int, every_ms: int, network: Callable[[], str] = lambda: THIEF
) -> int:
    made = 0
    for _ in range(guesses):
        made += guess(harness, network())
        harness.clock.advance(every_ms)
    return made


def test_one_network_makes_few_guesses_a_day_whatever_its_patience(
    harness: SignInHarness, account: Account
) -> None:
    for every_ms in (60_000, 1_110_000, 3_600_000):
        made = tried(
            SignInHarness(harness.clock, accounts=harness.accounts),
            2 * DAY_MS // every_ms,
            every_ms,
        )
        assert made <= 2 * 35


def test_the_owners_success_forgets_nothing_of_others(harness: SignInHarness, account: Account) -> None:
    made = 0
    for _ in range(100):
        made += guess(harness)
        harness.sign_in("ada", PASSWORD)

    assert made == FREE_TRIES


def test_many_networks_make_few_guesses_a_day_together(harness: SignInHarness, account: Account) -> None:
    made = tried(harness, 200, 60_000, network=lambda: token_hex(4))

    assert made == MOST_AT_AN_ACCOUNT
    with pytest.raises(TooManyError) as refused:
        harness.sign_in("ada", PASSWORD, "203.0.113.1")
    harness.clock.advance(refused.value.retry_after * 1000)
    assert harness.sign_in("ada", PASSWORD, "203.0.113.1"), "it is another day"


def test_nobody_keeps_the_owner_out_where_they_signed_up_or_in_before(
    harness: SignInHarness, account: Account
) -> None:
    harness.sign_in("ada", PASSWORD, "203.0.113.1")
    tried(harness, 200, 60_000, network=lambda: token_hex(4))

    assert harness.sign_in("ada", PASSWORD)
    assert harness.sign_in("ada", PASSWORD, "203.0.113.1")


def test_one_network_tries_few_names_a_day(harness: SignInHarness, account: Account) -> None:
    made = sum(guess(harness, username=f"user-{i}") for i in range(200))

    assert made == MOST_FROM_A_NETWORK
    assert not guess(harness)
    assert harness.register("bob", PASSWORD, THIEF)
    assert harness.sign_in("bob", PASSWORD, THIEF), "who is known there is let in"


def test_a_try_that_is_refused_is_not_counted(harness: SignInHarness, account: Account) -> None:
    tried(harness, MOST_AT_AN_ACCOUNT, 0, network=lambda: token_hex(4))
    for _ in range(2 * FREE_TRIES):
        assert not guess(harness, "203.0.113.1")

    harness.clock.advance(DAY_MS)

    assert sum(guess(harness, "203.0.113.1") for _ in range(9)) == FREE_TRIES


def test_a_thief_of_an_access_token_does_not_keep_the_owner_from_changing_the_password(
    harness: SignInHarness, account: Account
) -> None:
    def sign_in() -> Principal:
        return harness.verify(harness.sign_in("ada", PASSWORD).access_token)

    stolen, mine = sign_in(), sign_in()
    for _ in range(FREE_TRIES):
        with pytest.raises(ForbiddenError):
            harness.own.change_password(stolen, "wrong", "another battery")
    with pytest.raises(TooManyError):
        harness.own.delete(stolen, PASSWORD)

    harness.own.change_password(mine, PASSWORD, "another battery")


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
