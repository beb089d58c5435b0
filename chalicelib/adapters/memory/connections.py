"""Who is connected to the queues in memory, and who may not be."""

from dataclasses import replace

from chalicelib.adapters.memory import tables
from chalicelib.adapters.memory.tables import MemoryTables
from chalicelib.core.queueing.looks import AT_ONCE
from chalicelib.core.queueing.queue import Queue, State
from chalicelib.core.time import Millis


class MemoryConnections:
    """The port `Connections`."""

    def __init__(self, tables: MemoryTables) -> None:
        self._tables = tables

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
        queue = self._tables.queues.get(user_id) or self._new_queue(user_id, now, username, generation)
        tables.require(not queue.blocked)
        tables.require(queue.generation == generation)
        self._tables.open_until[user_id] = expires_at
        return self._tables.put(
            replace(
                queue,
                state=State.OPEN if queue.state is State.CLOSED else queue.state,
                sessions={**queue.sessions, session_id: expires_at},
                room=queue.room + self._tables.limit - queue.limit,
                limit=self._tables.limit,
            )
        )

    def extend_session(self, user_id: str, session_id: str, expires_at: Millis, now: Millis) -> None:
        queue = self._tables.existing(user_id)
        tables.require(tables.is_live(queue, session_id, now))
        self._tables.open_until[user_id] = expires_at
        self._tables.put(replace(queue, sessions={**queue.sessions, session_id: expires_at}))

    def end_session(self, user_id: str, session_id: str, expiry: Millis | None = None) -> Queue | None:
        queue = self._tables.queues.get(user_id)
        if queue is None or (expiry is not None and queue.sessions.get(session_id) != expiry):
            return None
        queue = tables.marked(queue, AT_ONCE)
        return self._tables.put(replace(queue, sessions=_without(queue, session_id)))

    def evict_others(self, queue: Queue, session_id: str, now: Millis) -> Queue:
        found, expiry = self._tables.existing(queue.user_id), queue.sessions.get(session_id, 0)
        tables.require(tables.is_live(found, session_id, now) and found.sessions[session_id] == expiry)
        self._tables.open_until[queue.user_id] = expiry
        evicted = replace(found, sessions={session_id: expiry}, generation=found.generation + 1)
        return self._tables.put(evicted)

    def evict_all(self, queue: Queue) -> Queue:
        found = self._tables.existing(queue.user_id)
        tables.require((found.generation, found.sessions) == (queue.generation, queue.sessions))
        tables.require(found.deleted_at is None)
        found = tables.marked(found, AT_ONCE)
        return self._tables.put(replace(found, sessions={}, generation=found.generation + 1))

    def create_closed(self, user_id: str, generation: int, now: Millis, username: str) -> None:
        tables.require(user_id not in self._tables.queues)
        new = self._new_queue(user_id, now, username, generation)
        self._tables.put(replace(new, state=State.CLOSED))

    def block(self, user_id: str, now: Millis, username: str = "") -> None:
        queue = self._tables.queues.get(user_id)
        if queue is None:
            queue = replace(self._new_queue(user_id, now, username), state=State.CLOSED)
        else:
            queue = tables.marked(queue, AT_ONCE)
        self._tables.put(replace(queue, blocked=True, sessions={}))

    def unblock(self, user_id: str) -> None:
        queue = self._tables.queues.get(user_id)
        if queue and queue.deleted_at is None:
            self._tables.put(replace(queue, blocked=False))

    def mark_for_removal(self, user_id: str, now: Millis) -> None:
        queue = self._tables.existing(user_id)
        over = dict.fromkeys(queue.sessions, 0)
        self._tables.open_until.pop(user_id, None)
        self._tables.put(replace(queue, blocked=True, deleted_at=now, sessions=over, look_at=AT_ONCE))

    def _new_queue(self, user_id: str, now: Millis, username: str, generation: int = 0) -> Queue:
        return Queue(
            user_id,
            room=self._tables.limit,
            limit=self._tables.limit,
            tail_at=now,
            moved_at=now,
            username=username,
            generation=generation,
        )


def _without(queue: Queue, session_id: str) -> dict[str, Millis]:
    return {id_: expiry for id_, expiry in queue.sessions.items() if id_ != session_id}
