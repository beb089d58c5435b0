"""What must hold after every single step, whoever made it. The numbers are DESIGN.md's."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from chalicelib.core.queueing.attempt import STARTED_TOO_LATE
from chalicelib.core.queueing.conclusion import CRASHED, OVERRAN
from chalicelib.core.queueing.queue import Queue, State
from chalicelib.core.queueing.request import LONGEST_DELAY_MS, NO_COUNTS, Request, Status
from tests.simulation.executions import Executions, account_of, has_effects
from tests.simulation.history import require
from tests.simulation.large import check_result, payload_of
from tests.simulation.looks import check_found
from tests.simulation.queue_invariants import (
    check_closed,
    check_line,
    check_pause,
    check_queue,
    check_read,
    check_unhalted,
)
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
            check_queue(before, queue, requests)
            if not actor.startswith("mark_read") and actor not in self.taking_several:
                check_read(before, queue, requests)
            check_pause(before, queue, actor)
            if State.HELD in (before.state, queue.state):
                self._check_held(before, queue)
            if before.state is State.HALTED is not queue.state and "worker" in actor:
                check_unhalted(queue, requests)
            if queue.state is State.CLOSED and before.state is not State.CLOSED:
                check_closed(before, self._executions.scheduler.now)
            check_found(before, queue, self._tables.open_until, self._executions.scheduler.now)
            self._entries.check_queue(before, queue)
            if self.callbacks:
                self.callbacks.check(before, queue, actor)
            self._limits.check(before, queue, actor)
            opened = before.state is State.CLOSED is not queue.state
            entered = queue.tail > before.tail  # an entry
            used = bool(queue.sessions) or entered or is_opened_for_service(before, queue, actor)
            check_opening(before, queue, actor)
            require(not opened or used, "a closed queue was opened and nobody is connected")
            in_closed = entered and queue.state is State.CLOSED
            require(not in_closed, "a number was given out in a closed queue")
            self.reads |= {(user_id, queue.read): actor} if queue.read != before.read else {}
            self._queues[user_id] = queue
        check_line(queue, requests)

    def _check_held(self, before: Queue, queue: Queue) -> None:
        """Only a queue that a worker is at is held, and not for a request that has ended."""
        if queue.state is State.HELD is not before.state:
            require(before.state in (State.OPEN, State.PAUSED), f"a queue was held that was {before.state}")
            require(queue.awake is not None, "a queue was held at which no worker is")
        if queue.state is State.HELD and self.prompt:
            now = self._executions.scheduler.now
            self._executions.scheduler.after(AGAIN_MS, lambda: self._check_head_waits(queue, now))

    def _check_head_waits(self, seen: Queue, held_at: Millis) -> None:
        """Whatever came in between: who has held the queue looks again."""
        queue = self._tables.queues.get(seen.user_id)
        if queue and (queue.state, queue.head, queue.hold) == (State.HELD, seen.head, seen.hold):
            ended = self.ended.get((queue.user_id, queue.head + 1), held_at + 1) <= held_at
            require(not ended, "a queue stays held by a request that has ended")

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
                require(not wasted, f"an attempt at {request.seq} was spent, and its handler never started")
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
                    require(
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
        require(booked == wanted, f"I8: the effects of {request.seq} were written {booked} times")


def _check_change(before: Request, after: Request) -> None:
    kept_longer = replace(before, expires_at=after.expires_at, payload_until=after.payload_until) == after
    void = before.status is after.status is Status.VOID
    closed_again = void and after.enqueued_at >= (before.expires_at or 10**15)  # once it was forgotten
    kept = not before.settled or kept_longer or closed_again
    require(kept, f"I5: {after.seq} was {before.status} and became {after.status}")
    require(after.attempts >= before.attempts, f"attempts of {after.seq} went back")
    put_off = (after.not_before or 0) - (after.started_at or after.not_before or 0)
    require(put_off <= LONGEST_DELAY_MS, f"{after.seq} was put off for ever")
    require(after.deadline is None or after.status is Status.RUNNING, f"{after.seq} rests, with a deadline")
    suspended = before.status is Status.RUNNING and after.awaits is not None
    counted = after.counted_attempts >= before.counted_attempts
    require(not (suspended and counted), f"an attempt at {after.seq} that was suspended counts")
    payload = "null" if after.status is Status.VOID else before.payload
    require(after.payload in (payload, before.payload), f"{after.seq} became another request")
    if after.attempts == before.attempts and after.error in (CRASHED, OVERRAN) and after.finished_at:
        over = before.status is not Status.RUNNING or after.finished_at >= (before.deadline or 0)
        require(over, f"{after.seq} was given up before its deadline")
    if after.attempts > before.attempts and before.status is Status.RUNNING:
        over = (after.started_at or 0) >= (before.deadline or 0)
        require(over, f"I3: {after.seq} was begun again before its deadline")


def _check_failed(request: Request, actor: str) -> None:
    """What the deployed code cannot take fails only if somebody skips it."""
    unfit = request.status is Status.FAILED and request.error is not None and request.error.kind in UNFIT
    skipped = actor.startswith(("skip", "admin_skip", "nobody"))
    require(not unfit or skipped, f"{request.seq} has failed for code that cannot take it")
