"""What must hold of callbacks: after every step, and at the end of a history."""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING

from chalicelib.adapters.memory.notes import MemoryNotes
from chalicelib.core.queueing.callbacks_given_up import page
from chalicelib.core.queueing.queue import State
from tests.simulation.history import require

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chalicelib.adapters.memory.tables import MemoryTables
    from chalicelib.core.queueing.callback_calls import Answer
    from chalicelib.core.queueing.callbacks_given_up import GivenUp
    from chalicelib.core.queueing.queue import Queue
    from chalicelib.core.queueing.request import Request
    from chalicelib.core.time import Millis
    from tests.simulation.records import Call
    from tests.simulation.scheduler import Scheduler
    from tests.simulation.world import World

SLACK_MS = 3_000  # two clocks, and moments in whole seconds
# Without faults, an owed callback is called so soon after it is due: the last wake-up may have been lost just
# before, then the sweeper finds the queue (after 80 s, and a minute more) and sends another under an id that
# SQS does not drop (after 3 minutes); a call that has begun just before lasts as long as a process may.
LATE_MS = 8 * 60_000

type Place = tuple[str, int]
"""A user and a number."""


@dataclass(slots=True)
class CallbackInvariants:
    """Compares the cursor with what receivers have got. All methods raise Violation."""

    tables: MemoryTables
    scheduler: Scheduler
    give_up_ms: Millis
    calm_since: Millis | None = None  # when the last fault was
    delivered: dict[Place, Millis] = field(default_factory=dict)  # when a receiver said yes last
    given_up: dict[Place, Millis] = field(default_factory=dict)
    _owed_since: dict[str, Millis] = field(default_factory=dict)
    _gone: set[Place] = field(default_factory=set)  # whose receiver has said so
    _failing_since: dict[tuple[str, str], Millis] = field(default_factory=dict)  # by user and receiver
    _replayed_at: dict[str, list[tuple[int, Millis]]] = field(default_factory=dict)

    def note_call(self, outcome: Request, answer: Answer) -> None:
        """A receiver gets an outcome, and answers."""
        user_id, seq = outcome.user_id, outcome.seq
        queue = self.tables.queues.get(user_id)
        if queue is not None and queue.deleted_at is None:
            require(seq <= queue.head, f"the outcome of {seq} was pushed before users could see it")
            for before in self._owed(user_id, queue.floor + 1, seq):
                known = (user_id, before) in self.delivered or (user_id, before) in self.given_up
                require(known, f"the outcome of {seq} was pushed before that of {before}")
        if answer.is_success:
            self.delivered[user_id, seq] = self.scheduler.now

    def note_failure(self, outcome: Request, answer: Answer) -> None:
        """A caller hears that it has failed, or hears nothing."""
        self._failing_since.setdefault((outcome.user_id, _receiver(outcome)), self.scheduler.now)
        if answer.status == HTTPStatus.GONE:
            self._gone.add((outcome.user_id, outcome.seq))

    def check(self, before: Queue, queue: Queue, actor: str) -> None:
        """After a queue was written."""
        was, now = before.callbacks, queue.callbacks
        require(now.last >= was.last, "what is owed last went back")
        for seq in self._owed(queue.user_id, max(before.head, queue.floor) + 1, queue.head + 1):
            is_owed = now.first is not None and now.first <= seq <= now.last
            require(is_owed, f"the head has passed {seq}, and its callback is not owed")
        if now.first is None or (was.first is not None and now.first > was.first):
            end = now.last + 1 if now.first is None else now.first
            for seq in self._owed(queue.user_id, max(was.first or end, queue.floor + 1), end):
                self._check_settled(queue, seq)
        if actor.startswith("replay"):
            self._replayed_at.setdefault(queue.user_id, []).append((now.first or 0, self.scheduler.now))
            for place in [place for place in self._failing_since if place[0] == queue.user_id]:
                del self._failing_since[place]
        self._check_called(before, queue)
        closed = queue.state is State.CLOSED and before.state is not State.CLOSED
        require(not (closed and was.is_owed), "a queue was closed that owes callbacks")
        found = queue.look_at is not None or queue.deleted_at is not None
        require(not now.is_owed or found, "the sweeper cannot find a queue that owes callbacks")

    def _check_called(self, before: Queue, queue: Queue) -> None:
        """What is owed is called in time, or given up: also in a queue that never rests."""
        cursor, now = queue.callbacks, self.scheduler.now
        if cursor.is_owed and not before.callbacks.is_owed:
            self._owed_since[queue.user_id] = now
        if self.calm_since is None or not cursor.is_owed or queue.deleted_at is not None:
            return
        due = max(cursor.next_at, self.calm_since, self._owed_since.get(queue.user_id, 0))
        require(now <= due + LATE_MS, f"nobody has called for {cursor.first} since it was due")

    def _check_settled(self, queue: Queue, seq: int) -> None:
        """The cursor moves past it: it was delivered since the last replay, or rightly given up."""
        place, request = (queue.user_id, seq), self.tables.requests[queue.user_id][seq]
        series = queue.user_id, _receiver(request)
        listed = any(gone.seq == seq for gone in self._listed(queue.user_id))
        since = max((at for first, at in self._replayed(queue.user_id) if first <= seq), default=0)
        if self.delivered.get(place, -1) >= since and not listed:
            self._failing_since.pop(series, None)
            return
        require(listed, f"the cursor moved past {seq}, which was neither delivered nor listed as given up")
        oldest = self.scheduler.now - self.give_up_ms + SLACK_MS
        failed = self._failing_since.get(series, self.scheduler.now) <= oldest
        is_old = failed and (request.finished_at or 0) <= oldest
        require(place in self._gone or is_old, f"{seq} was given up too early")
        self.given_up[place] = self.scheduler.now

    def _replayed(self, user_id: str) -> list[tuple[int, Millis]]:
        return self._replayed_at.get(user_id, [])

    def _listed(self, user_id: str) -> Sequence[GivenUp]:
        return page(MemoryNotes(self.tables), user_id, 0, 1_000)

    def _owed(self, user_id: str, first: int, end: int) -> list[int]:
        requests = self.tables.requests.get(user_id, {})
        return [seq for seq in sorted(requests) if first <= seq < end and requests[seq].owes_callback]

    def check_all(self, world: World, gone: set[str]) -> None:
        """At the end: nothing is missing."""
        for user_id, queue in self.tables.queues.items():
            if user_id in gone:
                continue
            require(queue.callbacks.first is None, f"callbacks of {user_id} are still owed")
            missing = [
                seq
                for seq in self._owed(user_id, queue.floor + 1, queue.head + 1)
                if (user_id, seq) not in self.delivered and (user_id, seq) not in self.given_up
            ]
            require(not missing, f"the outcomes of {missing} were never pushed")
        for call in world.calls.made:
            if call.kind == "replay" and call.worked and call.user_id not in gone:
                self._check_replayed(call)

    def _check_replayed(self, call: Call) -> None:
        """All from there on was pushed after the call had begun, or given up since."""
        queue = self.tables.queues[call.user_id]
        for seq in self._owed(call.user_id, max(call.asked, queue.floor + 1), queue.head + 1):
            place = call.user_id, seq
            settled = max(self.delivered.get(place, -1), self.given_up.get(place, -1))
            require(settled >= call.started, f"{call.name}: {seq} was not pushed again")


def _receiver(outcome: Request) -> str:
    return (outcome.callback or "").split("/")[2]
