"""Accounts and the audit log."""

from dataclasses import replace
from secrets import token_hex

import pytest

from chalicelib.core.errors import LostRaceError
from chalicelib.core.identity.account import Account
from chalicelib.core.identity.audit import Entry
from tests.contract.stores import Store
from tests.contract.users import LATER, NOW

AN_HOUR_MS = 3_600_000


@pytest.fixture
def account(store: Store) -> Account:
    added = Account(token_hex(4), token_hex(16), "hash", NOW)
    store.accounts.add(added)
    return added


def found(store: Store, account: Account) -> Account:
    read = store.accounts.by_username(account.username)
    assert read is not None
    return read


def test_an_account_is_read_as_it_was_added(store: Store, account: Account) -> None:
    assert found(store, account) == account


def test_a_username_is_taken_once(store: Store, account: Account) -> None:
    with pytest.raises(LostRaceError):
        store.accounts.add(Account(account.username, "other", "other", NOW))

    assert found(store, account) == account


@pytest.mark.parametrize("username", ["stranger", "", "ab" * 1_025])
def test_a_stranger_has_no_account(store: Store, username: str) -> None:
    assert store.accounts.by_username(username) is None


def test_a_password_changes_once_from_what_was_seen(store: Store, account: Account) -> None:
    store.accounts.set_password(account, "new hash", 1)

    with pytest.raises(LostRaceError):
        store.accounts.set_password(account, "another", 2)

    assert found(store, account) == replace(account, password_hash="new hash", generation=1)


def test_a_password_does_not_change_if_its_generation_has(store: Store, account: Account) -> None:
    """Two changes to the same password leave the same hash only where hashes have no salt."""
    store.accounts.set_password(account, account.password_hash, 7)

    with pytest.raises(LostRaceError):
        store.accounts.set_password(account, "another", 8)
    with pytest.raises(LostRaceError):
        store.accounts.set_password(replace(account, generation=6), "another", 8)
    store.accounts.set_password(replace(account, generation=7), "another", 8)

    assert found(store, account).generation == 8


def test_nobody_changes_the_password_of_an_account_made_since(store: Store, account: Account) -> None:
    store.accounts.remove(account.username, account.user_id)

    with pytest.raises(LostRaceError):
        store.accounts.set_password(account, "new hash", 1)

    assert store.accounts.by_username(account.username) is None


def test_an_account_is_disabled_and_enabled(store: Store, account: Account) -> None:
    store.accounts.set_disabled(account, disabled=True)
    assert found(store, account).disabled

    store.accounts.set_disabled(account, disabled=False)
    assert not found(store, account).disabled


def test_an_account_of_that_name_made_since_is_not_removed(store: Store, account: Account) -> None:
    """As a repeated write would."""
    store.accounts.remove(account.username, account.user_id)
    stranger = Account(account.username, token_hex(16), "hash", LATER)
    store.accounts.add(stranger)

    store.accounts.remove(account.username, account.user_id)

    assert found(store, stranger) == stranger


def test_an_account_that_is_gone_does_not_come_back(store: Store, account: Account) -> None:
    store.accounts.remove(account.username, account.user_id)
    store.accounts.remove(account.username, account.user_id)

    with pytest.raises(LostRaceError):
        store.accounts.set_disabled(account, disabled=True)

    assert store.accounts.by_username(account.username) is None


def test_what_is_in_the_audit_log_is_not_added_again(store: Store) -> None:
    long_ago = NOW - 100 * 24 * AN_HOUR_MS
    entry = Entry(
        f"{long_ago:015d}-{token_hex(4)}", long_ago, "root", "pause queue", "ada", "root's id", "ada's id"
    )

    for _ in range(2):  # the second time as a repeated write would
        store.audit.add(entry)

    assert list(store.audit.page(entry.month, None, 100)).count(entry) == 1


def test_the_audit_log_is_read_from_its_newest_entry_on(store: Store) -> None:
    entries = [Entry(f"{i}-{token_hex(2)}", NOW + i, "root", "pause queue", "ada") for i in range(3)]
    for entry in entries:
        store.audit.add(entry)
    store.audit.add(Entry("other", LATER + 62 * 24 * AN_HOUR_MS, "root", "of another month", "ada"))

    newest = store.audit.page(entries[0].month, None, 2)
    older = store.audit.page(entries[0].month, newest[-1].entry_id, 2)

    assert [*newest, *older] == entries[::-1]
