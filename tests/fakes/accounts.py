"""Accounts and their sessions in memory."""

from chalicelib.core.account import Account, Session
from chalicelib.core.errors import LostRaceError


class FakeAccounts:
    def __init__(self) -> None:
        self.accounts: dict[str, Account] = {}
        self.sessions: dict[str, Session] = {}

    def add(self, account: Account) -> None:
        if account.username in self.accounts:
            raise LostRaceError
        self.accounts[account.username] = account

    def by_username(self, username: str) -> Account | None:
        return self.accounts.get(username)

    def add_session(self, session: Session) -> None:
        self.sessions[session.session_id] = session

    def remove_session(self, session_id: str) -> None:
        self.sessions.pop(session_id, None)
