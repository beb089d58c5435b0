"""Sign in."""

from contextlib import suppress
from dataclasses import dataclass

from chalicelib.core.account import Account, Credentials, folded
from chalicelib.core.account_ports import Accounts, Passwords
from chalicelib.core.errors import ForbiddenError, LostRaceError, UnauthenticatedError
from chalicelib.core.events import tell
from chalicelib.core.sessions import Sessions
from chalicelib.core.throttle import Throttle


@dataclass(frozen=True, slots=True)
class SignIn:
    accounts: Accounts
    passwords: Passwords
    throttle: Throttle
    sessions: Sessions

    def __call__(self, username: str, password: str, client: str = "") -> Credentials:
        """Raises UnauthenticatedError, which does not tell an unknown user from a wrong password.

        Raises TooManyError after too many of them, ForbiddenError for who may not sign in any more.
        """
        name = folded(username)
        subject = f"sign-in {name}"
        self.throttle.admit(subject)
        account = self.accounts.by_username(name)
        right = self.passwords.verify(account.password_hash if account else None, password)
        if account is None or not right:
            tell("sign-in refused", user=account and account.user_id)
            raise UnauthenticatedError("The username or the password is wrong.")
        self.throttle.forgive(subject)
        self._renew_hash(account, password)
        if account.disabled:
            raise ForbiddenError("This account is disabled. Ask an administrator.")
        return self.sessions.start(account, client)

    def _renew_hash(self, account: Account, password: str) -> None:
        """The parameters of hashing grow with the years; only now is the password at hand."""
        if not self.passwords.is_outdated(account.password_hash):
            return
        with suppress(LostRaceError):  # changed meanwhile: then it is new anyway
            self.accounts.set_password(account, self.passwords.hash(password))
            tell("password hash renewed", user=account.user_id)
