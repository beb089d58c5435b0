"""Numbers, cursors and state of queues in memory."""

from collections.abc import Sequence
from dataclasses import replace

from chalicelib.adapters.memory import tables
from chalicelib.adapters.memory.tables import MemoryTables
from chalicelib.core.queueing.looks import first_look, look_at_hold, next_look, soon
from chalicelib.core.queueing.progress import Progress
from chalicelib.core.queueing.queue import HoldReason, PausedBy, Queue, State, state_under
from chalicelib.core.rates import Withdrawal
from chalicelib.core.time import Millis


class MemoryQueues:
    """The port `QueueStore`."""

    def __init__(self, tables: MemoryTables) -> None:
        self._tables = tables

    def get(self, user_id: str) -> Queue | None:
        return self._tables.queues.get(user_id)

    def page(self, after: str | None, limit: int) -> Sequence[Queue]:
        ids = list(self._tables.queues)
        first = 0 if after is None else ids.index(after) + 1
        return [self._tables.queues[user_id] for user_id in ids[first : first + limit]]

    def take_numbers(
        self, user_id: str, session_id: str, count: int, now: Millis, withdrawal: Withdrawal | None = None
    ) -> Queue:
        queue = self._tables.existing(user_id)
        tables.require(queue.room >= count and tables.is_live(queue, session_id, now))
        tables.require(tables.takes(queue, session_id))
        arrival = tables.arrival_after(queue.arrival, withdrawal)
        return self._tables.put(
            replace(
                tables.marked(queue, first_look(now)),
                tail=queue.tail + count,
                room=queue.room - count,
                tail_at=now,
                awake=now if queue.awake is None else queue.awake,
                arrival=arrival,
            )
        )

    def withdraw(self, user_id: str, session_id: str, now: Millis, withdrawal: Withdrawal) -> Queue:
        queue = self._tables.existing(user_id)
        tables.require(tables.is_live(queue, session_id, now))
        return self._tables.put(replace(queue, arrival=tables.arrival_after(queue.arrival, withdrawal)))

    def open_for_service(self, user_id: str, now: Millis) -> None:
        limit = self._tables.limit
        new = Queue(user_id, room=limit, limit=limit, state=State.CLOSED, tail_at=now, moved_at=now)
        queue = self._tables.queues.get(user_id, new)
        tables.require(tables.may_open(queue))
        queue = tables.marked(queue, first_look(now))
        room = queue.room + limit - queue.limit
        self._tables.put(replace(queue, state=State.OPEN, room=room, limit=limit, tail_at=now))

    def advance(self, queue: Queue, progress: Progress, now: Millis) -> Queue:
        found = self._tables.existing(queue.user_id)
        tables.require(_is_at(found, queue))
        return self._tables.put(_moved(found, progress, now, queue))

    def go_idle(self, queue: Queue, progress: Progress, now: Millis) -> Queue:
        found = self._tables.existing(queue.user_id)
        tables.require(_is_at(found, queue) and found.tail == progress.head)
        return self._tables.put(replace(_moved(found, progress, now, queue), awake=None))

    def look_soon(self, queue: Queue, now: Millis) -> Queue:
        found = self._tables.existing(queue.user_id)
        tables.require(_is_at(found, queue))
        return self._tables.put(replace(found, look_at=soon(queue, now)))

    def claim_wake_up(self, queue: Queue, now: Millis) -> None:
        found = self._tables.existing(queue.user_id)
        tables.require(found.awake == queue.awake)
        self._tables.put(replace(found, awake=now))

    def move_read(self, queue: Queue, session_id: str, read: int, token: str, now: Millis) -> None:
        found = self._tables.existing(queue.user_id)
        tables.require(found.read == queue.read and tables.is_live(found, session_id, now))
        self._tables.put(replace(found, read=read, read_token=token))

    def change_state(self, queue: Queue, state: State, now: Millis, session_id: str | None = None) -> Queue:
        found = self._unchanged(queue, session_id, now)
        tables.require(state is not State.HALTED or _is_at(found, queue))
        found = _woken(found, queue, now) if state is State.OPEN else found
        return self._tables.put(replace(found, state=state, hold=None))

    def hold(self, queue: Queue, hold: HoldReason) -> Queue:
        found = self._unchanged(queue, None, 0)
        tables.require(_is_at(found, queue))
        look_at = look_at_hold(queue, hold.since)
        found = found if look_at is None else replace(found, look_at=look_at)
        return self._tables.put(replace(found, state=State.HELD, hold=hold))

    def change_pause(
        self, queue: Queue, paused_by: PausedBy | None, now: Millis, session_id: str | None = None
    ) -> Queue:
        found = self._unchanged(queue, session_id, now)
        opens = state_under(paused_by, found.state) is State.OPEN
        found = _woken(found, queue, now) if opens else found
        return self._tables.put(replace(found, paused_by=paused_by))

    def purge(self, queue: Queue, forget: bool, now: Millis, session_id: str | None = None) -> Queue:
        found = self._unchanged(queue, session_id, now)
        tables.require(not _is_purged_later(found, queue))
        purged = replace(found, purged=queue.tail, floor=queue.tail if forget else found.floor)
        closed = found.state is State.CLOSED
        opened = replace(_woken(purged, queue, now), state=State.OPEN, hold=None)
        return self._tables.put(purged if closed else opened)

    def close(self, queue: Queue) -> None:
        found = self._tables.existing(queue.user_id)
        tables.require(tables.is_drained(found, queue))
        self._tables.open_until.pop(queue.user_id, None)
        closed = replace(found, state=State.CLOSED, sessions={}, awake=None, hold=None, look_at=None)
        self._tables.put(closed)

    def _unchanged(self, queue: Queue, session_id: str | None, now: Millis) -> Queue:
        found = self._tables.existing(queue.user_id)
        same = _standing(found) == _standing(queue)
        tables.require(same and (session_id is None or tables.is_live(found, session_id, now)))
        return found


def _is_at(found: Queue, queue: Queue) -> bool:
    """Whether nobody has moved the head since; and it is not the queue of a later user of the name."""
    return (found.head, found.moved_at) == (queue.head, queue.moved_at)


def _is_purged_later(found: Queue, queue: Queue) -> bool:
    return found.purged > queue.tail


def _standing(queue: Queue) -> tuple[object, ...]:
    """What a change of the state has as its condition."""
    return queue.state, queue.paused_by, queue.awake, queue.hold and queue.hold.since


def _woken(found: Queue, seen: Queue, now: Millis) -> Queue:
    """The caller sends a wake-up. If it is lost, the sweeper must not find the queue at rest."""
    return replace(found, awake=now, look_at=found.look_at if seen.look_at is None else soon(seen, now))


def _moved(queue: Queue, progress: Progress, now: Millis, seen: Queue) -> Queue:
    look_at = next_look(seen, now, owes=progress.owed is not None)
    callbacks = queue.callbacks
    if progress.owed:
        first = progress.owed.first if callbacks.first is None else callbacks.first
        callbacks = callbacks._replace(first=first, last=progress.owed.last)
    return replace(
        queue,
        callbacks=callbacks,
        head=progress.head,
        room=queue.room + progress.head - queue.head,
        counts={status: n + progress.counts.get(status, 0) for status, n in queue.counts.items()},
        average_ms=round(progress.average_ms, 3),
        moved_at=now,
        paced=progress.paced_at(now),
        look_at=queue.look_at if look_at is None else look_at,
    )
