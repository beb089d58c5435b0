"""Accounts and the audit log."""

from dataclasses import replace
from secrets import token_hex
from typing import Any

import pytest

from chalicelib.core.errors import LostRaceError
from chalicelib.core.identity.account import Account, Role
from chalicelib.core.identity.audit import Entry
from chalicelib.core.identity.sign_in_links import SignInLink
from tests.contract.stores import Stores
from tests.contract.users import LATER, NOW

AN_HOUR_MS = 3_600_000


@pytest.fixture
def account(stores: Stores) -> Account:
    added = Account(token_hex(4), token_hex(16), "hash", NOW)
    stores.accounts.add(added)
    return added


def found(stores: Stores, account: Account) -> Account:
    read = stores.accounts.by_username(account.username)
    assert read is not None
    return read


def test_an_account_is_read_as_it_was_added(stores: Stores, account: Account) -> None:
    assert found(stores, account) == account


def test_a_username_is_taken_once(stores: Stores, account: Account) -> None:
    with pytest.raises(LostRaceError):
        stores.accounts.add(Account(account.username, "other", "other", NOW))

    assert found(stores, account) == account


@pytest.mark.parametrize("username", ["stranger", "", "ab" * 1_025])
def test_a_stranger_has_no_account(stores: Stores, username: str) -> None:
    assert stores.accounts.by_username(username) is None


def test_a_password_changes_once_from_what_was_seen(stores: Stores, account: Account) -> None:
    stores.accounts.set_password(account, "new hash", 1)

    with pytest.raises(LostRaceError):
        stores.accounts.set_password(account, "another", 2)

    assert found(stores, account) == replace(account, password_hash="new hash", generation=1)


def test_a_password_does_not_change_if_its_generation_has(stores: Stores, account: Account) -> None:
    """Two changes to the same password leave the same hash only where hashes have no salt."""
    stores.accounts.set_password(account, account.password_hash, 7)

    with pytest.raises(LostRaceError):
        stores.accounts.set_password(account, "another", 8)
    with pytest.raises(LostRaceError):
        stores.accounts.set_password(replace(account, generation=6), "another", 8)
    stores.accounts.set_password(replace(account, generation=7), "another", 8)

    assert found(stores, account).generation == 8


def test_a_password_does_not_change_if_the_role_has(stores: Stores, account: Account) -> None:
    """Or an administrator would set that of somebody who is one by now."""
    with pytest.raises(LostRaceError):
        stores.accounts.set_password(replace(account, role=Role.ADMIN), "another", 1)

    assert found(stores, account) == account


def test_nobody_changes_the_password_of_an_account_made_since(stores: Stores, account: Account) -> None:
    stores.accounts.remove(account.username, account.user_id)

    with pytest.raises(LostRaceError):
        stores.accounts.set_password(account, "new hash", 1)

    assert stores.accounts.by_username(account.username) is None


def test_an_account_is_disabled_and_enabled(stores: Stores, account: Account) -> None:
    stores.accounts.set_disabled(account, disabled=True)
    assert found(stores, account).disabled

    stores.accounts.set_disabled(account, disabled=False)
    assert not found(stores, account).disabled


LINK = SignInLink("hash of a link", LATER)


def test_a_link_is_stored_in_place_of_an_older_one_and_used_once(stores: Stores, account: Account) -> None:
    stores.accounts.set_link(account, SignInLink("an older one", LATER))
    older = found(stores, account)
    stores.accounts.set_link(account, LINK)
    with_link = found(stores, account)
    assert with_link == replace(account, link=LINK)

    with pytest.raises(LostRaceError):
        stores.accounts.use_link(older, "new hash", 1, NOW)
    stores.accounts.use_link(with_link, "new hash", 1, NOW)
    used = found(stores, account)
    assert used == replace(account, password_hash="new hash", generation=1, link=None)
    for seen in (with_link, used):
        with pytest.raises(LostRaceError):
            stores.accounts.use_link(seen, "another", 2, NOW)
    assert found(stores, account) == used


@pytest.mark.parametrize(
    ("differs", "now"),
    [
        ({"password_hash": "other"}, NOW),
        ({"generation": 1}, NOW),
        ({"role": Role.ADMIN}, NOW),
        ({"link": SignInLink("other", LATER)}, NOW),
        ({}, LATER),
    ],
)
def test_a_link_is_used_only_with_an_account_that_is_as_it_was_read(
    stores: Stores, account: Account, differs: dict[str, Any], now: int
) -> None:
    stores.accounts.set_link(account, LINK)
    before = found(stores, account)

    with pytest.raises(LostRaceError):
        stores.accounts.use_link(replace(before, **differs), "new hash", 2, now)

    assert found(stores, account) == before


@pytest.mark.parametrize("differs", [{"password_hash": "other"}, {"role": Role.ADMIN}])
def test_a_link_is_stored_only_with_an_account_that_is_as_it_was_read(
    stores: Stores, account: Account, differs: dict[str, Any]
) -> None:
    with pytest.raises(LostRaceError):
        stores.accounts.set_link(replace(account, **differs), LINK)

    assert found(stores, account) == account


def test_a_disabled_account_has_no_link_and_gets_none(stores: Stores, account: Account) -> None:
    stores.accounts.set_link(account, LINK)
    with_link = found(stores, account)
    stores.accounts.set_disabled(account, disabled=True)

    with pytest.raises(LostRaceError):
        stores.accounts.use_link(with_link, "new hash", 1, NOW)
    with pytest.raises(LostRaceError):
        stores.accounts.set_link(account, LINK)

    assert found(stores, account) == replace(account, disabled=True)


def test_an_account_that_is_enabled_keeps_its_link(stores: Stores, account: Account) -> None:
    """Enabling what is enabled already, as a repeated call would, voids nothing."""
    stores.accounts.set_link(account, LINK)

    stores.accounts.set_disabled(account, disabled=False)

    assert found(stores, account) == replace(account, link=LINK)


def test_an_account_of_that_name_made_since_is_not_removed(stores: Stores, account: Account) -> None:
    """As a repeated write would."""
    stores.accounts.remove(account.username, account.user_id)
    stranger = Account(account.username, token_hex(16), "hash", LATER)
    stores.accounts.add(stranger)

    stores.accounts.remove(account.username, account.user_id)

    assert found(stores, stranger) == stranger


def test_an_account_that_is_gone_does_not_come_back(stores: Stores, account: Account) -> None:
    stores.accounts.remove(account.username, account.user_id)
    stores.accounts.remove(account.username, account.user_id)

    with pytest.raises(LostRaceError):
        stores.accounts.set_disabled(account, disabled=True)

    assert stores.accounts.by_username(account.username) is None


def test_what_is_in_the_audit_log_is_not_added_again(stores: Stores) -> None:
    long_ago = NOW - 100 * 24 * AN_HOUR_MS
    entry = Entry(
        f"{long_ago:015d}-{token_hex(4)}", long_ago, "root", "pause queue", "ada", "root's id", "ada's id"
    )

    for _ in range(2):  # the second time as a repeated write would
        stores.audit.add(entry)

    assert list(stores.audit.page(entry.month, None, 100)).count(entry) == 1


def test_the_audit_log_is_read_from_its_newest_entry_on(stores: Stores) -> None:
    entries = [Entry(f"{i}-{token_hex(2)}", NOW + i, "root", "pause queue", "ada") for i in range(3)]
    for entry in entries:
        stores.audit.add(entry)
    stores.audit.add(Entry("other", LATER + 62 * 24 * AN_HOUR_MS, "root", "of another month", "ada"))

    newest = stores.audit.page(entries[0].month, None, 2)
    older = stores.audit.page(entries[0].month, newest[-1].entry_id, 2)

    assert [*newest, *older] == entries[::-1]


def test_entries_about_one_user_are_read_without_the_others(stores: Stores) -> None:
    ada, month_ms = f"ada-{token_hex(4)}", 31 * 24 * AN_HOUR_MS
    moments = [NOW, NOW + month_ms, NOW + 2 * month_ms]
    entries = [
        Entry(f"{at:015d}-{token_hex(4)}", at, "root", "pause queue", ada, "root's id", ada) for at in moments
    ]
    for entry in entries:
        stores.audit.add(entry)
    for subject, subject_id in ((ada, ""), ("bob", f"bob-{token_hex(4)}")):
        stores.audit.add(Entry(f"{NOW:015d}-{token_hex(4)}", NOW, "root", "deed", subject, "", subject_id))

    newest = stores.audit.page_about(ada, None, 2)
    older = stores.audit.page_about(ada, newest[-1].entry_id, 2)

    assert [*newest, *older] == entries[::-1]
