"""Accounts, by username."""

from contextlib import suppress
from typing import Any

from chalicelib.adapters.dynamodb.errors import translated
from chalicelib.adapters.dynamodb.format import require_readable
from chalicelib.adapters.dynamodb.identity_models import AccountItem
from chalicelib.adapters.dynamodb.records import is_generation
from chalicelib.adapters.dynamodb.tables import Tables
from chalicelib.core.errors import LostRaceError
from chalicelib.core.identity.account import Account, Role
from chalicelib.core.identity.sign_in_links import SignInLink
from chalicelib.core.time import Millis

LONGEST_KEY = 2048  # bytes, says DynamoDB; nor has it empty keys


class DynamoAccounts:
    def __init__(self, tables: Tables) -> None:
        self._accounts = tables.accounts

    def add(self, account: Account) -> None:
        with translated():
            self._item(account).save(condition=self._accounts.username.does_not_exist())

    def by_username(self, username: str) -> Account | None:
        if not 0 < len(username.encode()) <= LONGEST_KEY:
            return None
        with translated():
            try:
                return to_account(self._accounts.get(username, consistent_read=True))
            except self._accounts.DoesNotExist:
                return None

    def set_password(self, account: Account, password_hash: str, generation: int) -> None:
        m = self._accounts
        actions = [m.password_hash.set(password_hash), m.generation.set(generation)]
        self._update(account, actions, self._same_password(account) & (m.role == account.role))

    def set_link(self, account: Account, link: SignInLink) -> None:
        m = self._accounts
        actions = [m.link_hash.set(link.hash), m.link_expires_at.set(link.expires_at)]
        same = (m.password_hash == account.password_hash) & self._may_have_links(account)
        self._update(account, actions, same)

    def use_link(self, account: Account, password_hash: str, generation: int, now: Millis) -> None:
        m, link = self._accounts, account.link
        actions = [m.password_hash.set(password_hash), m.generation.set(generation), *self._no_link()]
        unused: Any = (m.link_hash == (link and link.hash)) & (m.link_expires_at > now)
        self._update(account, actions, self._same_password(account) & unused & self._may_have_links(account))

    def set_disabled(self, account: Account, *, disabled: bool) -> None:
        m = self._accounts
        actions = [m.disabled.set(1), *self._no_link()] if disabled else [m.disabled.remove()]
        self._update(account, actions, m.user_id == account.user_id)

    def _same_password(self, account: Account) -> Any:
        m = self._accounts
        return (m.password_hash == account.password_hash) & is_generation(m.generation, account.generation)

    def _may_have_links(self, account: Account) -> Any:
        m = self._accounts
        return (m.role == account.role) & m.disabled.does_not_exist()

    def _no_link(self) -> list[Any]:
        return [self._accounts.link_hash.remove(), self._accounts.link_expires_at.remove()]

    def remove(self, username: str, user_id: str) -> None:
        with suppress(LostRaceError), translated():
            self._accounts(username).delete(condition=self._accounts.user_id == user_id)

    def _update(self, account: Account, actions: list[Any], condition: Any) -> None:
        with translated():
            self._accounts(account.username).update(actions=actions, condition=condition)

    def _item(self, account: Account) -> AccountItem:
        return self._accounts(
            username=account.username,
            user_id=account.user_id,
            password_hash=account.password_hash,
            role=account.role,
            created_at=account.created_at,
            disabled=1 if account.disabled else None,
            generation=account.generation or None,
        )


def to_account(item: AccountItem) -> Account:
    """Raises NewerItemError."""
    require_readable(item.item_format)
    return Account(
        username=item.username,
        user_id=item.user_id,
        password_hash=item.password_hash,
        created_at=int(item.created_at),
        role=Role(item.role),
        disabled=item.disabled is not None,
        generation=int(item.generation or 0),
        link=SignInLink(item.link_hash, int(item.link_expires_at or 0)) if item.link_hash else None,
    )
