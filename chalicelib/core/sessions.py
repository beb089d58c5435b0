"""Sign in and out. A queue is open while somebody is connected or work is left."""

import hashlib
import secrets
from dataclasses import dataclass

from chalicelib.core.account import Credentials, Principal, Session
from chalicelib.core.closing import close_if_over
from chalicelib.core.errors import UnauthenticatedError
from chalicelib.core.events import tell
from chalicelib.core.ports import Accounts, Clock, Log, Passwords, Tokens

SESSION_MS = 14 * 24 * 3600 * 1000  # NIST SP 800-63B asks for a new sign-in after 30 days at the latest


@dataclass(frozen=True, slots=True)
class Sessions:
    accounts: Accounts
    log: Log
    passwords: Passwords
    tokens: Tokens
    clock: Clock

    def sign_in(self, username: str, password: str) -> Credentials:
        """Raises UnauthenticatedError, which does not tell an unknown user from a wrong password."""
        account = self.accounts.by_username(username)
        right = self.passwords.verify(account.password_hash if account else None, password)
        if account is None or not right:
            raise UnauthenticatedError("The username or the password is wrong.")
        return self._open(Principal(account.user_id, account.username, _new_session_id(), account.role))

    def _open(self, principal: Principal) -> Credentials:
        now, refresh_token = self.clock.now(), secrets.token_urlsafe(32)
        session = Session(
            principal.session_id, principal.user_id, _hash(refresh_token), now, now + SESSION_MS
        )
        self.accounts.add_session(session)
        self.log.open_session(principal.user_id, session.session_id, session.expires_at, now)
        access_token, expires_in = self.tokens.issue(principal, now)
        tell("session started", user=principal.user_id, session=principal.session_id)
        return Credentials(access_token, refresh_token, expires_in)

    def sign_out(self, principal: Principal) -> None:
        """The session is over at once, for everything that changes state."""
        queue = self.log.end_session(principal.user_id, principal.session_id)
        self.accounts.remove_session(principal.session_id)
        tell("session ended", user=principal.user_id, session=principal.session_id)
        if queue:
            close_if_over(self.log, queue, self.clock.now())


def _new_session_id() -> str:
    return secrets.token_urlsafe(9)  # 12 characters: the ids of live sessions are in the queue item


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
