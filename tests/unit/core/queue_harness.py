"""The use cases over the fakes, with one user who is signed in and handlers that do as they are told."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import count

from chalicelib.adapters.memory.clock import ManualClock
from chalicelib.adapters.memory.fifo import MemoryFifo, Receipt
from chalicelib.adapters.memory.objects import MemoryObjects
from chalicelib.adapters.memory.store import MemoryStore
from chalicelib.adapters.memory.wake_ups import MemoryLease, MemoryWakeUps
from chalicelib.adapters.sqs.wake_ups import from_message
from chalicelib.core.queueing.attempt import Attempt, Result, Taken
from chalicelib.core.queueing.controls import Controls
from chalicelib.core.queueing.dequeue import Dequeue
from chalicelib.core.queueing.drain import Drain
from chalicelib.core.queueing.enqueue import Accepted, Enqueue, Work
from chalicelib.core.queueing.entering import Entering
from chalicelib.core.queueing.handler import Handler
from chalicelib.core.queueing.heartbeat import StopWatch
from chalicelib.core.queueing.idempotency import IdempotencyKey
from chalicelib.core.queueing.journal import Journal
from chalicelib.core.queueing.lane import QUICK_TIMEOUT_S, Lane
from chalicelib.core.queueing.outcomes import Outcomes
from chalicelib.core.queueing.pages import Extent
from chalicelib.core.queueing.policy import OnFailure, Policy
from chalicelib.core.queueing.queue import Queue
from chalicelib.core.queueing.registry import Registry
from chalicelib.core.queueing.request import Failure, Request, Status
from chalicelib.core.queueing.scheduling import Scheduling
from chalicelib.core.queueing.steps import Ending, Wait
from chalicelib.core.queueing.suspending import Suspended
from chalicelib.core.queueing.sweep import Sweep
from chalicelib.core.queueing.uploads import Uploads
from chalicelib.core.queueing.waits import Waits
from chalicelib.core.queueing.watch import Watch
from chalicelib.core.rates import Rate
from tests.fakes.accounts import FakeAccounts, FakeSessions, new_session

USER, SESSION = "user", "session"
BROKEN = Failure("error", "It broke.")
UNFIT = Failure("invalid_payload", "payload.n is missing.")
DONE = Result('"done"')
HOUR_MS = 3_600_000
LIMIT = 10
QUANTUM_MS = 10_000

type Ran = Result | Failure | Suspended | Callable[[Request], Result | Failure | Suspended]


class DiedError(BaseException):
    """The worker's process has ended."""


@dataclass
class QueueHarness:
    clock: ManualClock = field(default_factory=ManualClock)
    store: MemoryStore = field(default_factory=lambda: MemoryStore(LIMIT))
    accounts: FakeAccounts = field(default_factory=FakeAccounts)
    script: dict[int, list[Ran]] = field(default_factory=dict)  # what comes of the attempts of a request
    started: list[int] = field(default_factory=list)  # the numbers of requests, in the order of their starts
    deadly: set[int] = field(default_factory=set)  # whose payloads end the process that reads them
    read: list[int] = field(default_factory=list)  # the numbers of requests whose payloads were read
    unfit: dict[int, Failure] = field(default_factory=dict)  # why the workers' code cannot take a request
    limits: list[float] = field(default_factory=list)  # the seconds that each of them was given

    heartbeat: StopWatch | None = None  # of the last attempt
    journal: Journal | None = None  # likewise

    def __post_init__(self) -> None:
        self.fifos = {lane: MemoryFifo(self.clock.now) for lane in Lane}
        self.fifo, self.slow = self.fifos[Lane.QUICK], self.fifos[Lane.SLOW]
        self.handlers = _handlers()
        rings = count(1)
        self._bell = bell = MemoryWakeUps(self.fifos)
        queues, requests = self.store.queues, self.store.requests
        self.store.tables.objects = self.objects = MemoryObjects(self.clock.now)
        self.uploads = Uploads(self.objects, queues, self.clock)
        self.entering = Entering(self.store.entries, queues, requests, bell, self.clock, self.handlers)
        self.drains = self._new_drains(lambda: f"ring {next(rings)}")
        self.enqueue = Enqueue(queues, requests, self.store.keys, bell, self.clock, handlers=self.handlers)
        self.scheduling = Scheduling(
            self.store.entries, queues, requests, self.store.keys, self.entering, self.clock
        )
        self.slots = FakeSessions()
        self.add_session(SESSION)
        waits = Waits(self.slots, self.clock)
        self._dequeue = Dequeue(queues, requests, self.clock, waits)
        self.outcomes = Outcomes(queues, requests, self.clock, waits)
        self.controls = Controls(
            queues, requests, bell, self.clock, self.enqueue, lambda: f"ring {next(rings)}", self.objects
        )
        self.sweep = Sweep(self.store, self.accounts, bell, self.clock)
        self.watch = Watch(queues, requests, self.clock, waits)
        now = self.clock.now()
        self.store.connections.open_session(USER, SESSION, now + HOUR_MS, now, USER)

    def _new_drains(self, new_ring: Callable[[], str]) -> dict[Lane, Drain]:
        marks, queues, requests = count(1), self.store.queues, self.store.requests
        attempt = Attempt(
            requests,
            self.clock,
            self.handlers,
            self._take,
            self._run,
            fraction=lambda: 0.5,
            new_token=lambda: f"mark {next(marks)}",
            enter=self.entering.all_of,
            notes=lambda: self.store.notes,
            objects=self.objects,
        )
        return {
            lane: Drain(queues, requests, self._bell, self.clock, attempt, QUANTUM_MS, new_ring, lane)
            for lane in Lane
        }

    @property
    def drain(self) -> Drain:
        return self.drains[Lane.QUICK]

    @property
    def queue(self) -> Queue:
        return self.store.tables.queues[USER]

    def request(self, seq: int) -> Request:
        return self.store.tables.requests[USER][seq]

    def statuses(self) -> list[Status]:
        return [self.request(seq).status for seq in sorted(self.store.tables.requests.get(USER, {}))]

    def send(self, count: int = 1, type_: str = "skip", key: IdempotencyKey | None = None) -> Accepted:
        """Requests sent in one call."""
        return self.enqueue(USER, SESSION, [Work(type_, "null")] * count, key)

    def dequeue(self, user_id: str, session_id: str, wait: float = 0) -> Request | None:
        return self._dequeue(user_id, session_id, lambda found: found[0], wait)

    def dequeue_some(self, most: int) -> Sequence[Request]:
        return self._dequeue(USER, SESSION, lambda found: found, 0, lambda: Extent(most)) or ()

    def add_session(self, session_id: str) -> None:
        """To the sessions; the queue has sessions of its own."""
        self.slots.add(new_session(session_id, USER, self.clock.now()))

    def make_room(self, count: int) -> None:
        """For so many requests; a limit counts from the next sign-in."""
        self.store.tables.limit = count
        self.store.connections.open_session(USER, "another", self.clock.now() + HOUR_MS, self.clock.now())

    def wake(self, lane: Lane = Lane.QUICK) -> Ending:
        """A worker of the lane serves the next wake-up, and deletes it if it is done."""
        receipt = self._fifo(lane).receive()
        assert receipt is not None, "there is no wake-up"
        return self.serve(receipt, lane)

    def serve(self, receipt: Receipt, lane: Lane = Lane.QUICK) -> Ending:
        lease = MemoryLease(self._fifo(lane), receipt)
        ending = self.drains[lane](from_message(receipt.body)[0], lease, None, receipt.number)
        if isinstance(ending, Wait):
            lease.hold((ending.until - self.clock.now()) / 1000)
        else:
            self._fifo(lane).delete(receipt)
        return ending

    def run(self) -> None:
        """Serve wake-ups, as time passes, until there are none."""
        while any(self._fifo(lane).messages() for lane in Lane):
            self.wake(self.pass_until_next_wake_up())

    def pass_until_next_wake_up(self) -> Lane:
        """The lane of that wake-up."""
        heads = [(m[0].visible_at, lane) for lane in Lane if (m := self._fifo(lane).messages())]
        soonest, lane = min(heads)
        self.clock.advance(max(0, soonest - self.clock.now()))
        return lane

    def _fifo(self, lane: Lane) -> MemoryFifo:
        return self.fifos[lane]

    def working_for(self, ms: int) -> Ran:
        """A handler that takes its time and succeeds."""

        def work(_: Request) -> Result:
            self.clock.advance(ms)
            return DONE

        return work

    def wake_ups_waiting(self, lane: Lane = Lane.QUICK) -> int:
        return len(self._fifo(lane).messages())

    def _take(self, _handler: Handler, request: Request, _seconds: float) -> Taken | Failure:
        self.read.append(request.seq)
        if request.seq in self.deadly:
            raise DiedError
        return self.unfit.get(request.seq) or Taken(None)

    def _run(
        self,
        _handler: Handler,
        request: Request,
        _taken: Taken,
        seconds: float,
        heartbeat: StopWatch,
        journal: Journal,
    ) -> Result | Failure | Suspended:
        self.heartbeat, self.journal = heartbeat, journal
        self.started.append(request.seq)
        self.limits.append(seconds)
        ran = self.script.get(request.seq, [])
        what = ran.pop(0) if ran else DONE
        return what(request) if callable(what) else what


def _handlers() -> Registry:
    registry = Registry()
    for type_, timeout, policy in (
        ("skip", 2.0, Policy(max_attempts=3)),
        ("halt", 2.0, Policy(max_attempts=1, on_failure=OnFailure.HALT)),
        ("slow", QUICK_TIMEOUT_S + 1, Policy(max_attempts=3)),
        ("long", 300.0, Policy(max_attempts=3)),
    ):
        registry.add(Handler(type_, lambda payload: payload, object, object, timeout, policy))
    return registry


def set_rate(harness: QueueHarness, text: str, type_: str = "skip") -> None:
    found = harness.handlers.get(type_)
    assert found
    harness.handlers.remove(type_)
    policy = replace(found.policy, base_ms=0)  # no back-off: retries are spaced by the rate alone
    harness.handlers.add(replace(found, rate=Rate.parse(text), policy=policy))


def lose_wake_ups(harness: QueueHarness) -> None:
    for message in harness.fifo.messages():
        harness.fifo.drop(message)


def seqs(requests: Iterable[Request]) -> list[int]:
    return [request.seq for request in requests]
