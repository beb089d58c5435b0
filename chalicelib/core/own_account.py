"""What users do to their own account. What cannot be undone asks for the password once more."""

from dataclasses import dataclass

from chalicelib.core.account import Account, Principal
from chalicelib.core.account_ports import Accounts, Passwords
from chalicelib.core.errors import SESSION_ENDED, ForbiddenError, LostRaceError, UnauthenticatedError
from chalicelib.core.events import tell
from chalicelib.core.passwords import hash_new
from chalicelib.core.ports import Clock, Log
from chalicelib.core.sessions import Sessions
from chalicelib.core.throttle import Throttle


@dataclass(frozen=True, slots=True)
class OwnAccount:
    accounts: Accounts
    log: Log
    passwords: Passwords
    throttle: Throttle
    sessions: Sessions
    clock: Clock

    def show(self, principal: Principal) -> Account:
        """Raises UnauthenticatedError."""
        self.sessions.require_live(principal)
        return self._account(principal)

    def change_password(self, principal: Principal, current: str, new: str) -> None:
        """Ends all other sessions.

        Raises ForbiddenError if `current` is wrong, InvalidInputError, TooManyError, UnauthenticatedError.
        """
        account = self._verified(principal, current)
        password_hash = hash_new(self.passwords, new, account.username, "new_password")
        try:
            self.accounts.set_password(account, password_hash)
        except LostRaceError:
            if self._account(principal).password_hash != password_hash:  # else the write was repeated
                raise UnauthenticatedError("The password was changed meanwhile. Sign in again.") from None
        tell("password changed", user=account.user_id)
        self.sessions.end_others(principal)

    def delete(self, principal: Principal, password: str) -> None:
        """At once nobody can use the account; the sweeper removes the data when what runs has ended.

        Raises ForbiddenError if the password is wrong, TooManyError, UnauthenticatedError.
        """
        account = self._verified(principal, password)
        before = self.sessions.require_live(principal)
        self.log.leave(account.user_id, self.clock.now())
        self.sessions.forget(account.user_id, list(before.sessions))
        self.accounts.remove(account)
        tell("account deleted", user=account.user_id)

    def _verified(self, principal: Principal, password: str) -> Account:
        """Throttled apart from sign-ins: strangers who fail there do not keep the user from this."""
        self.sessions.require_live(principal)
        account = self._account(principal)
        subject = f"password {account.user_id}"
        self.throttle.admit(subject)
        if not self.passwords.verify(account.password_hash, password):
            raise ForbiddenError("The password is wrong.")
        self.throttle.forgive(subject)
        return account

    def _account(self, principal: Principal) -> Account:
        account = self.accounts.by_username(principal.username)
        if account is None or account.user_id != principal.user_id:
            raise UnauthenticatedError(SESSION_ENDED)
        return account
