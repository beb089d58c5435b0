"""Callbacks of a history: receivers that fail, those who call them, and what must hold of both."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import TYPE_CHECKING, Literal
from zlib import crc32

from chalicelib.adapters.sqs.wake_ups import from_message
from chalicelib.core.errors import UnavailableError
from chalicelib.core.queueing.callback_calls import Answer
from chalicelib.core.queueing.calling_back import CallingBack
from chalicelib.core.queueing.lane import Lane
from chalicelib.core.queueing.steps import Done, Wait
from chalicelib.functions.serving import LONGEST_TIMER_S, MOST_RECEIVES, SHORTEST_TIMER_S
from tests.simulation.callback_invariants import CallbackInvariants
from tests.simulation.wake_ups import Lanes, SimulatedLease, WakeUpService

if TYPE_CHECKING:
    from chalicelib.adapters.memory.fifo import Receipt
    from chalicelib.core.queueing.request import Request
    from chalicelib.core.time import Millis
    from tests.simulation.ports import RemoteStore, SimulatedClock
    from tests.simulation.world import World

CALLED = (1, 5)  # of eight histories, those with callbacks; all others are as they were
GIVE_UP_MS = 10 * 60_000  # a day, in a world in which a history takes minutes
CALLER_MS = 60_000  # the function's time-out

type Receiver = Literal["good", "flaky", "down", "dead", "gone"]
BAD: tuple[Receiver, ...] = ("down", "dead", "gone")


@dataclass(slots=True)
class Receivers:
    """All receivers of a history, and the processes that call them."""

    world: World
    service: WakeUpService = field(init=False)
    invariants: CallbackInvariants = field(init=False)
    up_at: Millis = 0  # when the receiver that is down comes back
    bad: Receiver = "good"  # one of two receivers; the other is flaky
    _tries: dict[tuple[str, int], int] = field(default_factory=lambda: defaultdict(int))
    _number: count[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        rng, world = Random(f"callbacks of {self.world.seed}"), self.world
        self.service = WakeUpService(Lane.QUICK, world.scheduler, world.network, rng)
        self.invariants = CallbackInvariants(world.store.tables, world.scheduler, GIVE_UP_MS)
        if not world.faultless:
            self.bad = rng.choice(("good", *BAD))
        self.up_at = world.now + rng.choice((30_000, 300_000, 900_000))

    def start(self, store: RemoteStore, clock: SimulatedClock) -> Lanes:
        """Serve the wake-ups of those who call."""
        self.world.invariants.callbacks = self.invariants
        rng = Random(f"spread of {self.world.seed}")
        calling = CallingBack(
            store, clock, self._push, rng.random, lambda: f"{rng.getrandbits(24):06x}", GIVE_UP_MS
        )
        self.service.serve = lambda receipt: self._serve(calling, receipt)
        return Lanes(dict.fromkeys(Lane, self.service))

    @staticmethod
    def url_of(payload: str) -> str | None:
        """Where the outcome of the request with this payload goes: the same whenever it is asked."""
        lot = crc32(payload.encode()) // 11 % 6
        return None if lot > 3 else f"https://{'bad' if lot == 3 else 'flaky'}.example/{payload.strip()}"

    def _serve(self, calling: CallingBack, receipt: Receipt) -> None:
        scheduler = self.world.scheduler
        name = f"caller-{next(self._number)}"
        caller = scheduler.spawn(name, lambda: self._work(calling, receipt), after=5)
        if self.service.rng.random() >= self.world.network.faults.undying:
            scheduler.after(CALLER_MS, caller.kill)

    def _work(self, calling: CallingBack, receipt: Receipt) -> None:
        """As functions/calling.py has it."""
        user_id, seq = from_message(receipt.body)
        now = self.world.scheduler.now
        try:
            ending = calling(user_id, now + CALLER_MS)
            if isinstance(ending, Wait) and receipt.number > MOST_RECEIVES:
                self.service.send(user_id, seq, f"{user_id} {next(self._number)}")
                ending = Done()
            if isinstance(ending, Wait):
                wait = (ending.until - self.world.now) / 1000
                lease = SimulatedLease(self.service, receipt)
                lease.hold(min(LONGEST_TIMER_S, max(SHORTEST_TIMER_S, wait)))
        except UnavailableError as error:
            self.world.network.trace("caller fails", (user_id,), error)
            return
        self.world.network.trace("caller ends", (user_id,), ending)
        if isinstance(ending, Done):
            self.service.delete(receipt)

    def _push(self, outcome: Request, _attempt: int) -> Answer:
        def receive() -> Answer:
            answer = self._answer(outcome)
            self.invariants.note_call(outcome, answer)
            return answer

        try:
            answer: Answer = self.world.network.call(
                f"push to {self.bad}", (outcome.user_id, outcome.seq), receive
            )
        except UnavailableError:
            answer = Answer(0)
        if not answer.is_success:
            self.invariants.note_failure(outcome, answer)
        return answer

    def _answer(self, outcome: Request) -> Answer:
        place, bad = (outcome.user_id, outcome.seq), "//bad." in (outcome.callback or "")
        self._tries[place] += 1
        if bad and self.bad == "gone":
            return Answer(410)
        fails = self._tries[place] <= crc32(repr(place).encode()) % 3
        if bad:
            fails = self.bad == "dead" or (self.bad == "down" and self.world.now < self.up_at)
        return Answer(503 if fails else 200)

    @property
    def are_owed(self) -> bool:
        queues = self.world.store.tables.queues.values()
        return any(queue.callbacks.is_owed for queue in queues if queue.deleted_at is None)

    @property
    def patience_ms(self) -> Millis:
        """How much longer a history may take: each outcome may be the first of a series of failures."""
        places = self.world.store.tables.requests.values()
        owed = sum(request.callback is not None for requests in places for request in requests.values())
        return owed * 2 * GIVE_UP_MS if self.bad != "good" else 0


def receivers_of(world: World) -> Receivers | None:
    return Receivers(world) if world.seed % 8 in CALLED else None
