"""The sessions of a user: started by a sign-in, kept up by refreshing, ended by anybody who may."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.core.errors import (
    SESSION_ENDED,
    LostRaceError,
    NotFoundError,
    UnauthenticatedError,
)
from chalicelib.core.identity.account import Account, Credentials, Principal
from chalicelib.core.identity.ports import SessionStore, Tokens
from chalicelib.core.identity.session import (
    IDLE_MS,
    LONGEST_MS,
    MOST_SESSIONS,
    RefreshToken,
    Session,
    new_session_id,
)
from chalicelib.core.log_events import log_event
from chalicelib.core.queueing.closing import close_if_over
from chalicelib.core.queueing.queue import Queue
from chalicelib.core.queueing.queue_store import Connections, QueueStore
from chalicelib.core.time import Clock, Millis


@dataclass(frozen=True, slots=True)
class Sessions:
    """Starts, refreshes, lists and ends the sessions of users.

    The queue item decides whether a session is live, so that its end counts at once. The session store has
    the rest, and follows.
    """

    store: SessionStore
    queues: QueueStore
    connections: Connections
    tokens: Tokens
    clock: Clock

    def start(self, account: Account, client: str) -> Credentials:
        """Raises LostRaceError if the account was disabled, or its password changed, since it was read."""
        now, token = self.clock.now(), RefreshToken.new(new_session_id())
        session = _new_session(account, token, client, now)
        self.store.add(session)
        try:
            queue = self.connections.open_session(
                account.user_id,
                session.session_id,
                session.expires_at,
                now,
                account.username,
                generation=account.generation,
            )
        except LostRaceError:
            self.store.remove(session.session_id, account.user_id)
            raise
        log_event("session started", user=account.user_id, session=session.session_id)
        self._end_oldest(queue)
        return self._credentials(session, token, now)

    def refresh(self, text: str, network: str = "") -> Credentials:
        """Spend the refresh token for new credentials. Raises UnauthenticatedError."""
        now, token = self.clock.now(), RefreshToken.parse(text)
        if token is None:
            raise UnauthenticatedError(SESSION_ENDED, code="session_ended")
        successor, origin = token.successor(), token.origin(network)
        try:
            session = self.store.rotate(token, successor, now, now + IDLE_MS, origin)
        except LostRaceError:
            session, successor = self._repeat(token, origin, now)
        self._extend_in_queue(session, now)
        return self._credentials(session, successor, now)

    def list(self, principal: Principal) -> Sequence[Session]:
        """Raises UnauthenticatedError."""
        queue, now = self.require_live(principal), self.clock.now()
        live = [session_id for session_id, expiry in queue.sessions.items() if expiry > now]
        return sorted(self.store.get_many(live), key=lambda session: session.created_at)

    def end(self, principal: Principal, session_id: str) -> None:
        """End a session of the caller's own account. Raises NotFoundError, UnauthenticatedError."""
        if session_id not in self.require_live(principal).sessions:
            raise NotFoundError("You have no such session.")
        self._end(principal.user_id, session_id)

    def end_others(self, principal: Principal) -> None:
        """Raises UnauthenticatedError."""
        for session_id in self.require_live(principal).sessions:
            if session_id != principal.session_id:
                self._end(principal.user_id, session_id)

    def begin_generation(self, principal: Principal) -> tuple[int, Sequence[str]]:
        """End all sessions but this one, and refuse those that a sign-in under way is about to open.

        Gives the new generation, which the account has to follow, and the sessions that were ended.
        Raises UnauthenticatedError, LostRaceError if the session was refreshed at the same moment.
        """
        before = self.require_live(principal)
        queue = self.connections.evict_others(before, principal.session_id, self.clock.now())
        return queue.generation, [id_ for id_ in before.sessions if id_ != principal.session_id]

    def sign_out(self, principal: Principal) -> None:
        """The session is over at once, for everything that changes state."""
        self._end(principal.user_id, principal.session_id)

    def require_live(self, principal: Principal) -> Queue:
        """Raises UnauthenticatedError."""
        queue = self.queues.get(principal.user_id)
        if queue is None or not queue.is_live(principal.session_id, self.clock.now()):
            raise UnauthenticatedError(SESSION_ENDED, code="session_ended")
        return queue

    def delete_stored(self, user_id: str, session_ids: Sequence[str]) -> None:
        """Delete sessions that are over from the store, and so their refresh tokens."""
        for session_id in session_ids:
            self.store.remove(session_id, user_id)
            log_event("session ended", user=user_id, session=session_id)

    def _repeat(self, token: RefreshToken, origin: str, now: Millis) -> tuple[Session, RefreshToken]:
        """The successor of a token that was spent just now. Any other spent token ends the session.

        Raises UnauthenticatedError.
        """
        session = self.store.get(token.session_id)
        if session is None or session.over_at <= now or session.is_guessed(token):
            raise UnauthenticatedError(SESSION_ENDED, code="session_ended")
        if sealed := session.repeats(token, origin, now):
            return session, token.unseal(sealed)
        log_event(
            "spent refresh token", level=logging.WARNING, user=session.user_id, session=session.session_id
        )
        self._end(session.user_id, session.session_id)
        raise UnauthenticatedError(SESSION_ENDED, code="session_ended")

    def _extend_in_queue(self, session: Session, now: Millis) -> None:
        """Extend the session in the queue item too: that one decides whether a session is live."""
        try:
            self.connections.extend_session(session.user_id, session.session_id, session.over_at, now)
        except LostRaceError:
            self.store.remove(session.session_id, session.user_id)
            raise UnauthenticatedError(SESSION_ENDED, code="session_ended") from None

    def _end_oldest(self, queue: Queue) -> None:
        surplus = len(queue.sessions) - MOST_SESSIONS
        for session_id in sorted(queue.sessions, key=queue.sessions.__getitem__)[: max(0, surplus)]:
            self._end(queue.user_id, session_id, queue.sessions[session_id])

    def _end(self, user_id: str, session_id: str, expiry: Millis | None = None) -> None:
        """With `expiry`, only if the session expires then: a refreshed one is not the oldest any more."""
        queue = self.connections.end_session(user_id, session_id, expiry)
        if queue is None and expiry is not None:
            return
        self.delete_stored(user_id, [session_id])
        if queue:
            close_if_over(self.queues, queue, self.clock.now())

    def _credentials(self, session: Session, token: RefreshToken, now: Millis) -> Credentials:
        principal = Principal(session.user_id, session.username, session.session_id, session.role)
        access_token, expires_in = self.tokens.issue(principal, now)
        return Credentials(access_token, str(token), expires_in, principal)


def _new_session(account: Account, token: RefreshToken, client: str, now: Millis) -> Session:
    return Session(
        session_id=token.session_id,
        user_id=account.user_id,
        username=account.username,
        role=account.role,
        client=client,
        family_hash=token.family_hash,
        refresh_hash=token.hash,
        created_at=now,
        refreshed_at=now,
        expires_at=now + IDLE_MS,
        ends_at=now + LONGEST_MS,
    )
