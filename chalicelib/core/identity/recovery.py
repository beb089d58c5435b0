"""A new password for a user who has forgotten theirs: by a link, or set by an administrator.

Both are the two writes of a change of the password, and both end all sessions. First the queue begins a new
generation without any session, then the account gets the hash and that generation. See docs/security.md.
"""

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

from chalicelib.core.errors import (
    ConflictError,
    LostRaceError,
    NotFoundError,
    UnauthenticatedError,
    UnavailableError,
)
from chalicelib.core.identity.account import Account, Credentials
from chalicelib.core.identity.client import Client
from chalicelib.core.identity.guesses import Guesses
from chalicelib.core.identity.passwords import hash_new
from chalicelib.core.identity.ports import Accounts, Passwords
from chalicelib.core.identity.sign_in import SignIn
from chalicelib.core.identity.sign_in_links import LinkToken, SignInLink
from chalicelib.core.log_events import log_event
from chalicelib.core.queueing.queue import Queue
from chalicelib.core.queueing.queue_store import Connections, QueueStore
from chalicelib.core.time import Clock

CHANGES = 5  # each further one is needed only if the account or its sessions changed during the one before
CHANGED = "The account was changed at the same moment. Try again."
VOID = "The link is not valid: it was used, has expired, or is void. Ask for a new one."

type Write = Callable[[Account, int], None]  # of the password, in this generation
type Check = Callable[[Account | None], Account]  # gives the account if its password may still be set


@dataclass(frozen=True, slots=True)
class Recovery:
    """Makes links, and sets new passwords with them or without."""

    accounts: Accounts
    queues: QueueStore
    connections: Connections
    passwords: Passwords
    guesses: Guesses
    sign_in: SignIn
    clock: Clock

    def make_link(self, account: Account, seconds: int) -> tuple[LinkToken, SignInLink]:
        """A new link; every older one is void.

        Raises ConflictError if the account is disabled, or has changed since it was read.
        """
        if account.disabled:
            raise ConflictError("The account is disabled. Enable it first.", code="account_disabled")
        token = LinkToken.new(account.username)
        link = token.link(account.password_hash, account.role, self.clock.now() + seconds * 1000)
        try:
            self.accounts.set_link(account, link)
        except LostRaceError:
            found = self.accounts.by_username(account.username)
            if found is None or found.link != link:  # equal: the answer was lost, and the write was repeated
                raise ConflictError(CHANGED, code="changed_meanwhile") from None
        log_event("sign-in link made", user=account.user_id, expires_at=link.expires_at)
        return token, link

    def use_link(self, text: str, password: str, client: Client) -> Credentials:
        """Set the password, end all sessions, and start a new one. A link can be used once.

        A password that is refused leaves the link as it is. Raises UnauthenticatedError in the same words for
        every link that is not valid, InvalidInputError, TooManyError.
        """
        token = LinkToken.parse(text)
        if token is None:
            raise UnauthenticatedError(VOID, code="invalid_link")
        account = self._admitted(token, client)
        password_hash = hash_new(self.passwords, password, account.username, "new_password")

        def write(seen: Account, generation: int) -> None:
            self.accounts.use_link(seen, password_hash, generation, self.clock.now())

        changed = self._change(account, password_hash, write, lambda found: self._opened(token, found))
        self.guesses.remember(changed.user_id, client.network)
        return self.sign_in.start(changed, password, client)

    def set_password(self, account: Account, password: str) -> None:
        """End all sessions, and set the password. Raises InvalidInputError, NotFoundError.

        Raises ConflictError if the role has changed since the account was read: the caller has decided by it.
        """
        password_hash = hash_new(self.passwords, password, account.username)

        def write(seen: Account, generation: int) -> None:
            self.accounts.set_password(seen, password_hash, generation)

        def same(found: Account | None) -> Account:
            if found is None or found.user_id != account.user_id:
                raise NotFoundError("This account no longer exists.")
            if found.role is not account.role:
                raise ConflictError(CHANGED, code="changed_meanwhile")
            return found

        self._change(account, password_hash, write, same)

    def _admitted(self, token: LinkToken, client: Client) -> Account:
        """Counted apart from passwords: whoever has guessed those too often may still use a link."""
        found = self.accounts.by_username(token.username)
        guess = self.guesses.admit(f"link {found.user_id if found else token.username}", client.network)
        try:
            account = self._opened(token, found)
        except UnauthenticatedError:
            self.guesses.failed(guess)
            user = found.user_id if found else None
            log_event("sign-in link refused", level=logging.WARNING, user=user)
            raise
        self.guesses.succeeded(guess)
        return account

    def _opened(self, token: LinkToken, account: Account | None) -> Account:
        now = self.clock.now()
        if (
            account is None
            or account.disabled
            or not token.opens(account.link, account.password_hash, account.role, now)
        ):
            raise UnauthenticatedError(VOID, code="invalid_link")
        return account

    def _change(self, account: Account, password_hash: str, write: Write, check: Check) -> Account:
        """The account with its new password. Raises what `check` raises.

        The queue is read before the account. So a call that finds its link unused has a queue without the
        session that another call has opened with the link, and does not end that session.
        """
        for _ in range(CHANGES):
            queue = self.queues.get(account.user_id)
            gone = queue is not None and queue.deleted_at is not None
            seen = check(None if gone else self.accounts.by_username(account.username))
            with suppress(LostRaceError):
                generation = self._begin_generation(seen, queue)
                changed = replace(seen, password_hash=password_hash, generation=generation)
                self._write(changed, lambda: write(seen, generation))  # noqa: B023 - it is called at once
                log_event("password changed", user=account.user_id)
                self.sign_in.sessions.delete_stored(account.user_id, list(queue.sessions) if queue else [])
                return changed
        raise UnavailableError("The account is being changed at this moment. Try again.")

    def _begin_generation(self, account: Account, queue: Queue | None) -> int:
        """Raises LostRaceError if the queue or its sessions are not as they were read."""
        if queue is not None:
            return self.connections.evict_all(queue).generation
        generation, now = account.generation + 1, self.clock.now()
        self.connections.create_closed(account.user_id, generation, now, account.username)
        return generation

    def _write(self, changed: Account, write: Callable[[], None]) -> None:
        """Raises LostRaceError if the account is not as it was read."""
        try:
            write()
        except LostRaceError:
            found = self.accounts.by_username(changed.username)
            if found is None or replace(found, link=changed.link) != changed:
                raise  # equal: the answer was lost, and the repeated write was refused
