"""The queue item: who is connected, who may not be, and whose queue goes."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, cast

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.adapters.dynamodb.errors import translated
from chalicelib.adapters.dynamodb.queue_items import QueueItems, shard
from chalicelib.adapters.dynamodb.records import is_generation, to_queue
from chalicelib.core.errors import LostRaceError
from chalicelib.core.queueing.queue import Queue, State
from chalicelib.core.time import Millis

ZEROS = ("tail", "head", "read", "succeeded", "failed", "cancelled", "average_ms", "purged", "floor")


@dataclass(frozen=True, slots=True)
class _NewSession:
    user_id: str
    session_id: str
    expires_at: Millis
    now: Millis
    username: str
    generation: int


class DynamoQueueSessions(QueueItems):
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
            found = self.queue(user_id)
            if found is None or found.barred or found.generation != generation:
                raise
            # Another sign-in made or opened the queue in between, or this one did and its answer was lost.
            queue = self._add_session(new)
        if queue.limit != self._limit:
            self._change_limit(queue)
        return queue

    def _add_session(self, new: _NewSession) -> Queue:
        is_open = self._queues.state != State.CLOSED
        actions = self._expiry(new.user_id, new.session_id, new.expires_at)
        try:
            return self._update_queue(new.user_id, actions, self._admits(new) & is_open)
        except LostRaceError:
            return self._reopen(new)

    def _admits(self, new: _NewSession) -> Condition:
        m = self._queues
        there: Any = m.user_id.exists() & m.barred.does_not_exist()
        admits: Condition = there & is_generation(m.generation, new.generation)
        return admits

    def evict_others(self, queue: Queue, session_id: str, now: Millis) -> Queue:
        m, expiry = self._queues, queue.sessions.get(session_id, 0)
        actions: list[Action] = [
            m.generation.add(1),
            m.sessions.set({session_id: expiry}),
            m.sessions_until.set(expiry),
        ]
        same: Any = m.sessions[session_id] == expiry
        return self._update_queue(queue.user_id, actions, same & self._live(session_id, now))

    def extend_session(self, user_id: str, session_id: str, expires_at: Millis, now: Millis) -> None:
        actions = self._expiry(user_id, session_id, expires_at)
        self._update_queue(user_id, actions, self._live(session_id, now))

    def end_session(self, user_id: str, session_id: str) -> Queue | None:
        """Marks the queue as well, so that the sweeper closes it if the caller does not live to."""
        m = self._queues
        actions: list[Action] = [m.sessions[session_id].remove(), m.work.set(shard(user_id))]
        try:
            return self._update_queue(user_id, actions, m.user_id.exists())
        except LostRaceError:
            return None

    def bar(self, user_id: str, now: Millis, username: str = "") -> None:
        try:
            self._bar(user_id)
        except LostRaceError:
            try:
                self._put_new(user_id, now, username, state=State.CLOSED, sessions={}, barred=1)
            except LostRaceError:  # the first sign-in was faster
                self._bar(user_id)

    def _bar(self, user_id: str) -> None:
        m = self._queues
        self._update_queue(user_id, [m.barred.set(1), *self._no_sessions(user_id)], m.user_id.exists())

    def unbar(self, user_id: str) -> None:
        m = self._queues
        with suppress(LostRaceError):
            self._update_queue(user_id, [m.barred.remove()], m.user_id.exists() & m.leaving.does_not_exist())

    def leave(self, user_id: str, now: Millis) -> None:
        m = self._queues
        actions = [m.barred.set(1), m.leaving.set(now), *self._no_sessions(user_id)]
        self._update_queue(user_id, actions, m.user_id.exists())

    def remove(self, queue: Queue) -> None:
        with translated(), suppress(self._queues.DoesNotExist):
            self._queues(queue.user_id).delete(condition=self._queues.leaving.exists())

    def page(self, after: str | None, limit: int) -> Sequence[Queue]:
        start: dict[str, Any] | None = None if after is None else {"user_id": {"S": after}}
        with translated():
            return [to_queue(item) for item in self._queues.scan(limit=limit, last_evaluated_key=start)]

    def _expiry(self, user_id: str, session_id: str, expires_at: Millis) -> list[Action]:
        m = self._queues
        return [
            m.sessions[session_id].set(expires_at),
            m.open.set(shard(user_id)),
            m.sessions_until.set(expires_at),
        ]

    def _no_sessions(self, user_id: str) -> list[Action]:
        """And a mark, so that the sweeper closes the queue, or removes it."""
        return [self._queues.sessions.set({}), self._queues.work.set(shard(user_id))]

    def _reopen(self, new: _NewSession) -> Queue:
        m = self._queues
        actions = [*self._expiry(new.user_id, new.session_id, new.expires_at), m.state.set(State.OPEN)]
        try:
            return self._update_queue(new.user_id, actions, self._admits(new) & (m.state == State.CLOSED))
        except LostRaceError:
            return self._create(new)

    def _change_limit(self, queue: Queue) -> None:
        """The deployment's limit has changed since the queue was made: room changes by as much."""
        m = self._queues
        with suppress(LostRaceError):  # another sign-in was first
            self._update_queue(
                queue.user_id,
                [m.room.add(self._limit - queue.limit), m.limit.set(self._limit)],
                m.limit == queue.limit,
            )

    def _create(self, new: _NewSession) -> Queue:
        return self._put_new(
            new.user_id,
            new.now,
            new.username,
            state=State.OPEN,
            sessions={new.session_id: new.expires_at},
            open=shard(new.user_id),
            sessions_until=new.expires_at,
            generation=new.generation or None,
        )

    def _put_new(self, user_id: str, now: Millis, username: str, **attributes: Any) -> Queue:
        item = self._queues(
            user_id=user_id,
            username=username,
            room=self._limit,
            limit=self._limit,
            tail_at=now,
            moved_at=now,
            **dict.fromkeys(ZEROS, cast("Any", 0)),
            **attributes,
        )
        with translated():
            item.save(condition=self._queues.user_id.does_not_exist())
        return to_queue(item)
