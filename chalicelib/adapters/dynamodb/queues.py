"""The queue item: numbers, cursors and state."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.adapters.dynamodb.errors import translated
from chalicelib.adapters.dynamodb.models import QueueItem
from chalicelib.adapters.dynamodb.queue_items import QueueItems, has
from chalicelib.adapters.dynamodb.records import stored_state, to_queue
from chalicelib.adapters.dynamodb.request_keys import note_head, note_numbers
from chalicelib.adapters.dynamodb.tables import Tables
from chalicelib.core.queueing.access import needs_session
from chalicelib.core.queueing.callback_cursor import Owed
from chalicelib.core.queueing.looks import first_look, look_at_hold, next_look, soon
from chalicelib.core.queueing.progress import Progress
from chalicelib.core.queueing.queue import HoldReason, PausedBy, Queue, State, state_under
from chalicelib.core.queueing.request import Status
from chalicelib.core.time import Millis

if TYPE_CHECKING:
    from chalicelib.core.rates import Withdrawal


class DynamoQueues:
    """The port `QueueStore`."""

    def __init__(self, tables: Tables, limit: int) -> None:
        """`limit`: how many requests without an outcome a new queue has room for."""
        self._limit = limit
        self._items = QueueItems(tables)
        self._model = tables.queues

    def get(self, user_id: str) -> Queue | None:
        return self._items.get(user_id)

    def page(self, after: str | None, limit: int) -> Sequence[Queue]:
        start: dict[str, Any] | None = None if after is None else {"user_id": {"S": after}}
        with translated():
            return [to_queue(item) for item in self._model.scan(limit=limit, last_evaluated_key=start)]

    def take_numbers(
        self, user_id: str, session_id: str, count: int, now: Millis, withdrawal: "Withdrawal | None" = None
    ) -> Queue:
        m = self._model
        allowed: Any = (m.room >= count) & self._items.is_live(session_id, now)
        if not needs_session(session_id):
            allowed &= m.state != State.CLOSED
        actions: list[Action] = [
            m.tail.add(count),
            m.room.add(-count),
            m.tail_at.set(now),
            m.awake.set(m.awake | now),
            *self._items.marked(user_id, first_look(now)),
            *note_numbers(self._items.tables),
        ]
        if withdrawal is not None:
            action, found = self._withdrawn(withdrawal)
            actions.append(action)
            allowed &= found
        return self._items.update(user_id, actions, allowed)

    def withdraw(self, user_id: str, session_id: str, now: Millis, withdrawal: "Withdrawal") -> Queue:
        action, found = self._withdrawn(withdrawal)
        allowed: Any = self._model.user_id.exists() & self._items.is_live(session_id, now)
        return self._items.update(user_id, [action], allowed & found)

    def _withdrawn(self, withdrawal: "Withdrawal") -> tuple[Action, Condition]:
        from chalicelib.adapters.dynamodb.buckets import withdrawn  # only of users with a rate

        return withdrawn(self._model.arrival, withdrawal)

    def open_for_service(self, user_id: str, now: Millis) -> None:
        from chalicelib.adapters.dynamodb.opening import open_queue

        open_queue(self._items, user_id, now, self._limit)

    def advance(self, queue: Queue, progress: Progress, now: Millis) -> Queue:
        return self._items.update(queue.user_id, self._moved(queue, progress, now), self._is_at(queue))

    def go_idle(self, queue: Queue, progress: Progress, now: Millis) -> Queue:
        m = self._model
        return self._items.update(
            queue.user_id,
            [*self._moved(queue, progress, now), m.awake.remove()],
            self._is_at(queue) & (m.tail == progress.head),
        )

    def look_soon(self, queue: Queue, now: Millis) -> Queue:
        actions = self._items.remarked(queue.user_id, soon(queue, now))
        return self._items.update(queue.user_id, actions, self._is_at(queue))

    def _is_at(self, queue: Queue) -> Condition:
        """Nobody has moved the head since; and it is not the queue of a later user of the name."""
        m = self._model
        at: Condition = (m.head == queue.head) & (m.moved_at == queue.moved_at)
        return at

    def claim_wake_up(self, queue: Queue, now: Millis) -> None:
        m = self._model
        self._items.update(queue.user_id, [m.awake.set(now)], m.awake == queue.awake)

    def _moved(self, queue: Queue, progress: Progress, now: Millis) -> list[Action]:
        m = self._model
        counted = (
            (m.succeeded, progress.counts[Status.SUCCEEDED]),
            (m.failed, progress.counts[Status.FAILED]),
            (m.cancelled, progress.counts[Status.CANCELLED]),
            (m.expired, progress.counts[Status.EXPIRED]),
        )
        return [
            m.head.set(progress.head),
            *note_head(m, queue, progress.head),
            m.room.add(progress.head - queue.head),
            m.average_ms.set(round(progress.average_ms, 3)),
            m.moved_at.set(now),
            *(attribute.add(n) for attribute, n in counted if n),
            *(_owing(m, progress.owed) if progress.owed else ()),
            *self._paced(queue, progress.paced_at(now)),
            *self._items.moved(next_look(queue, now, owes=progress.owed is not None)),
        ]

    def _paced(self, queue: Queue, paced: Mapping[str, Millis]) -> list[Action]:
        """The head is as `queue` has it, and with the head, so is this."""
        if paced == queue.paced:
            return []
        return [self._model.paced.set(dict(paced)) if paced else self._model.paced.remove()]

    def move_read(self, queue: Queue, session_id: str, read: int, token: str, now: Millis) -> None:
        m = self._model
        self._items.update(
            queue.user_id,
            [m.read.set(read), m.read_by.set(token)],
            (m.read == queue.read) & self._items.is_live(session_id, now),
        )

    def change_state(self, queue: Queue, state: State, now: Millis, session_id: str | None = None) -> Queue:
        m = self._model
        actions: list[Action] = [m.state.set(state), *self._no_hold(queue)]
        if state is State.OPEN:
            actions += self._woken(queue, now)
        condition = self._unchanged(queue, now, session_id)
        if state is State.HALTED:
            condition &= self._is_at(queue)
        return self._items.update(queue.user_id, actions, condition)

    def hold(self, queue: Queue, hold: HoldReason) -> Queue:
        m = self._model
        actions: list[Action] = [
            m.state.set(stored_state(State.HELD)),
            m.held_kind.set(hold.kind),
            m.held_message.set(hold.message),
            m.held_since.set(hold.since),
            m.held_by.set(hold.code) if hold.code else m.held_by.remove(),
            *self._items.moved(look_at_hold(queue, hold.since)),
        ]
        condition = self._unchanged(queue, 0, None) & self._is_at(queue)
        return self._items.update(queue.user_id, actions, condition)

    def change_pause(
        self, queue: Queue, paused_by: PausedBy | None, now: Millis, session_id: str | None = None
    ) -> Queue:
        m = self._model
        actions: list[Action] = [m.paused_by.set(paused_by) if paused_by else m.paused_by.remove()]
        if state_under(paused_by, queue.state) is State.OPEN:
            actions += self._woken(queue, now)
        return self._items.update(queue.user_id, actions, self._unchanged(queue, now, session_id))

    def purge(self, queue: Queue, forget: bool, now: Millis, session_id: str | None = None) -> Queue:
        m = self._model
        actions: list[Action] = [m.purged.set(queue.tail)]
        if queue.state is not State.CLOSED:
            actions += [m.state.set(State.OPEN), *self._woken(queue, now), *self._no_hold(queue)]
        if forget:
            actions.append(m.floor.set(queue.tail))
        condition = self._unchanged(queue, now, session_id) & (m.purged <= queue.tail)
        return self._items.update(queue.user_id, actions, condition)

    def close(self, queue: Queue) -> None:
        m = self._model
        marks = (m.open, m.sessions_until, m.awake, *(m.sessions[s] for s in queue.sessions))
        gone = [*(mark.remove() for mark in marks), *self._items.unmarked()]
        actions: list[Action] = [m.state.set(State.CLOSED), *gone, *self._no_hold(queue)]
        self._items.update(queue.user_id, actions, self._items.is_drained(queue))

    def _unchanged(self, queue: Queue, now: Millis, session_id: str | None) -> Condition:
        m = self._model
        same: Any = (m.state == stored_state(queue.state)) & has(m.awake, queue.awake)
        same &= has(m.paused_by, queue.paused_by) & has(m.held_since, queue.hold and queue.hold.since)
        condition: Condition = same & self._items.is_live(session_id, now) if session_id else same
        return condition

    def _woken(self, queue: Queue, now: Millis) -> list[Action]:
        """The caller sends a wake-up. If it is lost, the sweeper must not find the queue at rest."""
        look = None if queue.look_at is None else soon(queue, now)
        return [self._model.awake.set(now), *self._items.moved(look)]

    def _no_hold(self, queue: Queue) -> list[Action]:
        m = self._model
        noted = (m.held_kind, m.held_message, m.held_since, m.held_by)
        return [attribute.remove() for attribute in noted] if queue.hold else []


def _owing(model: type[QueueItem], owed: Owed) -> list[Action]:
    from chalicelib.adapters.dynamodb.callbacks import owing  # only queues with callbacks need it

    return owing(model, owed)
