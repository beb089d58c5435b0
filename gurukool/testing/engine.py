"""The real core over stores in memory, and what Lambda and SQS do around it."""

from collections.abc import Callable, Mapping
from functools import partial
from itertools import count
from typing import Any, NamedTuple, cast

from chalicelib.adapters.memory.clock import ManualClock
from chalicelib.adapters.memory.fifo import MemoryFifo
from chalicelib.adapters.memory.store import MemoryStore
from chalicelib.adapters.memory.wake_ups import MemoryLease, MemoryWakeUps
from chalicelib.adapters.runtime.application import without_secrets
from chalicelib.adapters.sqs.wake_ups import from_message, timer_s
from chalicelib.api.queueing.enqueue_body import Reader
from chalicelib.core.queueing.application import Application
from chalicelib.core.queueing.attempt import Attempt, Run
from chalicelib.core.queueing.controls import Controls
from chalicelib.core.queueing.drain import Drain
from chalicelib.core.queueing.enqueue import Enqueue, Work
from chalicelib.core.queueing.entering import Entering
from chalicelib.core.queueing.handler import Handler
from chalicelib.core.queueing.lane import Lane
from chalicelib.core.queueing.queue import State
from chalicelib.core.queueing.registry import Registry
from chalicelib.core.queueing.signals import Signals
from chalicelib.core.queueing.steps import Wait
from chalicelib.core.time import Millis
from gurukool.testing.attempts import Attempts, taker
from gurukool.testing.callbacks import Receivers
from gurukool.testing.declaration import declaration
from gurukool.testing.memory import commit
from gurukool.testing.observed import ObservedPort
from gurukool.testing.orders import work_of
from gurukool.testing.process import CrashError, Process
from gurukool.testing.sweeper import Sweeper
from gurukool.testing.timers import next_at
from gurukool.testing.uploads import Client

QUANTUM_MS = 10_000


class Engine:
    """Everything that a deployment has, one worker of each lane at a time, and time that passes when told."""

    def __init__(self, process: Process, application: Application, *, limited: bool) -> None:
        """Unless it is `limited`, an attempt may take as long as it takes."""
        self._handlers = handlers = Registry()
        self._application = application
        self.clock = clock = ManualClock()
        self.store = store = MemoryStore(commit=commit)  # effects go to the tables of the test
        self._process = process
        self._fifos = {lane: MemoryFifo(clock.now) for lane in Lane}
        self._wake_ups = wake_ups = MemoryWakeUps(self._fifos)
        self._numbers = count(1)
        self.receivers = Receivers(store, clock)
        enqueue = Enqueue(store.queues, store.requests, store.keys, wake_ups, clock, handlers=handlers)
        self.client = Client(store, clock, enqueue)
        self._attempts = Attempts(process, application, handlers, limited=limited)
        self._drains = self._new_drains(self._attempts, limited)
        self.controls = Controls(
            store.queues, store.requests, wake_ups, clock, enqueue, self._mark, store.objects
        )
        self.signals = Signals(self.controls, store.notes, self._mark)
        self._sweeper = Sweeper(store, wake_ups, self._fifos.values(), self.receivers, clock)

    def _new_drains(self, run: Run, limited: bool) -> Mapping[Lane, Drain]:
        """The workers' part, in whose writes their process may end."""
        queues, requests, entries, notes = (
            cast("Any", ObservedPort(port, self._process))
            for port in (self.store.queues, self.store.requests, self.store.entries, self.store.notes)
        )
        wake_ups, clock, mark = self._wake_ups, self.clock, self._mark
        entering = Entering(entries, queues, requests, wake_ups, clock, self._handlers)
        attempt = Attempt(
            requests,
            clock,
            self._handlers,
            taker(limited=limited),
            run,
            fraction=lambda: 0.5,
            new_token=mark,
            enter=entering.all_of,
            notes=lambda: notes,
            objects=self.store.objects,
        )
        callbacks = self.receivers.wake_ups
        return {
            lane: Drain(
                queues, requests, wake_ups, clock, attempt, QUANTUM_MS, mark, lane, callbacks=callbacks
            )
            for lane in Lane
        }

    def _mark(self) -> str:
        return f"{next(self._numbers):08x}"

    def accept(self, handler: Callable[..., Any], payload: Any, options: Mapping[str, Any]) -> Work:
        """What is to be enqueued for the function, which is made known by this.

        Raises InvalidInputError, LookupError if the function is no handler, TypeError if one of its types has
        no JSON form, and UndeclaredError if its check asks for a secret.
        """
        found = declaration(handler)
        self._handlers.add(found)
        settings = without_secrets(self._application.settings)
        reader = Reader(self._handlers, settings, self.clock.now(), self._application.require_callback)
        return work_of(reader, found.type, payload, options)

    def deploy(self, handler: Callable[..., Any]) -> None:
        """From now on the function carries out the requests of its type; what is held is looked at again.

        Raises LookupError and TypeError as `accept` does.
        """
        found = declaration(handler)
        self.add(found)
        for queue in self.store.tables.queues.values():
            if queue.state is State.HELD:
                self._wake_ups.send(queue.user_id, queue.tail, self._mark())

    def add(self, handler: Handler) -> None:
        """In place of the one that there is for its type."""
        if self._handlers.get(handler.type):
            self._handlers.remove(handler.type)
        self._handlers.add(handler)

    def work(self, until: Millis | None = None) -> None:
        """Let workers and sweeper do all that is to be done, or what comes up until that moment.

        Raises RuntimeError if that does not come to an end.
        """
        self._attempts.begin()
        while (come := self._next_event()) and (until is None or come.at <= until):
            self._pass(come.at)
            come.do()
        if until is not None:
            self._pass(until)

    def raised(self, user_id: str, seq: int) -> BaseException | None:
        """What the handler raised in the last attempt of the request, if it did."""
        return self._attempts.raised.get((user_id, seq))

    def _pass(self, moment: Millis) -> None:
        self.clock.advance(max(0, moment - self.clock.now()))

    def _next_event(self) -> "_Event | None":
        """The next wake-up, or the next moment at which the sweeper is needed.

        While there is something to do at once, nobody looks for queues that stand still: that reads them all.
        """
        events = [
            _Event(at, partial(self._serve, lane))
            for lane, fifo in self._fifos.items()
            if (at := next_at(fifo)) is not None
        ]
        if (calls_at := self.receivers.next_at) is not None:
            events.append(_Event(calls_at, self.receivers.serve))
        events += [_Event(moment, self._sweeper) for moment in self._sweeper.entries_due()]
        if all(event.at > self.clock.now() for event in events):
            events += [_Event(moment, self._sweeper) for moment in self._sweeper.rounds()]
        return min(events, key=lambda event: event.at, default=None)

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
            lease.hold(timer_s(ending.until - self.clock.now()))
        else:
            fifo.delete(receipt)


class _Event(NamedTuple):
    at: Millis
    do: Callable[[], object]
