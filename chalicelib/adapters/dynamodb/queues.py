"""The queue item: cursors, states and marks."""

import logging
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.adapters.dynamodb.models import Expiring, QueueItem
from chalicelib.adapters.dynamodb.queue_items import SHARDS, QueueItems, shard
from chalicelib.core.log_events import log_event
from chalicelib.core.queueing.progress import Progress
from chalicelib.core.queueing.queue import PausedBy, Queue, State, state_under
from chalicelib.core.queueing.request import Status
from chalicelib.core.time import Millis


class DynamoQueues(QueueItems):
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

    def claim_ring(self, queue: Queue, now: Millis) -> None:
        m = self._queues
        self._update_queue(queue.user_id, [m.awake.set(now)], m.awake == queue.awake)

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

    def change_pause(
        self, queue: Queue, paused_by: PausedBy | None, now: Millis, session_id: str | None = None
    ) -> Queue:
        m = self._queues
        actions: list[Action] = [m.paused_by.set(paused_by) if paused_by else m.paused_by.remove()]
        if state_under(paused_by, queue.state) is State.OPEN:
            actions.append(m.awake.set(now))
        return self._update_queue(queue.user_id, actions, self._unchanged(queue, now, session_id))

    def purge(self, queue: Queue, forget: bool, now: Millis, session_id: str | None = None) -> Queue:
        m = self._queues
        actions: list[Action] = [m.purged.set(queue.tail)]
        if queue.state is not State.CLOSED:
            actions += [m.state.set(State.OPEN), m.awake.set(now)]
        if forget:
            actions.append(m.floor.set(queue.tail))
        return self._update_queue(queue.user_id, actions, self._unchanged(queue, now, session_id))

    def _unchanged(self, queue: Queue, now: Millis, session_id: str | None) -> Condition:
        m = self._queues
        stored = state_under(None, queue.state)
        same: Any = (m.state == stored) & _is(m.awake, queue.awake) & _is(m.paused_by, queue.paused_by)
        condition: Condition = same & self._live(session_id, now) if session_id else same
        return condition

    def close(self, queue: Queue) -> None:
        m = self._queues
        marks = (m.open, m.sessions_until, m.work, m.awake, *(m.sessions[s] for s in queue.sessions))
        self._update_queue(
            queue.user_id,
            [m.state.set(State.CLOSED), *(mark.remove() for mark in marks)],
            self._idle(queue),
        )

    def _idle(self, queue: Queue) -> Condition:
        m = self._queues
        drained: Any = (m.head == queue.tail) & (m.tail == queue.tail)
        idle: Condition = drained & (m.sessions == dict(queue.sessions)) & m.leaving.does_not_exist()
        return idle

    def working(self) -> Sequence[str]:
        return _of_all_shards(self._queues.working.query)

    def unmark(self, queue: Queue) -> None:
        m = self._queues
        actions: list[Action] = [m.work.remove(), m.sessions_until.set(queue.connected_until)]
        self._update_queue(queue.user_id, actions, self._idle(queue))

    def expiring(self, now: Millis) -> Sequence[str]:
        over: Any = Expiring.sessions_until
        return _of_all_shards(lambda shard: self._queues.expiring.query(shard, over <= now))


def _of_all_shards(query: Callable[[str], Iterable[QueueItem]]) -> Sequence[str]:
    """What could be read: an error ends the reading of its shard, and is logged."""
    found = list[str]()
    for number in range(SHARDS):
        try:
            found.extend(item.user_id for item in query(str(number)))
        except Exception as error:  # noqa: BLE001 - the sweeper must not stop for it
            log_event("index not read to its end", level=logging.ERROR, shard=number, exception=error)
    return found


def _is(attribute: Any, value: object) -> Any:
    return attribute.does_not_exist() if value is None else attribute == value
