"""Sign in."""

from dataclasses import dataclass, replace

from chalicelib.core.account import Account, Credentials, folded
from chalicelib.core.account_ports import Accounts, Passwords
from chalicelib.core.errors import LostRaceError, UnauthenticatedError, UnavailableError
from chalicelib.core.events import tell
from chalicelib.core.sessions import Sessions
from chalicelib.core.throttle import Throttle

TRIES = 5  # each further one is needed only if the password was changed during the one before


@dataclass(frozen=True, slots=True)
class SignIn:
    accounts: Accounts
    passwords: Passwords
    throttle: Throttle
    sessions: Sessions

    def __call__(self, username: str, password: str, client: str = "") -> Credentials:
        """Raises UnauthenticatedError, in the same words for unknown and disabled users and wrong passwords.

        Raises TooManyError after too many of them.
        """
        name = folded(username)
        subject = f"sign-in {name}"
        self.throttle.admit(subject)
        account = self._verified(name, password)
        self.throttle.forgive(subject)
        return self._start(self._with_current_hash(account, password), password, client)

    def _verified(self, name: str, password: str) -> Account:
        account = self.accounts.by_username(name)
        right = self.passwords.verify(account.password_hash if account else None, password)
        if account is None or not right or account.disabled:
            raise _refusal(account)
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
        tell("password hash renewed", user=account.user_id)
        return replace(account, password_hash=renewed)

    def _start(self, account: Account, password: str, client: str) -> Credentials:
        """The session is opened only if nobody has changed the password since it was verified."""
        for _ in range(TRIES):
            try:
                return self.sessions.start(account, client)
            except LostRaceError:
                account = self._caught_up(self._verified(account.username, password))
        raise UnavailableError("The password is being changed. Try again.")

    def _caught_up(self, account: Account) -> Account:
        """The account, at the generation of its queue.

        It is behind while a change of the password is between its two writes, or was interrupted there. The
        password that it has is still the right one, so the account catches up. A change that is still on its
        way then finds the account changed, and begins anew.
        """
        queue = self.sessions.log.queue(account.user_id)
        if queue is None or queue.generation == account.generation:
            if queue and queue.barred:
                raise _refusal(account)
            return account
        try:
            self.accounts.set_password(account, account.password_hash, queue.generation)
        except LostRaceError:
            return account  # as it was: its session will not be opened, and it is read again
        return replace(account, generation=queue.generation)


def _refusal(account: Account | None) -> UnauthenticatedError:
    tell("sign-in refused", user=account and account.user_id)
    return UnauthenticatedError("The username or the password is wrong.", code="wrong_credentials")
