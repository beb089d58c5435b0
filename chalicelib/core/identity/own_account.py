"""What users do to their own account. What cannot be undone asks for the password once more."""

import logging
from dataclasses import dataclass, replace

from chalicelib.core.errors import (
    SESSION_ENDED,
    ForbiddenError,
    LostRaceError,
    UnauthenticatedError,
    UnavailableError,
)
from chalicelib.core.identity.account import Account, Principal
from chalicelib.core.identity.passwords import hash_new
from chalicelib.core.identity.ports import Accounts, Passwords
from chalicelib.core.identity.sessions import Sessions
from chalicelib.core.identity.throttle import Throttle
from chalicelib.core.log_events import log_event
from chalicelib.core.queueing.queue import Queue
from chalicelib.core.queueing.queue_store import Connections, QueueStore
from chalicelib.core.time import Clock

CHANGES = 5  # each further one is needed only if somebody signed in during the one before


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """Shows an account to its user, changes its password, and deletes it."""

    accounts: Accounts
    queues: QueueStore
    connections: Connections
    passwords: Passwords
    throttle: Throttle
    sessions: Sessions
    clock: Clock

    def show(self, principal: Principal) -> Account:
        """Raises UnauthenticatedError."""
        self.sessions.require_live(principal)
        return self._account(principal)

    def change_password(self, principal: Principal, current: str, new: str) -> None:
        """Ends all other sessions, also those that somebody opens at the same moment with the old password.

        It may be repeated if there was no answer: that the password is already the new one is no fault. So a
        call with a wrong `current` tests `new` too, as a try of its own, if the password was ever changed.
        Raises ForbiddenError if `current` is wrong, InvalidInputError, TooManyError, UnauthenticatedError.
        """
        self.sessions.require_live(principal)
        account = self._account(principal)
        repeated = [new] if account.generation else []
        self._verify(account, principal, current, *repeated)
        password_hash = hash_new(self.passwords, new, account.username, "new_password")
        ended: list[str] = []
        for _ in range(CHANGES):
            try:
                generation, evicted = self.sessions.begin_generation(principal)
                ended += evicted
                self._set_password(account, password_hash, generation)
            except LostRaceError:
                account = self._account(principal)
                if not self._is_right(account, current, new):
                    raise UnauthenticatedError(
                        "The password was changed in the meantime. Sign in again.", code="session_ended"
                    ) from None
                continue
            log_event("password changed", user=account.user_id)
            return self.sessions.delete_stored(account.user_id, ended)
        raise UnavailableError("There are sign-ins with the old password at this moment. Try again.")

    def _set_password(self, account: Account, password_hash: str, generation: int) -> None:
        """Raises LostRaceError if the account has changed since it was read."""
        try:
            self.accounts.set_password(account, password_hash, generation)
        except LostRaceError:
            found = self.accounts.by_username(account.username)
            if found != replace(account, password_hash=password_hash, generation=generation):
                raise  # equal: the answer was lost, and the repeated write was refused

    def delete(self, principal: Principal, password: str) -> None:
        """At once nobody can use the account; the sweeper removes the data when what runs has ended.

        A deletion that is interrupted after its first write is completed by the sweeper, or by the same call
        again, though its session has ended by then. Raises ForbiddenError if the password is wrong,
        TooManyError, UnauthenticatedError.
        """
        self._live_or_leaving(principal)
        account = self._account(principal)
        self._verify(account, principal, password)
        before = self._live_or_leaving(principal)
        if before.deleted_at is None:
            self.connections.mark_for_removal(account.user_id, self.clock.now())
        self.sessions.delete_stored(account.user_id, list(before.sessions))
        self.accounts.remove(account.username, account.user_id)
        log_event("account deleted", user=account.user_id)

    def _live_or_leaving(self, principal: Principal) -> Queue:
        """The user's queue, if the session is live or the deletion has begun, which has ended it."""
        queue = self.queues.get(principal.user_id)
        live = queue is not None and queue.is_live(principal.session_id, self.clock.now())
        if queue is None or not (live or queue.deleted_at is not None):
            raise UnauthenticatedError(SESSION_ENDED, code="session_ended")
        return queue

    def _verify(self, account: Account, principal: Principal, *passwords: str) -> None:
        """Raises ForbiddenError unless one of them is right, and TooManyError. Each that is tested is a try.

        Each session is throttled by itself: whoever has stolen one does not keep the user from this.
        """
        subject = f"password {principal.session_id}"
        for password in passwords:
            tries = self.throttle.admit(subject)
            if self._is_right(account, password):
                return self.throttle.succeeded(subject, tries)
            self.throttle.failed(subject)
            log_event("password refused", level=logging.WARNING, user=account.user_id)
        raise ForbiddenError("The password is wrong.", code="wrong_password")

    def _is_right(self, account: Account, *passwords: str) -> bool:
        return any(self.passwords.verify(account.password_hash, password) for password in passwords)

    def _account(self, principal: Principal) -> Account:
        account = self.accounts.by_username(principal.username)
        if account is None or account.user_id != principal.user_id:
            raise UnauthenticatedError(SESSION_ENDED, code="session_ended")
        return account
