"""Entries of a history: what is scheduled and what handlers enqueue, and what must hold of both."""

from dataclasses import dataclass, field
from random import Random
from zlib import crc32

from chalicelib.adapters.memory.tables import MemoryTables
from chalicelib.core.queueing.entry import Entry, entry_id
from chalicelib.core.queueing.queue import Queue
from chalicelib.core.queueing.request import Follows, Request, Status
from tests.simulation.executions import LONG, SLOW, Executions
from tests.simulation.history import require
from tests.simulation.large import payload_of, perhaps_large
from tests.simulation.plans import draw_plan, prolonged

NAME, NOBODY = "name", "x"  # a user who is no account; the id of an account that there is not
KINDS = ("schedule", "schedule", "schedule", "schedule_keyed", "schedule_keyed", "unschedule")
TYPES = ("skip", "book", "skip", SLOW, LONG)
GENERATIONS = 3  # a follow-up may have follow-ups of its own
REMOVING = ("unschedule", "purge")

type Place = tuple[str, int]
"""A user and a number."""


def is_account(user_id: str) -> bool:
    return not user_id.startswith(NAME)


@dataclass(slots=True)
class Entries:
    """In some histories there are none; those are as they were before there were entries."""

    seed: int
    tables: MemoryTables
    executions: Executions
    is_used: bool = False
    faultless: bool = False  # then nobody sweeps, and all enter at once
    planned: dict[str, Place] = field(default_factory=dict)  # follow-ups by payload: what they follow
    scheduled: set[str] = field(default_factory=set)  # payloads
    waiting: dict[str, Entry] = field(default_factory=dict)  # as they were after the last step, by payload
    entered: dict[str, Request] = field(default_factory=dict)  # as they were written, by payload
    deleted: set[str] = field(default_factory=set)
    moments: dict[str, int] = field(default_factory=dict)  # at which follow-ups enter, by payload
    forgetting: dict[str, set[str]] = field(default_factory=dict)  # by call: what it found waiting
    _payloads: dict[Place, str] = field(default_factory=dict)
    _ended: set[Place] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.is_used = Random(f"entries {self.seed}").random() < 0.3

    def kinds(self) -> list[str]:
        """What one user does."""
        rng = Random(f"kinds {self.seed}")
        return [rng.choice(KINDS) for _ in range(rng.randrange(4))] if self.is_used else []

    def follow_ups(self, request: Request) -> tuple[Entry, ...]:
        """What the handler enqueues: the same in each attempt."""
        payload = request.payload.strip()
        if not self.is_used or payload.count(">") >= GENERATIONS:
            return ()
        rng = Random(payload)
        return tuple(self._follow_up(request, payload, n, rng) for n in range(rng.choice((0, 0, 0, 1, 2, 3))))

    def _follow_up(self, origin: Request, payload: str, number: int, rng: Random) -> Entry:
        user_id = rng.choice((origin.user_id, origin.user_id, "a", "b", NAME, NAME, NOBODY))
        own, type_ = perhaps_large(f"{payload}>{number}"), rng.choice(TYPES)
        plan = draw_plan(rng)
        self.executions.plans.setdefault(own, prolonged(plan, rng) if type_ == LONG else plan)
        self.planned[own] = origin.user_id, origin.seq
        later = 0 if self.faultless else rng.choice((0, 0, 0, 2_000, 30_000, 100_000))
        enter_at = (origin.started_at or 0) + later
        token = f"{crc32(payload.encode()):08x}{origin.attempt_token}"
        return Entry(
            user_id=user_id,
            id=entry_id(enter_at, token, number),
            enter_at=enter_at,
            type=type_,
            payload=own,
            created_at=enter_at - later,
            follows=Follows(origin.user_id, origin.seq),
        )

    def check(self, actor: str) -> None:
        """After `actor` has done something. Raises Violation."""
        if not self.is_used:
            return
        waiting = [entry for own in self.tables.entries.values() for entry in own.values()]
        for place, request in self._requests():
            self._check_request(place, request)
        self._check_waiting(waiting)
        gone = self.waiting.keys() - {entry.payload for entry in waiting} - self.entered.keys()
        for payload in gone:
            self._check_gone(self.waiting[payload], actor)
        self.waiting = {entry.payload: entry for entry in waiting}
        self.moments |= {entry.payload: entry.enter_at for entry in waiting}
        self._check_origins()

    def _requests(self) -> list[tuple[Place, Request]]:
        return [
            ((user_id, seq), request)
            for user_id, requests in self.tables.requests.items()
            for seq, request in requests.items()
            if request.status is not Status.VOID and request.origin is None
        ]

    def _check_request(self, place: Place, request: Request) -> None:
        if place not in self._payloads:
            self._payloads[place] = payload = payload_of(self.tables, request)
            if payload in self.planned or payload in self.scheduled:
                first = payload not in self.entered and payload not in self.deleted
                require(first, f"an entry has entered as {place} and before, or was deleted")
                self.entered[payload] = request

    def _check_waiting(self, waiting: list[Entry]) -> None:
        payloads = [entry.payload for entry in waiting]
        require(len(set(payloads)) == len(payloads), "an entry is there twice")
        for entry in waiting:
            known = entry.payload in self.entered or entry.payload in self.deleted
            require(not known, f"entry {entry.id} is there, and has entered or was deleted")

    def _check_gone(self, entry: Entry, actor: str) -> None:
        """It has not entered."""
        queue = self.tables.queues.get(entry.user_id)
        removed = is_account(entry.user_id) and (queue is None or queue.deleted_at is not None)
        require(removed or actor.startswith(REMOVING), f"entry {entry.id} was lost by {actor}")
        self.deleted.add(entry.payload)

    def _check_origins(self) -> None:
        """A follow-up is there if and only if what it follows has succeeded."""
        seen = self.waiting.keys() | self.entered.keys() | self.deleted
        for payload, (user_id, seq) in self.planned.items():
            origin = self.tables.requests.get(user_id, {}).get(seq)
            succeeded = origin is not None and origin.status is Status.SUCCEEDED
            if succeeded or (user_id, seq) in self._ended:
                self._ended.add((user_id, seq))
                require(payload in seen, f"{payload.strip()} is not there, though {seq} has succeeded")
            else:
                require(payload not in seen, f"{payload.strip()} is there, though {seq} has not succeeded")

    def note_forgetting(self, call: str, user_id: str) -> None:
        """The call begins to delete all that the user has."""
        own = self.tables.entries.get(user_id, {}).values()
        self.forgetting[call] = {entry.payload for entry in own}

    def check_queue(self, before: Queue, queue: Queue) -> None:
        """Nothing gets a number where nobody may send."""
        if queue.tail > before.tail:
            require(not queue.blocked, "a number was given out for a user who is blocked")
            require(queue.deleted_at is None, "a number was given out in a queue that is to be removed")

    def check_order(self) -> None:
        """What one request has enqueued for one user at one moment is in the order of the calls."""
        lines = dict[tuple[object, ...], list[tuple[str, int]]]()
        for payload, request in self.entered.items():
            if request.follows:
                moment = self.moments.get(payload)
                lines.setdefault((request.follows, request.user_id, moment), []).append(
                    (payload, request.seq)
                )
        for line in lines.values():
            in_order = [seq for _, seq in sorted(line)]
            require(in_order == sorted(in_order), f"follow-ups have entered in another order: {line}")
