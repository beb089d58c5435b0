"""What must hold after every single step, whoever made it. The numbers are DESIGN.md's."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from chalicelib.core.queueing.attempt import STARTED_TOO_LATE
from chalicelib.core.queueing.heartbeat import SKEW_MS
from chalicelib.core.queueing.queue import PausedBy, Queue, State
from chalicelib.core.queueing.request import LONGEST_DELAY_MS, NO_COUNTS, OUTCOMES, Request, Status
from tests.simulation.executions import Executions, account_of, has_effects
from tests.simulation.history import Violation
from tests.simulation.large import check_result, payload_of
from tests.simulation.looks import check_found
from tests.simulation.removals import check_removed
from tests.simulation.services import check_opening, is_opened_for_service
from tests.simulation.slots import SlotInvariants, check_latest_start
from tests.simulation.stops import check_stop

if TYPE_CHECKING:
    from chalicelib.adapters.memory.tables import MemoryTables
    from chalicelib.core.time import Millis
    from tests.simulation.callback_invariants import CallbackInvariants
    from tests.simulation.entries import Entries
    from tests.simulation.limits import Limits

type Requests = dict[int, Request]
UNFIT = ("unknown_type", "invalid_payload")
AGAIN_MS = 3_000  # within this, whoever has held a queue has looked again


class Invariants:
    """Compares what is stored with what was stored before."""

    def __init__(
        self, tables: MemoryTables, executions: Executions, entries: Entries, limits: Limits
    ) -> None:
        self.reads: dict[tuple[str, int], str] = {}  # user and number: the actor that moved `read` there
        self.ended: dict[tuple[str, int], Millis] = {}  # user and number: when the outcome was stored
        self.taking_several: set[str] = set()  # actors that dequeue so: verdict.py looks at their answers
        self._tables = tables
        self._executions = executions
        self._entries = entries
        self._limits = limits
        self._queues: dict[str, Queue] = {}
        self._requests: dict[str, Requests] = {}
        self._balances = tables.ledger.balances
        self._slots = SlotInvariants(tables)
        self.callbacks: CallbackInvariants | None = None
        self.prompt = False  # whether every process does at once what it has to

    def check(self, user_id: str, actor: str) -> None:
        """After `actor` has done something to this user's queue. Raises Violation."""
        requests = self._tables.requests.get(user_id, {})
        self._check_requests(self._requests.setdefault(user_id, {}), requests, actor)
        queue = self._tables.queues.get(user_id)
        self._entries.check(actor)
        if queue is None:
            check_removed(self._tables, self._executions, user_id)
            self._queues.pop(user_id, None)  # what comes next is of the next user of the name
            self._requests.pop(user_id, None)
            self.ended = {place: at for place, at in self.ended.items() if place[0] != user_id}
            return
        if queue.deleted_at is None:
            self._slots.check(user_id)
        before = self._queues.get(user_id, Queue(user_id, 0, 0, counts=NO_COUNTS))
        if queue is not before:
            _check_queue(before, queue, requests)
            if not actor.startswith("mark_read") and actor not in self.taking_several:
                _check_read(before, queue, requests)
            _check_pause(before, queue, actor)
            if State.HELD in (before.state, queue.state):
                self._check_held(before, queue)
            if before.state is State.HALTED is not queue.state and "worker" in actor:
                _check_unhalted(queue, requests)
            if queue.state is State.CLOSED and before.state is not State.CLOSED:
                _check_closed(before, self._executions.scheduler.now)
            check_found(before, queue, self._tables.open_until, self._executions.scheduler.now)
            self._entries.check_queue(before, queue)
            if self.callbacks:
                self.callbacks.check(before, queue, actor)
            self._limits.check(before, queue, actor)
            opened = before.state is State.CLOSED is not queue.state
            entered = queue.tail > before.tail  # an entry
            used = bool(queue.sessions) or entered or is_opened_for_service(before, queue, actor)
            check_opening(before, queue, actor)
            _require(not opened or used, "a closed queue was opened and nobody is connected")
            in_closed = entered and queue.state is State.CLOSED
            _require(not in_closed, "a number was given out in a closed queue")
            self.reads |= {(user_id, queue.read): actor} if queue.read != before.read else {}
            self._queues[user_id] = queue
        _check_line(queue, requests)

    def _check_held(self, before: Queue, queue: Queue) -> None:
        """Only a queue that a worker is at is held, and not for a request that has ended."""
        if queue.state is State.HELD is not before.state:
            _require(before.state in (State.OPEN, State.PAUSED), f"a queue was held that was {before.state}")
            _require(queue.awake is not None, "a queue was held at which no worker is")
        if queue.state is State.HELD and self.prompt:
            now = self._executions.scheduler.now
            self._executions.scheduler.after(AGAIN_MS, lambda: self._check_head_waits(queue, now))

    def _check_head_waits(self, seen: Queue, held_at: Millis) -> None:
        """Whatever came in between: who has held the queue looks again."""
        queue = self._tables.queues.get(seen.user_id)
        if queue and (queue.state, queue.head, queue.hold) == (State.HELD, seen.head, seen.hold):
            ended = self.ended.get((queue.user_id, queue.head + 1), held_at + 1) <= held_at
            _require(not ended, "a queue stays held by a request that has ended")

    def _check_requests(self, known: Requests, requests: Requests, actor: str) -> None:
        booked = self._balances is not self._tables.ledger.balances
        for seq, request in requests.items():
            before = known.get(seq)
            if request is not before:
                if before is not None:
                    _check_change(before, request)
                    check_stop(before, request)
                check_latest_start(request)
                wasted = self._executions.steady and request.error == STARTED_TOO_LATE
                _require(not wasted, f"an attempt at {request.seq} was spent, and its handler never started")
                self._limits.check_pace(before, request)
                self._slots.check_change(before, request)
                if request.settled:
                    self.ended.setdefault((request.user_id, seq), self._executions.scheduler.now)
                if before is None or before.status is not Status.FAILED:
                    _check_failed(request, actor)
                if request.payload_bytes and not self._tables.queues[request.user_id].deleted_at:
                    payload_of(self._tables, request)
                if request.status is Status.SUCCEEDED:
                    check_result(self._tables, request)
                    _require(
                        self._executions.has_succeeded(request),
                        f"{request.seq} succeeded, its handler did not",
                    )
                known[seq] = request
            elif not booked:
                continue
            self._check_effects(request)
        self._balances = self._tables.ledger.balances

    def _check_effects(self, request: Request) -> None:
        """I8: the effects of a request are there once if it succeeded and not at all if it did not."""
        booked = self._tables.ledger.balances.get(account_of(request), 0)
        wanted = 1 if request.status is Status.SUCCEEDED and has_effects(request) else 0
        _require(booked == wanted, f"I8: the effects of {request.seq} were written {booked} times")


def _check_change(before: Request, after: Request) -> None:
    kept_longer = replace(before, expires_at=after.expires_at, payload_until=after.payload_until) == after
    void = before.status is after.status is Status.VOID
    closed_again = void and after.enqueued_at >= (before.expires_at or 10**15)  # once it was forgotten
    kept = not before.settled or kept_longer or closed_again
    _require(kept, f"I5: {after.seq} was {before.status} and became {after.status}")
    _require(after.attempts >= before.attempts, f"attempts of {after.seq} went back")
    put_off = (after.not_before or 0) - (after.started_at or after.not_before or 0)
    _require(put_off <= LONGEST_DELAY_MS, f"{after.seq} was put off for ever")
    _require(after.deadline is None or after.status is Status.RUNNING, f"{after.seq} rests, with a deadline")
    suspended = before.status is Status.RUNNING and after.awaits is not None
    counted = after.counted_attempts >= before.counted_attempts
    _require(not (suspended and counted), f"an attempt at {after.seq} that was suspended counts")
    payload = "null" if after.status is Status.VOID else before.payload
    _require(after.payload in (payload, before.payload), f"{after.seq} became another request")
    if after.attempts > before.attempts and before.status is Status.RUNNING:
        over = (after.started_at or 0) >= (before.deadline or 0)
        _require(over, f"I3: {after.seq} was begun again before its deadline")


def _check_failed(request: Request, actor: str) -> None:
    """What the deployed code cannot take fails only if somebody skips it."""
    unfit = request.status is Status.FAILED and request.error is not None and request.error.kind in UNFIT
    skipped = actor.startswith(("skip", "admin_skip", "nobody"))
    _require(not unfit or skipped, f"{request.seq} has failed for code that cannot take it")


def _check_unhalted(queue: Queue, requests: Requests) -> None:
    head = requests.get(queue.head + 1)
    _require(head is None or head.is_resolved, "a worker has opened a halted queue")


def _check_queue(before: Queue, queue: Queue, requests: Requests) -> None:
    in_order = 0 <= queue.read <= queue.head <= queue.tail
    _require(in_order, f"I1: read {queue.read} head {queue.head} tail {queue.tail}")
    _require(queue.room == queue.limit - queue.depth, f"I7: room {queue.room} at depth {queue.depth}")
    back = queue.tail < before.tail or queue.head < before.head or queue.read < before.read
    _require(not back, "a cursor went back")
    back = queue.purged < before.purged or queue.floor < before.floor
    _require(not back, "what was purged or forgotten came back")
    _check_passed(before, queue, requests)
    if queue.state is State.HALTED and before.state is not State.HALTED:
        _check_halted(queue, requests)
    _require(queue.tail == before.tail or queue.room >= 0, "a request was taken for which there was no room")


def _check_pause(before: Queue, queue: Queue, actor: str) -> None:
    """It holds until it is ended by whoever may; a user cannot end an administrator's."""
    enders = ("admin_resume",) if before.paused_by is PausedBy.ADMINISTRATOR else ("resume", "admin_resume")
    ended = before.paused_by is not None and queue.paused_by not in (before.paused_by, PausedBy.ADMINISTRATOR)
    _require(not ended or actor.startswith(enders), f"a pause by the {before.paused_by} was ended by {actor}")


def _check_closed(before: Queue, now: Millis) -> None:
    connected = before.live_sessions(now + SKEW_MS)  # by the clock of whoever closed it
    _require(not before.depth and not connected, "a queue in use was closed")


def _check_passed(before: Queue, queue: Queue, requests: Requests) -> None:
    """I2: what the head has moved past has an outcome or is void, and is counted."""
    counts = dict.fromkeys(OUTCOMES, 0)
    for seq in range(before.head + 1, queue.head + 1):
        request = requests.get(seq)
        _require(request is not None and request.settled, f"I2: the head passed {seq}, which has no outcome")
        if request is not None and request.status in counts:
            counts[request.status] += 1
    for status, n in counts.items():
        _require(queue.counts[status] == before.counts[status] + n, f"{status} requests are counted wrong")


def _check_read(before: Queue, queue: Queue, requests: Requests) -> None:
    """`read` steps over nothing that could be handed out, unless a reader says that it has seen it."""
    for seq in range(max(before.read, queue.floor) + 1, queue.read):
        request = requests.get(seq)  # none if it has expired
        _require(request is None or request.status is Status.VOID, f"the outcome of {seq} was stepped over")


def _check_halted(queue: Queue, requests: Requests) -> None:
    line = (requests.get(seq) for seq in range(queue.head + 1, queue.tail + 1))
    first = next((request for request in line if request is None or not request.settled), None)
    failed = first is not None and first.status is Status.QUEUED and first.error is not None
    _require(failed or _was_cancelled(queue, requests), "a queue was halted whose head has not failed")


def _was_cancelled(queue: Queue, requests: Requests) -> bool:
    """After the attempt and just before the queue was halted: both sides look again and open it.

    Another worker may have moved the head past it already.
    """
    halting = (requests.get(seq) for seq in (queue.head, queue.head + 1))
    return any(request is not None and request.status is Status.CANCELLED for request in halting)


def _check_line(queue: Queue, requests: Requests) -> None:
    """I3 and I4: behind the first number without an outcome, nothing has ever been begun."""
    waiting = 0
    for seq in range(queue.head + 1, queue.tail + 1):
        request = requests.get(seq)
        if waiting:
            begun = request is not None and request.attempts > 0
            _require(not begun, f"I4: {seq} was begun and {waiting} has no outcome yet")
        elif request is None or not request.settled:
            waiting = seq


def _require(condition: bool, violation: str) -> None:
    if not condition:
        raise Violation(violation)
