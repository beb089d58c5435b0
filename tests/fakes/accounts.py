"""Accounts, sessions, counts of tries and the audit log in memory."""

from collections.abc import Sequence
from dataclasses import replace
from threading import Lock

from chalicelib.core.account import Account, Role
from chalicelib.core.audit import Entry
from chalicelib.core.errors import LostRaceError
from chalicelib.core.request import Millis
from chalicelib.core.session import IDLE_MS, LONGEST_MS, RefreshToken, Session
from chalicelib.core.tries import Tries
from tests.fakes.queues import require


class FakeAccounts:
    def __init__(self) -> None:
        self.accounts: dict[str, Account] = {}

    def add(self, account: Account) -> None:
        require(account.username not in self.accounts)
        self.accounts[account.username] = account

    def by_username(self, username: str) -> Account | None:
        return self.accounts.get(username)

    def set_password(self, account: Account, password_hash: str, generation: int) -> None:
        found = self._existing(account)
        require((found.password_hash, found.generation) == (account.password_hash, account.generation))
        self.accounts[account.username] = replace(found, password_hash=password_hash, generation=generation)

    def set_disabled(self, account: Account, *, disabled: bool) -> None:
        self.accounts[account.username] = replace(self._existing(account), disabled=disabled)

    def remove(self, username: str, user_id: str) -> None:
        found = self.accounts.get(username)
        if found and found.user_id == user_id:
            del self.accounts[username]

    def _existing(self, account: Account) -> Account:
        found = self.accounts.get(account.username)
        if found is None or found.user_id != account.user_id:
            raise LostRaceError
        return found


class FakeSessions:
    def __init__(self) -> None:
        self.sessions: dict[str, Session] = {}
        self.waits: dict[tuple[str, int], Millis] = {}  # by session and slot: until when it is taken
        self._lock = Lock()

    def add(self, session: Session) -> None:
        self.sessions[session.session_id] = session

    def get(self, session_id: str) -> Session | None:
        return self.sessions.get(session_id)

    def several(self, session_ids: Sequence[str]) -> Sequence[Session]:
        return [self.sessions[id_] for id_ in session_ids if id_ in self.sessions]

    def rotate(
        self, token: RefreshToken, successor: RefreshToken, now: Millis, expires_at: Millis
    ) -> Session:
        with self._lock:
            found = self.sessions.get(token.session_id)
            if found is None or found.is_guessed(token):
                raise LostRaceError
            require(found.refresh_hash == token.hash and found.over_at > now)
            rotated = replace(
                found,
                previous_hash=token.hash,
                sealed=token.seal(successor),
                refresh_hash=successor.hash,
                refreshed_at=now,
                expires_at=expires_at,
            )
            self.sessions[token.session_id] = rotated
            return rotated

    def remove(self, session_id: str, user_id: str) -> None:
        found = self.sessions.get(session_id)
        if found and found.user_id == user_id:
            del self.sessions[session_id]
            self.waits = {place: until for place, until in self.waits.items() if place[0] != session_id}

    def occupy(self, session_id: str, slot: int, until: Millis, now: Millis) -> None:
        with self._lock:
            require(session_id in self.sessions)
            require(self.waits.get((session_id, slot), 0) <= now)
            self.waits[session_id, slot] = until

    def vacate(self, session_id: str, slot: int, until: Millis) -> None:
        with self._lock:
            if self.waits.get((session_id, slot)) == until:
                del self.waits[session_id, slot]


def new_session(session_id: str, user_id: str, now: Millis) -> Session:
    return Session(
        session_id=session_id,
        user_id=user_id,
        username=user_id,
        role=Role.USER,
        client="a client",
        family_hash="family",
        refresh_hash="refresh",
        created_at=now,
        refreshed_at=now,
        expires_at=now + IDLE_MS,
        ends_at=now + LONGEST_MS,
    )


class FakeTryCounts:
    def __init__(self) -> None:
        self.tries: dict[str, Tries] = {}
        self._lock = Lock()

    def begin(self, subject: str, tries: Tries) -> None:
        with self._lock:
            found = self.tries.get(subject)
            require(found is None or found.forgotten_at <= tries.last_at)
            self.tries[subject] = tries

    def get(self, subject: str) -> Tries | None:
        return self.tries.get(subject)

    def replace(self, subject: str, seen: Tries, tries: Tries) -> None:
        with self._lock:
            require(self.tries.get(subject) == seen)
            self.tries[subject] = tries

    def forget(self, subject: str) -> None:
        self.tries.pop(subject, None)


class FakeAudit:
    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def add(self, entry: Entry) -> None:
        if entry not in self.entries:
            self.entries.append(entry)

    def page(self, month: str, before: str | None, limit: int) -> Sequence[Entry]:
        found = [e for e in self.entries if e.month == month and (before is None or e.entry_id < before)]
        return sorted(found, key=lambda entry: entry.entry_id, reverse=True)[:limit]
