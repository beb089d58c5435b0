"""The sample: the real core of some users, over models of the services, in simulated time."""

import json
import math
from collections.abc import Callable
from random import Random
from typing import Any

from chalicelib.adapters.memory.effects import Booking
from chalicelib.adapters.memory.fifo import Receipt
from chalicelib.adapters.sqs.wake_ups import from_message, to_message
from chalicelib.core.errors import UnavailableError
from chalicelib.core.log_events import log_event
from chalicelib.core.queueing.attempt import Attempt, Result, Taken
from chalicelib.core.queueing.cause import Cause
from chalicelib.core.queueing.dequeue import Dequeue
from chalicelib.core.queueing.drain import Drain
from chalicelib.core.queueing.enqueue import Enqueue, Work
from chalicelib.core.queueing.entering import Entering
from chalicelib.core.queueing.handler import Handler
from chalicelib.core.queueing.heartbeat import StopWatch
from chalicelib.core.queueing.journal import Journal
from chalicelib.core.queueing.lane import Lane
from chalicelib.core.queueing.pages import Extent
from chalicelib.core.queueing.policy import Policy
from chalicelib.core.queueing.registry import Registry
from chalicelib.core.queueing.request import Request, Status
from chalicelib.core.queueing.steps import Done, Ending, Wait
from chalicelib.core.queueing.stopping import LOOK_MS
from chalicelib.core.queueing.sweep import Sweep
from chalicelib.core.queueing.waits import Waits
from chalicelib.functions.serving import LONGEST_TIMER_S, MOST_RECEIVES, SHORTEST_TIMER_S, UNAVAILABLE_S
from tests.fakes.accounts import FakeAccounts, FakeSessions
from tests.scale import calls, limits
from tests.scale.account import LANES, Account
from tests.scale.delays import Delays
from tests.scale.invariants import Invariants, account_of
from tests.scale.lanes import LaneQueue, MessageLease
from tests.scale.meter import ID, Meter
from tests.scale.network import Latencies, Network, Port, SimulatedClock, WakeUps
from tests.scale.stores import ScaleStore
from tests.scale.sweeping import Swept
from tests.simulation.scheduler import Scheduler

QUANTUM_MS = {Lane.QUICK: 2_000, Lane.SLOW: 10_000}  # QuantumSeconds, and a fifth of it
WORKER_MS = 60_000  # the functions' time-out
SESSION = "session"
APART = ", apart"  # ends the names of workers who serve a user with a backlog
# What the web layer logs of a call.
CALL: dict[str, Any] = {"method": "POST", "path": "/api/queue/enqueue", "status": 202} | {"request_id": ID}
SESSION_MS = 30 * 24 * 3_600_000
TYPES = ("work", "book")


def work(ms: int, type_: str = "work") -> Work:
    """A request whose handler takes so long; one of type "book" has an effect."""
    return Work(type_, f'{{"ms": {ms}}}')


class World:
    """Users are added with `add_user`. What they do is the business of clients.py."""

    def __init__(
        self, seed: str, account: Account, meter: Meter, latency: Latencies | None = None, limit: int = 10_000
    ) -> None:
        self.rng = Random(seed)
        self.scheduler = Scheduler(self.rng)
        self.account = account
        account.now = lambda: self.scheduler.now
        self.end_invocation: Callable[[], None] = lambda: None  # of a worker: writes the metrics
        self._meter = meter
        self.apart = Meter()
        self.store = ScaleStore(limit)
        self.invariants = Invariants(self.store.tables)
        self.delays = Delays()
        self.network = Network(
            self.scheduler,
            account,
            lambda: self.meter,
            latency or Latencies(self.rng),
            Random(f"{seed} network"),
        )
        self.lanes = {lane: LaneQueue(lane, self.network, self._serve) for lane in LANES}
        self._build()

    @property
    def meter(self) -> Meter:
        """Of whoever is at work: what is done for a user with a backlog is counted apart."""
        return self.apart if self.scheduler.current.name.endswith(APART) else self._meter

    def _build(self) -> None:
        store, clock = self.store, SimulatedClock(self.scheduler)
        queues = self._port(store.queues, "QueuesTable", calls.QUEUES)
        requests = self._port(store.requests, "RequestsTable", calls.REQUESTS)
        keys = self._port(store.keys, "IdempotencyTable", calls.KEYS)
        wake_ups = WakeUps(self.network, self._arrive)
        handlers = Registry()
        for type_ in TYPES:
            handlers.add(Handler(type_, _never_called, object, object, 5.0, Policy(max_attempts=3)))
        attempt = Attempt(
            *(requests, clock, handlers, self._take, self._run),
            fraction=self.rng.random,
            new_token=self._token,
            notes=lambda: store.notes,
        )
        self.drains = {
            lane: Drain(queues, requests, wake_ups, clock, attempt, QUANTUM_MS[lane], self._token, lane)
            for lane in LANES
        }
        prompt = WakeUps(self.network, self._arrive, answers_callers=True)
        self._enqueue = Enqueue(
            *(queues, requests, keys, prompt, clock), handlers=handlers, cause=lambda: Cause(ID)
        )
        self._dequeue = Dequeue(queues, requests, clock, Waits(FakeSessions(), clock), self._token)
        self.swept = swept = Swept(store, queues, requests, self._port, self.rng)
        entering = Entering(swept.entries, queues, requests, wake_ups, clock)
        self.sweep = Sweep(
            *(swept, FakeAccounts(), wake_ups, clock, self.rng.shuffle, _report), entering=entering
        )

    def _port(self, target: object, table: str, methods: Any) -> Any:
        index = calls.IndexWrites(self.store.tables)
        return Port(target, table, methods, self.network, watch=self.invariants.written, index=index)

    def _token(self) -> str:
        return f"{self.rng.getrandbits(32):08x}"

    def add_user(self, user_id: str, backlog: int = 0, ms: int = 0) -> None:
        """`backlog`: so many requests wait already, of which each takes `ms`."""
        now = self.scheduler.now
        queue = self.store.connections.open_session(user_id, SESSION, now + SESSION_MS, now, user_id)
        if backlog:
            queue = self.store.queues.take_numbers(user_id, SESSION, backlog, now)
            last = Request(user_id, backlog, "work", work(ms).payload, Status.QUEUED, enqueued_at=now)
            self.store.requests.backlogs[user_id] = last
            self._arrive(Lane.QUICK, user_id, user_id, queue.tail, "backlog")

    def enqueue(self, user_id: str, work: list[Work]) -> None:
        """A call of the API. Raises UnavailableError."""
        accepted = self._in_api(lambda: self._enqueue(user_id, SESSION, work))
        for request in accepted.requests:
            self.invariants.accept(request)
            self.delays.accepted(request, self.scheduler.now)

    def dequeue(self, user_id: str, most: int = 1) -> int:
        """How many outcomes are handed out. A call of the API. Raises UnavailableError."""
        found = self._in_api(
            lambda: self._dequeue(user_id, SESSION, lambda page: page, 0, lambda: Extent(most)) or ()
        )
        if found:
            self.store.requests.forget(user_id, found[-1].seq - 10)
        return len(found)

    def _in_api[T](self, use_case: Callable[[], T]) -> T:
        self.meter.add("api calls")
        begun = self.scheduler.now
        if self.account.is_cold("api"):
            self.meter.add("cold starts")
            self.scheduler.wait(self.network.latency(limits.API_INIT_MS.value))
        self.scheduler.wait(self.network.latency(limits.API_CPU_MS.value))
        try:
            return use_case()
        finally:
            log_event("call answered", **CALL, took_ms=self.scheduler.now - begun)
            self._bill("api", begun)

    def _bill(self, function: str, begun: float) -> None:
        self.meter.add(f"{function} invocations")
        self.meter.add(f"{function} ms", self.scheduler.now - begun)

    def _arrive(self, lane: Lane, group: str, user_id: str, seq: int, wake_up_id: str) -> None:
        self.meter.add(f"wake-ups {lane}")
        self.lanes[lane].arrive(group, to_message(user_id, seq), wake_up_id)

    def _serve(self, lane: Lane, receipt: Receipt) -> None:
        is_apart = receipt.message.group in self.store.requests.backlogs
        name = f"{lane} worker{APART if is_apart else ''}"
        worker = self.scheduler.spawn(name, lambda: self._work(lane, receipt))
        self.scheduler.after(WORKER_MS, worker.kill)

    def _work(self, lane: Lane, receipt: Receipt) -> None:
        """One invocation, as functions/serving.py has it, and what the event source does afterwards."""
        queue, begun = self.lanes[lane], self.scheduler.now
        self.meter.called("ReceiveMessage")
        if self.account.is_cold(lane):
            self.meter.add("cold starts")
            self.scheduler.wait(self.network.latency(limits.WORKER_INIT_MS.value))
        self.scheduler.wait(self.network.latency(limits.WORKER_CPU_MS.value))
        ending: Ending | None = None
        try:
            ending = self._drained(lane, receipt, begun + WORKER_MS)
        except UnavailableError:
            self._hold_for(lane, receipt, UNAVAILABLE_S)
        finally:
            self.end_invocation()
            self._bill(lane, begun)
        if isinstance(ending, Done):
            self.meter.called("DeleteMessage")
            queue.delete(receipt)

    def _drained(self, lane: Lane, receipt: Receipt, until: int) -> Ending:
        user_id, seq = from_message(receipt.body)
        lease = MessageLease(self.lanes[lane], receipt)
        ending = self.drains[lane](user_id, lease, until)
        if isinstance(ending, Wait) and receipt.number > MOST_RECEIVES:
            self.drains[lane].wake_ups.send(user_id, seq, self._token(), lane)
            return Done()
        if isinstance(ending, Wait):
            wait = (ending.until - self.scheduler.now) / 1000
            lease.hold(min(LONGEST_TIMER_S, max(SHORTEST_TIMER_S, wait)))
        return ending

    def _hold_for(self, lane: Lane, receipt: Receipt, seconds: float) -> None:
        try:
            MessageLease(self.lanes[lane], receipt).hold(seconds)
        except UnavailableError:
            self.meter.add("wake-ups not held")

    def _take(self, _handler: Handler, _request: Request, _seconds: float) -> Taken:
        return Taken(None)

    def _run(
        self, _handler: Handler, request: Request, _: Taken, _seconds: float, watch: StopWatch, _j: Journal
    ) -> Result:
        """A request takes as many milliseconds as its payload says."""
        self.invariants.started(request)
        self.delays.started(request, self.scheduler.now)
        try:
            left = math.ceil(json.loads(request.payload)["ms"] + limits.ATTEMPT_CPU_MS.value)
            while left > LOOK_MS:
                self.scheduler.wait(LOOK_MS)
                watch()
                left -= LOOK_MS
            self.scheduler.wait(left)
        finally:
            self.invariants.stopped(request)
        effects = (Booking(account_of(request), 1),) if request.type == "book" else ()
        return Result('"done"', effects)


def _report(_user_id: str | None, error: Exception) -> None:
    raise error


def _never_called() -> None:
    raise AssertionError
