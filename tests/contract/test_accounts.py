"""Accounts and their sessions."""

from secrets import token_hex

import pytest

from chalicelib.core.account import Account, Session
from chalicelib.core.errors import LostRaceError
from tests.contract.stores import Store
from tests.contract.users import EXPIRY, NOW


@pytest.fixture
def account() -> Account:
    return Account(token_hex(4), token_hex(16), "hash", NOW, role="admin")


def test_an_account_is_read_as_it_was_added(store: Store, account: Account) -> None:
    store.accounts.add(account)

    assert store.accounts.by_username(account.username) == account


def test_a_username_is_taken_once(store: Store, account: Account) -> None:
    store.accounts.add(account)

    with pytest.raises(LostRaceError):
        store.accounts.add(Account(account.username, "other", "other", NOW))

    assert store.accounts.by_username(account.username) == account


def test_a_stranger_has_no_account(store: Store) -> None:
    assert store.accounts.by_username("stranger") is None


def test_a_session_can_be_removed_again_and_again(store: Store, account: Account) -> None:
    store.accounts.add_session(Session("session", account.user_id, "hash", NOW, EXPIRY))

    store.accounts.remove_session("session")
    store.accounts.remove_session("session")
