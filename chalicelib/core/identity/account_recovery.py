"""What administrators do for users who have forgotten their passwords."""

from collections.abc import Callable
from dataclasses import dataclass

from chalicelib.core.errors import ConflictError
from chalicelib.core.identity.account import Account, Principal, Role
from chalicelib.core.identity.administration import Administration
from chalicelib.core.identity.recovery import Recovery
from chalicelib.core.identity.sign_in_links import LinkToken, SignInLink

REFUSED = "This account is an administrator's. An operator can make a link for it with infra.operate."


@dataclass(frozen=True, slots=True)
class AccountRecovery:
    """Makes links and sets passwords, for accounts of users only. Errors are as in Administration.

    Whoever could do so for an administrator's account could act in that administrator's name.
    """

    administration: Administration
    recovery: Recovery

    def make_link(self, admin: Principal, username: str, seconds: int) -> tuple[LinkToken, SignInLink]:
        """A link that is shown this once. Raises ConflictError, NotFoundError."""
        return self._carry_out(
            admin, "make sign-in link", username, lambda account: self.recovery.make_link(account, seconds)
        )

    def set_password(self, admin: Principal, username: str, password: str) -> None:
        """End all sessions of the account. Raises InvalidInputError, ConflictError, NotFoundError."""
        self._carry_out(
            admin, "set password", username, lambda account: self.recovery.set_password(account, password)
        )

    def _carry_out[Done](
        self, admin: Principal, action: str, username: str, do: Callable[[Account], Done]
    ) -> Done:
        account = self.administration.find_account(admin, username)

        def carry_out() -> Done:
            if account.role is Role.ADMIN:
                raise ConflictError(REFUSED, code="administrator_account")
            return do(account)

        return self.administration.carry_out(admin, action, account.username, carry_out, account.user_id)
