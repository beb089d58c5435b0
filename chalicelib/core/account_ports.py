"""What the core needs of the outside for accounts: stores, and the keepers of secrets."""

from collections.abc import Sequence
from typing import Protocol

from chalicelib.core.account import Account, Principal
from chalicelib.core.audit import Entry
from chalicelib.core.request import Millis
from chalicelib.core.session import RefreshToken, Session
from chalicelib.core.tries import Tries


class Accounts(Protocol):
    """Writes raise LostRaceError when their condition does not hold."""

    def add(self, account: Account) -> None:
        """On condition that the username is free."""
        ...

    def by_username(self, username: str) -> Account | None: ...

    def set_password(self, account: Account, password_hash: str, generation: int) -> None:
        """On condition that hash and generation are as `account` has them."""
        ...

    def set_disabled(self, account: Account, *, disabled: bool) -> None:
        """On condition that the account is still there."""
        ...

    def remove(self, username: str, user_id: str) -> None:
        """If it is this user's; harmless if there is none, or another user's of that name."""
        ...


class SessionStore(Protocol):
    """What belongs to a session but need not be in the queue item."""

    def add(self, session: Session) -> None: ...

    def get(self, session_id: str) -> Session | None: ...

    def several(self, session_ids: Sequence[str]) -> Sequence[Session]:
        """Those that there are, in no order."""
        ...

    def rotate(
        self, token: RefreshToken, successor: RefreshToken, now: Millis, expires_at: Millis
    ) -> Session:
        """On condition that `token` is the current one and that the session is not over."""
        ...

    def remove(self, session_id: str, user_id: str) -> None:
        """If it is this user's; harmless if there is none."""
        ...


class TryCounts(Protocol):
    """Counts of tries, by subject. Writes raise LostRaceError when their condition does not hold."""

    def begin(self, subject: str, tries: Tries) -> None:
        """On condition that there is no count, or that it is forgotten by then."""
        ...

    def get(self, subject: str) -> Tries | None: ...

    def replace(self, subject: str, seen: Tries, tries: Tries) -> None:
        """On condition that the count is still as `seen`."""
        ...

    def forget(self, subject: str) -> None: ...


class AuditTrail(Protocol):
    """Written once, never changed."""

    def add(self, entry: Entry) -> None:
        """Harmless if it is there already, which a repeated write finds."""
        ...

    def page(self, month: str, before: str | None, limit: int) -> Sequence[Entry]:
        """Of that month, the newest first; those before the entry id `before`."""
        ...


class Passwords(Protocol):
    def hash(self, password: str) -> str: ...

    def verify(self, password_hash: str | None, password: str) -> bool:
        """Takes as long when there is no hash to verify against."""
        ...

    def is_outdated(self, password_hash: str) -> bool:
        """Whether it was made with other parameters than new ones are."""
        ...

    def is_common(self, password: str) -> bool:
        """Whether it is among the most common passwords."""
        ...


class Tokens(Protocol):
    def issue(self, principal: Principal, now: Millis) -> tuple[str, int]:
        """An access token and the seconds it lives."""
        ...

    def verify(self, token: str) -> Principal:
        """Raises UnauthenticatedError."""
        ...
