"""Accounts, sessions, keys of services, counts of tries and the audit log in memory."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from threading import Lock

from chalicelib.adapters.memory.tables import require
from chalicelib.core.errors import LostRaceError
from chalicelib.core.identity.account import Account, Role
from chalicelib.core.identity.audit import Entry
from chalicelib.core.identity.services import Service
from chalicelib.core.identity.session import IDLE_MS, LONGEST_MS, RefreshToken, Session
from chalicelib.core.identity.sign_in_links import SignInLink
from chalicelib.core.identity.tries import Tries
from chalicelib.core.queueing.access import needs_session
from chalicelib.core.rates import Withdrawal
from chalicelib.core.time import Millis


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
        require(found.role == account.role)
        self.accounts[account.username] = replace(found, password_hash=password_hash, generation=generation)

    def set_link(self, account: Account, link: SignInLink) -> None:
        found = self._existing(account)
        require((found.password_hash, found.role) == (account.password_hash, account.role))
        require(not found.disabled)
        self.accounts[account.username] = replace(found, link=link)

    def use_link(self, account: Account, password_hash: str, generation: int, now: Millis) -> None:
        found = self._existing(account)
        require(found.link is not None and found.link == account.link and found.link.expires_at > now)
        require(found.role == account.role and not found.disabled)
        self.set_password(account, password_hash, generation)
        self.accounts[account.username] = replace(self.accounts[account.username], link=None)

    def set_disabled(self, account: Account, *, disabled: bool) -> None:
        found = self._existing(account)
        link = None if disabled else found.link
        self.accounts[account.username] = replace(found, disabled=disabled, link=link)

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

    def get_many(self, session_ids: Sequence[str]) -> Sequence[Session]:
        return [self.sessions[id_] for id_ in session_ids if id_ in self.sessions]

    def rotate(
        self, token: RefreshToken, successor: RefreshToken, now: Millis, expires_at: Millis, origin: str
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
                refreshed_by=origin,
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
            require(session_id in self.sessions or not needs_session(session_id))
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


class FakeServices:
    def __init__(self) -> None:
        self.services: dict[str, Service] = {}
        self.reads = 0

    def add(self, service: Service) -> None:
        require(self.services.get(service.key_id) in (None, service))
        self.services[service.key_id] = service

    def get(self, key_id: str) -> Service | None:
        self.reads += 1
        return self.services.get(key_id)

    def all(self) -> Sequence[Service]:
        return list(self.services.values())

    def note_use(self, service: Service, now: Millis) -> None:
        found = self.services.get(service.key_id)
        if found is None or found.last_used_at != service.last_used_at:
            raise LostRaceError
        self.services[service.key_id] = replace(found, last_used_at=now)

    def withdraw(self, key_id: str, withdrawal: Withdrawal) -> Service:
        found = self.services.get(key_id)
        if found is None or not withdrawal.finds(found.arrival):
            raise LostRaceError
        self.services[key_id] = replace(found, arrival=withdrawal.leaves(found.arrival))
        return self.services[key_id]

    def remove(self, key_id: str) -> None:
        require(key_id in self.services)
        del self.services[key_id]


class FakeTryCounts:
    def __init__(self) -> None:
        self.tries: dict[str, Tries] = {}
        self.failures: Counter[str] = Counter()  # by budget
        self._lock = Lock()

    def admit(self, subject: str, now: Millis) -> Tries:
        with self._lock:
            found = self.tries.get(subject, Tries(0, now))
            require(found.is_free(now))
            return self._put(subject, replace(found, count=found.count + 1, last_at=now))

    def get(self, subject: str) -> Tries | None:
        return self.tries.get(subject)

    def replace(self, subject: str, seen: Tries, tries: Tries) -> Tries:
        with self._lock:
            require(self.tries.get(subject) == seen)
            return self._put(subject, tries)

    def fail(self, subject: str) -> None:
        with self._lock:
            found = self._existing(subject)
            self._put(subject, replace(found, failed=found.failed + 1))

    def succeed(self, subject: str, seen: Tries, known_until: Millis) -> None:
        with self._lock:
            found = self._existing(subject)
            require(found.failed == seen.failed)
            left = found.count - seen.failed - 1
            self._put(subject, replace(found, count=left, failed=0, known_until=known_until))

    def take_back(self, subject: str) -> None:
        with self._lock:
            found = self._existing(subject)
            self._put(subject, replace(found, count=found.count - 1))

    def remember(self, subject: str, known_until: Millis) -> None:
        self._put(subject, replace(self.tries.get(subject, Tries(0, 0)), known_until=known_until))

    def spend(self, budget: str, expires_at: Millis) -> None:
        self.failures[budget] += 1

    def spent(self, budgets: Sequence[str]) -> Mapping[str, int]:
        return {budget: self.failures[budget] for budget in budgets if self.failures[budget]}

    def _existing(self, subject: str) -> Tries:
        found = self.tries.get(subject)
        if found is None:
            raise LostRaceError
        return found

    def _put(self, subject: str, tries: Tries) -> Tries:
        self.tries[subject] = tries
        return tries


class FakeAudit:
    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def add(self, entry: Entry) -> None:
        if entry not in self.entries:
            self.entries.append(entry)

    def page(self, month: str, before: str | None, limit: int) -> Sequence[Entry]:
        return self._newest([entry for entry in self.entries if entry.month == month], before, limit)

    def page_about(self, user_id: str, before: str | None, limit: int) -> Sequence[Entry]:
        return self._newest([entry for entry in self.entries if entry.subject_id == user_id], before, limit)

    @staticmethod
    def _newest(found: Sequence[Entry], before: str | None, limit: int) -> Sequence[Entry]:
        earlier = [entry for entry in found if before is None or entry.entry_id < before]
        return sorted(earlier, key=lambda entry: entry.entry_id, reverse=True)[:limit]
