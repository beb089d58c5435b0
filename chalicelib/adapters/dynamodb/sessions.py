"""Sessions, by id."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from chalicelib.adapters.dynamodb.batches import get_all
from chalicelib.adapters.dynamodb.errors import translated
from chalicelib.adapters.dynamodb.format import is_readable, require_readable
from chalicelib.adapters.dynamodb.identity_models import SessionItem
from chalicelib.adapters.dynamodb.tables import Tables
from chalicelib.core.errors import LostRaceError
from chalicelib.core.identity.account import Role
from chalicelib.core.identity.session import RefreshToken, Session
from chalicelib.core.queueing.access import needs_session
from chalicelib.core.time import Millis


class DynamoSessions:
    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._sessions = tables.sessions

    def add(self, session: Session) -> None:
        with translated():
            self._sessions(**to_attributes(session)).save()

    def get(self, session_id: str) -> Session | None:
        with translated():
            try:
                return to_session(self._sessions.get(session_id, consistent_read=True))
            except self._sessions.DoesNotExist:
                return None

    def get_many(self, session_ids: Sequence[str]) -> Sequence[Session]:
        keys = [(session_id,) for session_id in session_ids]
        return [to_session(item) for item in get_all(self._tables.connection, self._sessions, keys)]

    def rotate(
        self, token: RefreshToken, successor: RefreshToken, now: Millis, expires_at: Millis, origin: str
    ) -> Session:
        m = self._sessions
        item = m(token.session_id)
        actions: list[Any] = [
            m.previous_hash.set(token.hash),
            m.sealed.set(token.seal(successor)),
            m.refresh_hash.set(successor.hash),
            m.refreshed_at.set(now),
            m.refreshed_by.set(origin),
            m.expires_at.set(expires_at // 1000),
        ]
        live: Any = (m.expires_at > now // 1000) & (m.ends_at > now)
        current = (m.refresh_hash == token.hash) & (m.family_hash == token.family_hash)
        with translated():
            item.update(actions=actions, condition=current & live & is_readable(m.item_format))
        return to_session(item)

    def remove(self, session_id: str, user_id: str) -> None:
        with suppress(LostRaceError), translated():
            self._sessions(session_id).delete(condition=self._sessions.user_id == user_id)

    def occupy(self, session_id: str, slot: int, until: Millis, now: Millis) -> None:
        if not needs_session(session_id):
            from chalicelib.adapters.dynamodb.wait_items import occupy

            return occupy(self._tables, session_id, slot, until, now)
        m, taken = self._sessions, self._slot(slot)
        free = taken.does_not_exist() | (taken <= now)
        with translated():
            m(session_id).update(actions=[taken.set(until)], condition=m.session_id.exists() & free)
        return None

    def vacate(self, session_id: str, slot: int, until: Millis) -> None:
        taken = self._slot(slot)
        with suppress(LostRaceError), translated():
            self._sessions(session_id).update(actions=[taken.remove()], condition=taken == until)

    def _slot(self, number: int) -> Any:
        return {1: self._sessions.wait_1, 2: self._sessions.wait_2}[number]


def to_attributes(session: Session) -> dict[str, Any]:
    return {
        "session_id": session.session_id,
        "user_id": session.user_id,
        "username": session.username,
        "role": session.role,
        "client": session.client,
        "family_hash": session.family_hash,
        "refresh_hash": session.refresh_hash,
        "created_at": session.created_at,
        "refreshed_at": session.refreshed_at,
        "expires_at": session.expires_at // 1000,
        "ends_at": session.ends_at,
    }


def to_session(item: SessionItem) -> Session:
    """Raises NewerItemError."""
    require_readable(item.item_format)
    return Session(
        session_id=item.session_id,
        user_id=item.user_id,
        username=item.username,
        role=Role(item.role),
        client=item.client,
        family_hash=item.family_hash,
        refresh_hash=item.refresh_hash,
        previous_hash=item.previous_hash,
        sealed=item.sealed,
        created_at=int(item.created_at),
        refreshed_at=int(item.refreshed_at),
        refreshed_by=item.refreshed_by,
        expires_at=int(item.expires_at) * 1000,
        ends_at=int(item.ends_at),
    )
