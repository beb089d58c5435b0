"""Signing in with username and password."""

import logging
from dataclasses import dataclass, replace

from chalicelib.core.errors import LostRaceError, TooManyError, UnauthenticatedError, UnavailableError
from chalicelib.core.identity.account import Account, Credentials, folded
from chalicelib.core.identity.client import Client
from chalicelib.core.identity.guesses import Guesses
from chalicelib.core.identity.ports import Accounts, Passwords
from chalicelib.core.identity.sessions import Sessions
from chalicelib.core.log_events import log_event

TRIES = 5  # each further one is needed only if the password was changed during the one before


@dataclass(frozen=True, slots=True)
class SignIn:
    """Opens a session for whoever knows the password, and bounds the guesses of others."""

    accounts: Accounts
    passwords: Passwords
    guesses: Guesses
    sessions: Sessions

    def __call__(self, username: str, password: str, client: Client) -> Credentials:
        """Raises UnauthenticatedError, in the same words for unknown and disabled users and wrong passwords.

        Raises TooManyError after too many of them.
        """
        name = folded(username)
        try:
            account = self._guessed(name, password, client)
        except TooManyError as error:
            self._log_refusal(name, error.code)
            raise
        return self.start(self._with_current_hash(account, password), password, client)

    def _guessed(self, name: str, password: str, client: Client) -> Account:
        """The account of that name, if the password opens it. It counts as a guess."""
        account = self.accounts.by_username(name)
        guess = self.guesses.admit(account.user_id if account else name, client.network)
        try:
            opened = self._opened(name, account, password)
        except UnauthenticatedError:
            self.guesses.failed(guess)
            raise
        self.guesses.succeeded(guess)
        return opened

    def _opened(self, name: str, account: Account | None, password: str) -> Account:
        right = self.passwords.verify(account.password_hash if account else None, password)
        if account is None:
            raise self._refusal(name, "unknown user")
        if not right:
            raise self._refusal(name, "wrong password", account)
        if account.disabled:
            raise self._refusal(name, "disabled", account)
        return account

    def _with_current_hash(self, account: Account, password: str) -> Account:
        """The parameters of hashing grow with the years; only now is the password at hand."""
        if not self.passwords.is_outdated(account.password_hash):
            return account
        renewed = self.passwords.hash(password)
        try:
            self.accounts.set_password(account, renewed, account.generation)
        except LostRaceError:  # changed meanwhile: then it is new anyway
            return account
        log_event("password hash renewed", user=account.user_id)
        return replace(account, password_hash=renewed)

    def start(self, account: Account, password: str, client: Client) -> Credentials:
        """The session is opened only if nobody has changed the password since it was verified."""
        for _ in range(TRIES):
            try:
                return self.sessions.start(account, client.name)
            except LostRaceError:
                found = self.accounts.by_username(account.username)
                account = self._caught_up(self._opened(account.username, found, password))
        raise UnavailableError("The password is being changed. Try again.")

    def _caught_up(self, account: Account) -> Account:
        """The account, at the generation of its queue.

        It is behind while a change of the password is between its two writes, or was interrupted there. The
        password that it has is still the right one, so the account catches up. A change that is still on its
        way then finds the account changed, and begins anew.
        """
        queue = self.sessions.queues.get(account.user_id)
        if queue is None or queue.generation == account.generation:
            if queue and queue.blocked:
                raise self._refusal(account.username, "disabled", account)
            return account
        try:
            self.accounts.set_password(account, account.password_hash, queue.generation)
        except LostRaceError:
            return account  # as it was: its session will not be opened, and it is read again
        return replace(account, generation=queue.generation)

    def _refusal(self, name: str, reason: str, account: Account | None = None) -> UnauthenticatedError:
        self._log_refusal(name, reason, user=account.user_id if account else None)
        return UnauthenticatedError("The username or the password is wrong.", code="wrong_credentials")

    def _log_refusal(self, name: str, reason: str, **fields: str | None) -> None:
        """A password may have been typed as the username, so a pseudonym of it is logged."""
        subject = self.sessions.tokens.pseudonym(name)
        log_event("sign-in refused", level=logging.WARNING, reason=reason, subject=subject, **fields)
