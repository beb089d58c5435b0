"""Sign up."""

import secrets
from dataclasses import dataclass

from chalicelib.core.account import Account
from chalicelib.core.errors import ConflictError, LostRaceError
from chalicelib.core.events import tell
from chalicelib.core.ports import Accounts, Clock, Passwords


@dataclass(frozen=True, slots=True)
class Registration:
    accounts: Accounts
    passwords: Passwords
    clock: Clock

    def __call__(self, username: str, password: str) -> Account:
        """Raises ConflictError if the username is taken."""
        account = Account(username, secrets.token_hex(16), self.passwords.hash(password), self.clock.now())
        try:
            self.accounts.add(account)
        except LostRaceError:
            raise ConflictError("This username is taken.") from None
        tell("user registered", user=account.user_id)
        return account
