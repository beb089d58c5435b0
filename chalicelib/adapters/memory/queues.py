"""The queue items: cursors, sessions, states and marks."""

from collections.abc import Sequence
from dataclasses import replace

from chalicelib.core.errors import LostRaceError
from chalicelib.core.queueing.progress import Progress
from chalicelib.core.queueing.queue import PausedBy, Queue, State, state_under
from chalicelib.core.time import Millis


class MemoryQueues:
    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.queues: dict[str, Queue] = {}
        self.marked: dict[str, None] = {}  # users whose queue has the mark "has work"; a set that keeps order
        self.open_until: dict[str, Millis] = {}  # open queues: when the newest session expires

    def queue(self, user_id: str) -> Queue | None:
        return self.queues.get(user_id)

    def several(self, user_ids: Sequence[str]) -> Sequence[Queue]:
        return [self.queues[user_id] for user_id in user_ids if user_id in self.queues]

    def take_numbers(self, user_id: str, session_id: str, count: int, now: Millis) -> Queue:
        queue = self._existing(user_id)
        require(queue.room >= count and _live(queue, session_id, now))
        self.marked[user_id] = None
        return self._put(
            replace(
                queue,
                tail=queue.tail + count,
                room=queue.room - count,
                tail_at=now,
                awake=now if queue.awake is None else queue.awake,
            )
        )

    def advance(self, queue: Queue, progress: Progress, now: Millis) -> Queue:
        found = self._existing(queue.user_id)
        require(found.head == queue.head)
        return self._put(_moved(found, progress, now))

    def rest(self, queue: Queue, progress: Progress, now: Millis) -> Queue:
        found = self._existing(queue.user_id)
        require(found.head == queue.head and found.tail == progress.head)
        return self._put(replace(_moved(found, progress, now), awake=None))

    def claim_ring(self, queue: Queue, now: Millis) -> None:
        found = self._existing(queue.user_id)
        require(found.awake == queue.awake)
        self._put(replace(found, awake=now))

    def move_read(self, queue: Queue, session_id: str, read: int, by: str, now: Millis) -> None:
        found = self._existing(queue.user_id)
        require(found.read == queue.read and _live(found, session_id, now))
        self._put(replace(found, read=read, read_by=by))

    def change_state(self, queue: Queue, state: State, now: Millis, session_id: str | None = None) -> Queue:
        found = self._unchanged(queue, session_id, now)
        awake = now if state is State.OPEN else found.awake
        return self._put(replace(found, state=state, awake=awake))

    def change_pause(
        self, queue: Queue, paused_by: PausedBy | None, now: Millis, session_id: str | None = None
    ) -> Queue:
        found = self._unchanged(queue, session_id, now)
        opens = state_under(paused_by, found.state) is State.OPEN
        return self._put(replace(found, paused_by=paused_by, awake=now if opens else found.awake))

    def purge(self, queue: Queue, forget: bool, now: Millis, session_id: str | None = None) -> Queue:
        found = self._unchanged(queue, session_id, now)
        purged = replace(found, purged=queue.tail, floor=queue.tail if forget else found.floor)
        closed = found.state is State.CLOSED
        return self._put(purged if closed else replace(purged, state=State.OPEN, awake=now))

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
        queue = self.queues.get(user_id) or _new_queue(user_id, self.limit, now, username, generation)
        require(not queue.barred)
        require(queue.generation == generation)
        self.open_until[user_id] = expires_at
        return self._put(
            replace(
                queue,
                state=State.OPEN if queue.state is State.CLOSED else queue.state,
                sessions={**queue.sessions, session_id: expires_at},
                room=queue.room + self.limit - queue.limit,
                limit=self.limit,
            )
        )

    def evict_others(self, queue: Queue, session_id: str, now: Millis) -> Queue:
        found, expiry = self._existing(queue.user_id), queue.sessions.get(session_id, 0)
        require(_live(found, session_id, now) and found.sessions[session_id] == expiry)
        self.open_until[queue.user_id] = expiry
        return self._put(replace(found, sessions={session_id: expiry}, generation=found.generation + 1))

    def extend_session(self, user_id: str, session_id: str, expires_at: Millis, now: Millis) -> None:
        queue = self._existing(user_id)
        require(_live(queue, session_id, now))
        self.open_until[user_id] = expires_at
        self._put(replace(queue, sessions={**queue.sessions, session_id: expires_at}))

    def end_session(self, user_id: str, session_id: str) -> Queue | None:
        queue = self.queues.get(user_id)
        if queue is None:
            return None
        self.marked[user_id] = None
        return self._put(replace(queue, sessions=_without(queue, session_id)))

    def bar(self, user_id: str, now: Millis, username: str = "") -> None:
        queue = self.queues.get(user_id)
        if queue is None:
            queue = replace(_new_queue(user_id, self.limit, now, username), state=State.CLOSED)
        else:
            self.marked[user_id] = None
        self._put(replace(queue, barred=True, sessions={}))

    def unbar(self, user_id: str) -> None:
        queue = self.queues.get(user_id)
        if queue and queue.leaving is None:
            self._put(replace(queue, barred=False))

    def leave(self, user_id: str, now: Millis) -> None:
        queue = self._existing(user_id)
        self.marked[user_id] = None
        self._put(replace(queue, barred=True, leaving=now, sessions={}))

    def remove(self, queue: Queue) -> None:
        require(self._existing(queue.user_id).leaving is not None)
        del self.queues[queue.user_id]
        self.marked.pop(queue.user_id, None)
        self.open_until.pop(queue.user_id, None)

    def page(self, after: str | None, limit: int) -> Sequence[Queue]:
        ids = list(self.queues)
        first = 0 if after is None else ids.index(after) + 1
        return [self.queues[user_id] for user_id in ids[first : first + limit]]

    def close(self, queue: Queue) -> None:
        found = self._existing(queue.user_id)
        require(_is_idle(found, queue))
        self.open_until.pop(queue.user_id, None)
        self.marked.pop(queue.user_id, None)
        self._put(replace(found, state=State.CLOSED, sessions={}, awake=None))

    def working(self) -> Sequence[str]:
        return list(self.marked)

    def unmark(self, queue: Queue) -> None:
        found = self._existing(queue.user_id)
        require(_is_idle(found, queue))
        self.marked.pop(queue.user_id, None)
        self.open_until[queue.user_id] = queue.connected_until

    def expiring(self, now: Millis) -> Sequence[str]:
        return [user_id for user_id, until in self.open_until.items() if until <= now]

    def _existing(self, user_id: str) -> Queue:
        queue = self.queues.get(user_id)
        if queue is None:
            raise LostRaceError
        return queue

    def _unchanged(self, queue: Queue, session_id: str | None, now: Millis) -> Queue:
        found = self._existing(queue.user_id)
        same = (found.state, found.paused_by, found.awake) == (queue.state, queue.paused_by, queue.awake)
        require(same and (session_id is None or _live(found, session_id, now)))
        return found

    def _put(self, queue: Queue) -> Queue:
        state = state_under(queue.paused_by, queue.state)
        if state is not queue.state:
            queue = replace(queue, state=state)
        self.queues[queue.user_id] = queue
        return queue


def require(condition: bool) -> None:
    if not condition:
        raise LostRaceError


def _new_queue(user_id: str, limit: int, now: Millis, username: str, generation: int = 0) -> Queue:
    return Queue(
        user_id,
        room=limit,
        limit=limit,
        tail_at=now,
        moved_at=now,
        username=username,
        generation=generation,
    )


def _is_idle(found: Queue, seen: Queue) -> bool:
    drained = found.head == found.tail == seen.tail
    return drained and found.sessions == seen.sessions and found.leaving is None


def _live(queue: Queue, session_id: str, now: Millis) -> bool:
    return queue.sessions.get(session_id, 0) > now


def _without(queue: Queue, session_id: str) -> dict[str, Millis]:
    return {id_: expiry for id_, expiry in queue.sessions.items() if id_ != session_id}


def _moved(queue: Queue, progress: Progress, now: Millis) -> Queue:
    return replace(
        queue,
        head=progress.head,
        room=queue.room + progress.head - queue.head,
        counts={status: n + progress.counts.get(status, 0) for status, n in queue.counts.items()},
        average_ms=round(progress.average_ms, 3),
        moved_at=now,
    )
