"""The queue item: who is connected, and who may not be."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any, cast

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.adapters.dynamodb.conflicts import past_conflicts
from chalicelib.adapters.dynamodb.queue_items import QueueItems
from chalicelib.adapters.dynamodb.records import is_generation, to_queue
from chalicelib.adapters.dynamodb.tables import Tables
from chalicelib.core.errors import LostRaceError, UnavailableError
from chalicelib.core.queueing.looks import AT_ONCE
from chalicelib.core.queueing.queue import Queue, State
from chalicelib.core.time import Millis

MARKS = 5  # each further one is needed only if a session was opened or extended during the one before
ZEROS = ("tail", "head", "read", "succeeded", "failed", "cancelled", "average_ms", "purged", "floor")


@dataclass(frozen=True, slots=True)
class _NewSession:
    user_id: str
    session_id: str
    expires_at: Millis
    now: Millis
    username: str
    generation: int


class DynamoConnections:
    """The port `Connections`."""

    def __init__(self, tables: Tables, limit: int) -> None:
        """`limit`: how many requests without an outcome a new queue has room for."""
        self._items = QueueItems(tables)
        self._model = tables.queues
        self._limit = limit

    def open_session(
        self,
        user_id: str,
        session_id: str,
        expires_at: Millis,
        now: Millis,
        username: str = "",
        *,
        generation: int = 0,
    ) -> Queue:
        new = _NewSession(user_id, session_id, expires_at, now, username, generation)
        try:
            queue = self._add_session(new)
        except LostRaceError:
            found = self._items.get(user_id)
            if found is None or found.blocked or found.generation != generation:
                raise
            # Another sign-in made or opened the queue in between, or this one did and its answer was lost.
            queue = self._add_session(new)
        self._items.change_limit(queue, self._limit)
        return queue

    def _add_session(self, new: _NewSession) -> Queue:
        is_open = self._model.state != State.CLOSED
        actions = self._expiry(new.user_id, new.session_id, new.expires_at)
        try:
            return self._items.update(new.user_id, actions, self._admits(new) & is_open)
        except LostRaceError:
            return self._reopen(new)

    def _admits(self, new: _NewSession) -> Condition:
        m = self._model
        there: Any = m.user_id.exists() & m.barred.does_not_exist()
        admits: Condition = there & is_generation(m.generation, new.generation)
        return admits

    def evict_others(self, queue: Queue, session_id: str, now: Millis) -> Queue:
        m, expiry = self._model, queue.sessions.get(session_id, 0)
        actions: list[Action] = [
            m.generation.add(1),
            m.sessions.set({session_id: expiry}),
            m.sessions_until.set(expiry),
        ]
        same: Any = m.sessions[session_id] == expiry
        return self._items.update(queue.user_id, actions, same & self._items.is_live(session_id, now))

    def evict_all(self, queue: Queue) -> Queue:
        m = self._model
        actions: list[Action] = [m.generation.add(1), *self._no_sessions(queue.user_id)]
        same: Any = (m.sessions == dict(queue.sessions)) & is_generation(m.generation, queue.generation)
        return self._items.update(queue.user_id, actions, same & m.leaving.does_not_exist())

    def create_closed(self, user_id: str, generation: int, now: Millis, username: str) -> None:
        self._put_new(user_id, now, username, state=State.CLOSED, sessions={}, generation=generation)

    def extend_session(self, user_id: str, session_id: str, expires_at: Millis, now: Millis) -> None:
        actions = self._expiry(user_id, session_id, expires_at)
        self._items.update(user_id, actions, self._items.is_live(session_id, now))

    def end_session(self, user_id: str, session_id: str, expiry: Millis | None = None) -> Queue | None:
        """Marks the queue as well, so that the sweeper closes it if the caller crashes before it does."""
        m = self._model
        actions: list[Action] = [m.sessions[session_id].remove(), *self._items.marked(user_id, AT_ONCE)]
        condition: Any = m.user_id.exists() if expiry is None else m.sessions[session_id] == expiry
        try:
            return self._items.update(user_id, actions, condition)
        except LostRaceError:
            return None

    def block(self, user_id: str, now: Millis, username: str = "") -> None:
        try:
            self._block(user_id)
        except LostRaceError:
            try:
                self._put_new(user_id, now, username, state=State.CLOSED, sessions={}, barred=1)
            except LostRaceError:  # the first sign-in was faster
                self._block(user_id)

    def _block(self, user_id: str) -> None:
        m = self._model
        self._items.update(user_id, [m.barred.set(1), *self._no_sessions(user_id)], m.user_id.exists())

    def unblock(self, user_id: str) -> None:
        m = self._model
        with suppress(LostRaceError):
            self._items.update(user_id, [m.barred.remove()], m.user_id.exists() & m.leaving.does_not_exist())

    def mark_for_removal(self, user_id: str, now: Millis) -> None:
        for _ in range(MARKS):
            queue = self._items.get(user_id)
            if queue is None:
                raise LostRaceError
            with suppress(LostRaceError):
                return self._mark(queue, now)
        raise UnavailableError("Sessions are opened and extended at this moment. Try again.")

    def _mark(self, queue: Queue, now: Millis) -> None:
        """Condition: the sessions are as `queue` has them."""
        m, over = self._model, dict.fromkeys(queue.sessions, 0)
        actions: list[Action] = [m.barred.set(1), m.leaving.set(now), m.sessions.set(over)]
        actions += [m.open.remove(), m.sessions_until.remove(), *self._items.remarked(queue.user_id, AT_ONCE)]
        self._items.update(queue.user_id, actions, m.sessions == dict(queue.sessions))

    def _expiry(self, user_id: str, session_id: str, expires_at: Millis) -> list[Action]:
        m = self._model
        return [
            m.sessions[session_id].set(expires_at),
            m.open.set(self._items.shard(user_id)),
            m.sessions_until.set(expires_at),
        ]

    def _no_sessions(self, user_id: str) -> list[Action]:
        """And a mark, so that the sweeper closes the queue."""
        return [self._model.sessions.set({}), *self._items.marked(user_id, AT_ONCE)]

    def _reopen(self, new: _NewSession) -> Queue:
        m = self._model
        actions = [*self._expiry(new.user_id, new.session_id, new.expires_at), m.state.set(State.OPEN)]
        try:
            return self._items.update(new.user_id, actions, self._admits(new) & (m.state == State.CLOSED))
        except LostRaceError:
            return self._create(new)

    def _create(self, new: _NewSession) -> Queue:
        return self._put_new(
            new.user_id,
            new.now,
            new.username,
            state=State.OPEN,
            sessions={new.session_id: new.expires_at},
            open=self._items.shard(new.user_id),
            sessions_until=new.expires_at,
            generation=new.generation or None,
        )

    def _put_new(self, user_id: str, now: Millis, username: str, **attributes: Any) -> Queue:
        item = self._model(
            user_id=user_id,
            username=username,
            room=self._limit,
            limit=self._limit,
            tail_at=now,
            moved_at=now,
            **dict.fromkeys(ZEROS, cast("Any", 0)),
            **attributes,
        )
        past_conflicts(lambda: item.save(condition=self._model.user_id.does_not_exist()))
        return to_queue(item)
