"""What identity needs of the outside: stores, and whoever keeps secrets."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from chalicelib.core.identity.account import Account, Principal
from chalicelib.core.identity.audit import Entry
from chalicelib.core.identity.services import Service
from chalicelib.core.identity.session import RefreshToken, Session
from chalicelib.core.identity.sign_in_links import SignInLink
from chalicelib.core.identity.tries import Tries
from chalicelib.core.time import Millis

if TYPE_CHECKING:
    from chalicelib.core.rates import Withdrawal


class Accounts(Protocol):
    """Accounts, by username. Writes raise LostRaceError when their condition does not hold."""

    def add(self, account: Account) -> None:
        """On condition that the username is free."""
        ...

    def by_username(self, username: str) -> Account | None: ...

    def set_password(self, account: Account, password_hash: str, generation: int) -> None:
        """On condition that hash, generation and role are as `account` has them."""
        ...

    def set_link(self, account: Account, link: SignInLink) -> None:
        """In place of an older link.

        On condition that hash and role are as `account` has them, and that the account is not disabled.
        """
        ...

    def use_link(self, account: Account, password_hash: str, generation: int, now: Millis) -> None:
        """As `set_password`, and delete the link.

        On condition also that the link is as `account` has it and expires after `now`, and that the account
        is not disabled.
        """
        ...

    def set_disabled(self, account: Account, *, disabled: bool) -> None:
        """Disabling deletes its link too. On condition that the account is still there."""
        ...

    def remove(self, username: str, user_id: str) -> None:
        """If it is this user's; harmless if there is none, or another user's of that name."""
        ...


class SessionStore(Protocol):
    """The part of a session that need not be in the queue item: its refresh tokens and its client."""

    def add(self, session: Session) -> None: ...

    def get(self, session_id: str) -> Session | None: ...

    def get_many(self, session_ids: Sequence[str]) -> Sequence[Session]:
        """These sessions as far as they exist, in no particular order."""
        ...

    def rotate(
        self, token: RefreshToken, successor: RefreshToken, now: Millis, expires_at: Millis, origin: str
    ) -> Session:
        """Replace the refresh token. Conditions: `token` is the current one, and the session is not over.

        `origin` is stored with the session. A client that repeats the call from its network has the same one.
        """
        ...

    def remove(self, session_id: str, user_id: str) -> None:
        """If it is this user's; harmless if there is none."""
        ...


class TryCounts(Protocol):
    """Counts of tries, by subject. Writes raise LostRaceError when their condition does not hold."""

    def admit(self, subject: str, now: Millis) -> Tries:
        """Count one more. On condition that it is free: that there is no count, or `Tries.is_free`."""
        ...

    def get(self, subject: str) -> Tries | None: ...

    def replace(self, subject: str, seen: Tries, tries: Tries) -> Tries:
        """On condition that the count is still as `seen`."""
        ...

    def fail(self, subject: str) -> None:
        """One of those counted has failed. On condition that there is a count."""
        ...

    def succeed(self, subject: str, seen: Tries, known_until: Millis) -> None:
        """One of those counted was right, and those that had failed are forgotten.

        On condition that no more and no fewer have failed than in `seen`.
        """
        ...

    def take_back(self, subject: str) -> None:
        """One of those counted was not made. On condition that there is a count."""
        ...

    def remember(self, subject: str, known_until: Millis) -> None:
        """Note that the subject is known until then, as after a right try."""
        ...

    def spend(self, budget: str, expires_at: Millis) -> None:
        """Count one more failure against a budget, which is kept at least until then."""
        ...

    def spent(self, budgets: Sequence[str]) -> Mapping[str, int]:
        """Failures by budget, for those that have any."""
        ...


class ServiceStore(Protocol):
    """The keys of services, by id. Writes raise LostRaceError when their condition does not hold."""

    def add(self, service: Service) -> None:
        """On condition that there is no such key. A repeated write finds its own, which is harmless."""
        ...

    def get(self, key_id: str) -> Service | None: ...

    def all(self) -> Sequence[Service]:
        """In no particular order."""
        ...

    def note_use(self, service: Service, now: Millis) -> None:
        """Note when it was used last. On condition that this is as `service` has it."""
        ...

    def withdraw(self, key_id: str, withdrawal: "Withdrawal") -> Service:
        """Take tokens out of the key's bucket. On condition that it is there and as the withdrawal has it."""
        ...

    def remove(self, key_id: str) -> None:
        """On condition that it is there."""
        ...


class AuditTrail(Protocol):
    """The audit log: an entry is written once and never changed."""

    def add(self, entry: Entry) -> None:
        """Harmless if it is there already, which a repeated write finds."""
        ...

    def page(self, month: str, before: str | None, limit: int) -> Sequence[Entry]:
        """Of that month, the newest first; those before the entry id `before`."""
        ...

    def page_about(self, user_id: str, before: str | None, limit: int) -> Sequence[Entry]:
        """Likewise those about this user, of all months. From an index, which may be late.

        Entries without `subject_id` are not among them.
        """
        ...


class Passwords(Protocol):
    """Hashes passwords and verifies them."""

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
    """Issues access tokens and verifies them."""

    def issue(self, principal: Principal, now: Millis, seconds: int | None = None) -> tuple[str, int]:
        """An access token and the seconds it lives: `seconds`, or as long as those of sessions do."""
        ...

    def verify(self, token: str) -> Principal:
        """Raises UnauthenticatedError."""
        ...

    def pseudonym(self, text: str) -> str:
        """The same for the same text, and nobody without our keys can tell the text from it."""
        ...


class IdentityProvider(Protocol):
    """Somebody else's sign-in, whose tokens are accepted."""

    def has_issued(self, token: str) -> bool:
        """Whether the token says so. Nothing of it is verified."""
        ...

    def verify(self, token: str) -> Principal:
        """Raises UnauthenticatedError; UnavailableError if the provider's keys cannot be read."""
        ...
