"""The queue item: cursors, sessions and marks."""

from collections.abc import Sequence
from contextlib import suppress
from itertools import chain
from typing import Any

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.adapters.dynamodb.errors import translated
from chalicelib.adapters.dynamodb.models import Expiring
from chalicelib.adapters.dynamodb.records import to_queue
from chalicelib.adapters.dynamodb.tables import Tables
from chalicelib.core.errors import LostRaceError
from chalicelib.core.progress import Progress
from chalicelib.core.queue import Queue, State
from chalicelib.core.request import Millis, Status

SHARDS = 8  # of the sparse indexes, so that no partition of theirs is hot


class DynamoQueues:
    def __init__(self, tables: Tables, limit: int) -> None:
        """`limit`: how many requests without an outcome a new queue has room for."""
        self._queues = tables.queues
        self._limit = limit

    def queue(self, user_id: str) -> Queue | None:
        with translated():
            try:
                return to_queue(self._queues.get(user_id, consistent_read=True))
            except self._queues.DoesNotExist:
                return None

    def take_numbers(self, user_id: str, session_id: str, count: int, now: Millis) -> Queue:
        m = self._queues
        return self._update_queue(
            user_id,
            [
                m.tail.add(count),
                m.room.add(-count),
                m.tail_at.set(now),
                m.awake.set(m.awake | now),
                m.work.set(shard(user_id)),
            ],
            (m.room >= count) & self._live(session_id, now),
        )

    def advance(self, queue: Queue, progress: Progress, now: Millis) -> Queue:
        return self._update_queue(
            queue.user_id, self._moved(queue, progress, now), self._queues.head == queue.head
        )

    def rest(self, queue: Queue, progress: Progress, now: Millis) -> Queue:
        m = self._queues
        return self._update_queue(
            queue.user_id,
            [*self._moved(queue, progress, now), m.awake.remove()],
            (m.head == queue.head) & (m.tail == progress.head),
        )

    def _moved(self, queue: Queue, progress: Progress, now: Millis) -> list[Action]:
        m = self._queues
        counted = (
            (m.succeeded, progress.counts[Status.SUCCEEDED]),
            (m.failed, progress.counts[Status.FAILED]),
            (m.cancelled, progress.counts[Status.CANCELLED]),
        )
        return [
            m.head.set(progress.head),
            m.room.add(progress.head - queue.head),
            m.average_ms.set(round(progress.average_ms, 3)),
            m.moved_at.set(now),
            *(attribute.add(n) for attribute, n in counted if n),
        ]

    def move_read(self, queue: Queue, session_id: str, read: int, by: str, now: Millis) -> None:
        m = self._queues
        self._update_queue(
            queue.user_id,
            [m.read.set(read), m.read_by.set(by)],
            (m.read == queue.read) & self._live(session_id, now),
        )

    def change_state(self, queue: Queue, state: State, now: Millis, session_id: str | None = None) -> Queue:
        m = self._queues
        actions: list[Action] = [m.state.set(state), *([m.awake.set(now)] if state is State.OPEN else [])]
        return self._update_queue(queue.user_id, actions, self._unchanged(queue, now, session_id))

    def purge(self, queue: Queue, forget: bool, now: Millis, session_id: str | None = None) -> Queue:
        m = self._queues
        state = State.OPEN if queue.state is State.HALTED else queue.state
        actions: list[Action] = [m.purged.set(queue.tail), m.state.set(state), m.awake.set(now)]
        if forget:
            actions.append(m.floor.set(queue.tail))
        return self._update_queue(queue.user_id, actions, self._unchanged(queue, now, session_id))

    def _unchanged(self, queue: Queue, now: Millis, session_id: str | None) -> Condition:
        m = self._queues
        awake: Any = m.awake.does_not_exist() if queue.awake is None else m.awake == queue.awake
        same: Any = (m.state == queue.state) & awake
        condition: Condition = same & self._live(session_id, now) if session_id else same
        return condition

    def _live(self, session_id: str, now: Millis) -> Condition:
        expiry: Any = self._queues.sessions[session_id]
        live: Condition = expiry > now
        return live

    def open_session(self, user_id: str, session_id: str, expires_at: Millis, now: Millis) -> None:
        m = self._queues
        actions: list[Action] = [
            m.sessions[session_id].set(expires_at),
            m.open.set(shard(user_id)),
            m.sessions_until.set(expires_at),
        ]
        try:
            queue = self._update_queue(user_id, actions, m.user_id.exists() & (m.state != State.CLOSED))
        except LostRaceError:
            queue = self._reopen(user_id, session_id, expires_at, now, actions)
        if queue.limit != self._limit:
            self._change_limit(queue)

    def _reopen(
        self, user_id: str, session_id: str, expires_at: Millis, now: Millis, actions: list[Action]
    ) -> Queue:
        m = self._queues
        try:
            return self._update_queue(user_id, [*actions, m.state.set(State.OPEN)], m.state == State.CLOSED)
        except LostRaceError:
            return self._create(user_id, session_id, expires_at, now)

    def _change_limit(self, queue: Queue) -> None:
        """The deployment's limit has changed since the queue was made: room changes by as much."""
        m = self._queues
        with suppress(LostRaceError):  # another sign-in was first
            self._update_queue(
                queue.user_id,
                [m.room.add(self._limit - queue.limit), m.limit.set(self._limit)],
                m.limit == queue.limit,
            )

    def _create(self, user_id: str, session_id: str, expires_at: Millis, now: Millis) -> Queue:
        item = self._queues(
            user_id=user_id,
            tail=0,
            head=0,
            read=0,
            succeeded=0,
            failed=0,
            cancelled=0,
            average_ms=0,
            purged=0,
            floor=0,
            room=self._limit,
            limit=self._limit,
            state=State.OPEN,
            sessions={session_id: expires_at},
            tail_at=now,
            moved_at=now,
            open=shard(user_id),
            sessions_until=expires_at,
        )
        with translated():
            item.save(condition=self._queues.user_id.does_not_exist())
        return to_queue(item)

    def end_session(self, user_id: str, session_id: str) -> Queue | None:
        """Marks the queue as well, so that the sweeper closes it if the caller does not live to."""
        m = self._queues
        actions: list[Action] = [m.sessions[session_id].remove(), m.work.set(shard(user_id))]
        try:
            return self._update_queue(user_id, actions, m.user_id.exists())
        except LostRaceError:
            return None

    def close(self, queue: Queue) -> None:
        m = self._queues
        gone = [m.sessions[s].remove() for s in queue.sessions]
        self._update_queue(
            queue.user_id,
            [m.state.set(State.CLOSED), m.open.remove(), m.sessions_until.remove(), m.work.remove(), *gone],
            (m.head == queue.tail) & (m.tail == queue.tail) & (m.sessions == dict(queue.sessions)),
        )

    def working(self) -> Sequence[str]:
        with translated():
            pages = (self._queues.working.query(str(s)) for s in range(SHARDS))
            return [item.user_id for item in chain.from_iterable(pages)]

    def unmark(self, queue: Queue) -> None:
        m = self._queues
        self._update_queue(queue.user_id, [m.work.remove()], (m.head == queue.tail) & (m.tail == queue.tail))

    def expiring(self, now: Millis) -> Sequence[str]:
        over: Any = Expiring.sessions_until
        with translated():
            pages = (self._queues.expiring.query(str(s), over <= now) for s in range(SHARDS))
            return [item.user_id for item in chain.from_iterable(pages)]

    def _update_queue(self, user_id: str, actions: list[Action], condition: Condition) -> Queue:
        item = self._queues(user_id)
        with translated():
            item.update(actions=actions, condition=condition)
        return to_queue(item)


def shard(user_id: str) -> str:
    return str(int(user_id[:2], 16) % SHARDS)
