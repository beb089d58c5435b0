"""The real core over stores in memory, and what Lambda and SQS do around it."""

from collections.abc import Callable
from itertools import count
from types import SimpleNamespace
from typing import Any, cast

import msgspec

from chalicelib.adapters.json.codec import decode
from chalicelib.adapters.memory.clock import ManualClock
from chalicelib.adapters.memory.fifo import MemoryFifo
from chalicelib.adapters.memory.store import MemoryStore
from chalicelib.adapters.memory.wake_ups import MemoryLease, MemoryWakeUps
from chalicelib.adapters.sqs.wake_ups import from_message
from chalicelib.core.queueing.application import Application
from chalicelib.core.queueing.attempt import Attempt
from chalicelib.core.queueing.controls import Controls
from chalicelib.core.queueing.drain import Drain
from chalicelib.core.queueing.enqueue import Enqueue
from chalicelib.core.queueing.handler import Handler, declarations
from chalicelib.core.queueing.lane import Lane
from chalicelib.core.queueing.queue import HOLE_GRACE_MS, Queue, State
from chalicelib.core.queueing.registry import Registry
from chalicelib.core.queueing.signals import Signals
from chalicelib.core.queueing.steps import Wait
from chalicelib.core.queueing.sweep import AHEAD_MS, STALE_MS, Sweep
from chalicelib.core.time import Millis
from gurukool.testing.attempts import runner, taker
from gurukool.testing.memory import commit
from gurukool.testing.observed import ObservedPort
from gurukool.testing.process import CrashError, Process

QUANTUM_MS = 10_000
SWEEP_MS = 60_000  # between two runs of the sweeper


class Engine:
    """Everything that a deployment has, one worker of each lane at a time, and time that passes when told."""

    def __init__(self, process: Process, application: Application, *, limited: bool) -> None:
        """Unless it is `limited`, an attempt may take as long as it takes."""
        self._handlers = handlers = Registry()
        self._settings = application.settings
        self.clock = clock = ManualClock()
        self.store = store = MemoryStore(commit=commit)  # effects go to the tables of the test
        self._process = process
        self._fifos = {lane: MemoryFifo(clock.now) for lane in Lane}
        wake_ups = MemoryWakeUps(self._fifos)
        numbers = count(1)

        def mark() -> str:
            return f"{next(numbers):08x}"

        queues = cast("Any", ObservedPort(store.queues, process))
        requests = cast("Any", ObservedPort(store.requests, process))
        run = runner(process, application, limited=limited)
        take = taker(limited=limited)
        notes = cast("Any", ObservedPort(store.notes, process))
        attempt = Attempt(requests, clock, handlers, take, run, lambda: 0.5, mark, lambda: notes)
        self._drains = {
            lane: Drain(queues, requests, wake_ups, clock, attempt, QUANTUM_MS, mark, lane) for lane in Lane
        }
        self.enqueue = Enqueue(store.queues, store.requests, store.keys, wake_ups, clock, handlers=handlers)
        self.controls = Controls(store.queues, store.requests, wake_ups, clock, self.enqueue, mark)
        self.signals = Signals(self.controls, store.notes, mark)
        self._wake_ups, self._mark = wake_ups, mark
        self._sweep = Sweep(store, NO_ACCOUNTS, wake_ups, clock)

    def validate(self, handler: Callable[..., Any], payload: Any) -> tuple[str, str]:
        """The type of which the function is the handler, and the payload as JSON text.

        Raises InvalidInputError, and LookupError if the function is no handler.
        """
        found = _declaration(handler)
        self._handlers.add(found)
        text = msgspec.json.encode(payload).decode()
        value = decode(text, found.payload_type, under="payload")
        found.refuse(value, self._settings)
        return found.type, text

    def deploy(self, handler: Callable[..., Any]) -> None:
        """From now on the function carries out the requests of its type; what is held is looked at again.

        Raises LookupError if the function is no handler.
        """
        found = _declaration(handler)
        if self._handlers.get(found.type):
            self._handlers.remove(found.type)
        self._handlers.add(found)
        for queue in self.store.tables.queues.values():
            if queue.state is State.HELD:
                self._wake_ups.send(queue.user_id, queue.tail, self._mark())

    def work(self, until: Millis | None = None) -> None:
        """Let workers and sweeper do all that is to be done, or what comes up until that moment."""
        while (come := self._next_event()) and (until is None or come[0] <= until):
            moment, lane = come
            self._pass(moment)
            if lane:
                self._serve(lane)
            else:
                self._sweep()
        if until is not None:
            self._pass(until)

    def _pass(self, moment: Millis) -> None:
        self.clock.advance(max(0, moment - self.clock.now()))

    def _next_event(self) -> tuple[Millis, Lane | None] | None:
        """When the next wake-up is due and for which lane; without wake-ups, when the sweeper is needed."""
        heads = [(m[0].visible_at, lane) for lane in Lane if (m := self._fifos[lane].messages())]
        if heads:
            return min(heads)
        sweeps = [
            self._sweep_at(queue)
            for queue in self.store.tables.queues.values()
            if queue.depth and queue.runnable
        ]
        return (min(sweeps), None) if sweeps else None

    def _sweep_at(self, queue: Queue) -> Millis:
        """When a sweep finds that nobody comes for the head of this queue."""
        head = self.store.requests.get(queue.user_id, queue.head + 1)
        due = head.due - AHEAD_MS if head else queue.tail_at + HOLE_GRACE_MS
        return max(due, self.clock.now() + max(SWEEP_MS, STALE_MS))

    def _serve(self, lane: Lane) -> None:
        """A worker serves the next wake-up. If its process ends, the wake-up comes back by itself."""
        fifo = self._fifos[lane]
        receipt = fifo.receive()
        if receipt is None:
            return
        lease = MemoryLease(fifo, receipt)
        try:
            ending = self._drains[lane](from_message(receipt.body)[0], lease)
        except CrashError:
            self._process.restart()
            return
        if isinstance(ending, Wait):
            lease.hold((ending.until - self.clock.now()) / 1000)
        else:
            fifo.delete(receipt)


def _declaration(handler: Callable[..., Any]) -> Handler:
    """Raises LookupError."""
    found = declarations(handler)
    if not found:
        raise LookupError(f"{handler!r} is not declared as a handler.")
    return found[0]


NO_ACCOUNTS: Any = SimpleNamespace(remove=lambda *_: None)  # the sweeper removes those that were deleted
