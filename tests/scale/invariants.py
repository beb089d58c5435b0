"""The promises I1 to I8 of docs/protocol.md, checked on every user of the sample while everything runs."""

from collections import defaultdict
from typing import Any

from chalicelib.adapters.memory.tables import MemoryTables
from chalicelib.core.queueing.queue import Queue
from chalicelib.core.queueing.request import Request, Status


class BrokenPromiseError(AssertionError):
    """An invariant does not hold."""


class Invariants:
    def __init__(self, tables: MemoryTables) -> None:
        self.checks = 0
        self.accepted: dict[str, set[int]] = defaultdict(set)  # by user: no outcome was seen yet
        self.outcomes = 0
        self._tables = tables
        self._queues: dict[str, Queue] = {}
        self._running: dict[str, int] = {}
        self._last_started: dict[str, int] = defaultdict(int)
        self._ended: dict[str, dict[int, tuple[Status, str | None]]] = defaultdict(dict)

    def accept(self, request: Request) -> None:
        if request.seq not in self._ended[request.user_id]:
            self.accepted[request.user_id].add(request.seq)

    def written(self, user_id: str, answer: Any) -> None:
        """After every write of a user's data."""
        self.checks += 1
        if isinstance(answer, Request) and answer.settled:
            self._check_outcome(answer)
        queue = self._tables.queues.get(user_id)
        before = self._queues.get(user_id)
        if queue is None or queue is before:
            return
        self._queues[user_id] = queue
        _require(0 <= queue.read <= queue.head <= queue.tail, "I1", queue)
        _require(queue.room == queue.limit - queue.depth, "I7", queue)
        if before:
            forward = before.tail <= queue.tail and before.head <= queue.head and before.read <= queue.read
            _require(forward, "I1", queue)
            self._check_passed(before, queue)

    def _check_passed(self, before: Queue, queue: Queue) -> None:
        """I2: what the head moves past is a request with an outcome, or a void."""
        places = self._tables.requests.get(queue.user_id, {})
        for seq in range(before.head + 1, queue.head + 1):
            request = places.get(seq)
            _require(request is not None and request.settled, "I2", queue)

    def _check_outcome(self, request: Request) -> None:
        """I5, and I8 for requests with effects."""
        ended = self._ended[request.user_id]
        outcome = request.status, request.result
        known = ended.setdefault(request.seq, outcome)
        _require(known == outcome, "I5", request)
        self.outcomes += 1
        self.accepted[request.user_id].discard(request.seq)
        if request.type == "book":
            booked = self._tables.ledger.balances.get(account_of(request), 0)
            _require(booked == (request.status is Status.SUCCEEDED), "I8", request)
        ended.pop(request.seq - 1_000, None)  # long ago

    def started(self, request: Request) -> None:
        """I3 and I4: alone, and not before one with a smaller number has its outcome."""
        user_id = request.user_id
        _require(user_id not in self._running, "I3", request)
        self._running[user_id] = request.seq
        _require(request.seq >= self._last_started[user_id], "I4", request)
        places = self._tables.requests[user_id]
        queue = self._tables.queues[user_id]
        for seq in range(queue.head + 1, request.seq):
            earlier = places.get(seq)
            _require(earlier is not None and earlier.settled, "I4", request)
        self._last_started[user_id] = request.seq

    def stopped(self, request: Request) -> None:
        self._running.pop(request.user_id, None)

    def check_end(self) -> None:
        """I6: nobody waits any more for what was accepted."""
        waiting = {user_id: sorted(seqs)[:5] for user_id, seqs in self.accepted.items() if seqs}
        _require(not waiting, "I6", waiting)


def account_of(request: Request) -> str:
    """Where the request's effect is booked."""
    return f"{request.user_id} {request.seq}"


def _require(condition: bool, name: str, what: object) -> None:
    if not condition:
        raise BrokenPromiseError(f"{name}: {what}")
