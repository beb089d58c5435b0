"""Accounts and their sessions."""

from chalicelib.adapters.dynamodb.errors import translated
from chalicelib.adapters.dynamodb.tables import Tables
from chalicelib.core.account import Account, Session


class DynamoAccounts:
    def __init__(self, tables: Tables) -> None:
        self._accounts = tables.accounts
        self._sessions = tables.sessions

    def add(self, account: Account) -> None:
        item = self._accounts(
            username=account.username,
            user_id=account.user_id,
            password_hash=account.password_hash,
            role=account.role,
            created_at=account.created_at,
        )
        with translated():
            item.save(condition=self._accounts.username.does_not_exist())

    def by_username(self, username: str) -> Account | None:
        with translated():
            try:
                item = self._accounts.get(username, consistent_read=True)
            except self._accounts.DoesNotExist:
                return None
        return Account(
            username=item.username,
            user_id=item.user_id,
            password_hash=item.password_hash,
            created_at=int(item.created_at),
            role=item.role,
        )

    def add_session(self, session: Session) -> None:
        item = self._sessions(
            session_id=session.session_id,
            user_id=session.user_id,
            refresh_hash=session.refresh_hash,
            created_at=session.created_at,
            expires_at=session.expires_at // 1000,
        )
        with translated():
            item.save()

    def remove_session(self, session_id: str) -> None:
        with translated():
            self._sessions(session_id).delete()
