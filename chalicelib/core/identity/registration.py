"""Signing up."""

import secrets
from dataclasses import dataclass

from chalicelib.core.errors import ConflictError, ForbiddenError, InvalidInputError, LostRaceError
from chalicelib.core.identity.account import Account, folded, new_username
from chalicelib.core.identity.client import Client
from chalicelib.core.identity.guesses import Guesses
from chalicelib.core.identity.passwords import faults_of, hash_new
from chalicelib.core.identity.ports import Accounts, Passwords
from chalicelib.core.log_events import log_event
from chalicelib.core.time import Clock


@dataclass(frozen=True, slots=True)
class Registration:
    """Creates accounts, if the operator lets people sign up."""

    accounts: Accounts
    passwords: Passwords
    clock: Clock
    guesses: Guesses
    is_open: bool = True

    def __call__(self, username: str, password: str, client: Client) -> Account:
        """Raises InvalidInputError, ConflictError if the username is taken, ForbiddenError if closed."""
        if not self.is_open:
            raise ForbiddenError(
                "Sign-up is closed. Ask the operator for an account.", code="registration_closed"
            )
        name = self._validated_name(username, password)
        password_hash = hash_new(self.passwords, password, name)
        account = Account(name, secrets.token_hex(16), password_hash, self.clock.now())
        self.guesses.remember(account.user_id, client.network)
        try:
            self.accounts.add(account)
        except LostRaceError:
            # Equal: the answer was lost, and the repeated write was refused.
            if self.accounts.by_username(name) != account:
                raise ConflictError("This username is taken.", code="username_taken") from None
        log_event("user registered", user=account.user_id)
        return account

    def _validated_name(self, username: str, password: str) -> str:
        """The name in its one spelling. The faults of both are told at once: a form shows them together."""
        try:
            return new_username(username)
        except InvalidInputError as error:
            faults = faults_of(self.passwords, password, folded(username), "password")
            raise InvalidInputError.listing(*error.fields, *faults) from None
