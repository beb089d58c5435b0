"""The use cases over DynamoDB Local, and what they consume."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from chalicelib.adapters.dynamodb.tables import Tables
from chalicelib.adapters.memory.clock import ManualClock
from chalicelib.adapters.memory.fifo import MemoryFifo
from chalicelib.adapters.memory.wake_ups import MemoryLease, MemoryWakeUps
from chalicelib.container import Container
from chalicelib.container.adapters import Adapters
from chalicelib.core.queueing.enqueue import Work
from chalicelib.core.queueing.lane import Lane
from tests.fakes.accounts import new_session
from tests.infra.consumed import Consumed, Meter


class Deployed:
    """The real use cases over DynamoDB Local. SQS is in memory, and time passes when somebody sleeps.

    The session of a user has the name of the user.
    """

    def __init__(self, tables: Tables) -> None:
        self.clock, self.meter = ManualClock(), Meter(tables)
        fifos = {lane: MemoryFifo(self.clock.now) for lane in Lane}
        self._fifo = fifos[Lane.QUICK]

        def over_these(settings: Any) -> Adapters:
            adapters = Adapters(settings)
            adapters.tables, adapters.clock = tables, self.clock
            adapters.wake_ups, adapters.overrun_watch = MemoryWakeUps(fifos), None
            return adapters

        self._container = Container({"SAMPLE_HANDLERS": "on"}, over_these)
        echo = self._container.handlers.get("echo")
        assert echo
        self._container.handlers.add(replace(echo, type="count", function=len))

    def sign_in(self, user_id: str) -> None:
        now, adapters = self.clock.now(), self._container.adapters
        adapters.sessions.add(new_session(user_id, user_id, now))
        adapters.store.connections.open_session(user_id, user_id, now + 10**9, now, user_id)

    def enqueue(self, user_id: str, payload: str) -> None:
        self._container.queueing.enqueue(user_id, user_id, [Work("count", payload)])

    def drain(self, user_id: str) -> None:
        receipt = self._fifo.receive()
        assert receipt
        self._container.queueing.drain(Lane.QUICK)(user_id, MemoryLease(self._fifo, receipt))
        self._fifo.delete(receipt)

    def dequeue(self, user_id: str, wait: float = 0) -> Any:
        return self._container.queueing.dequeue(user_id, user_id, list, wait)

    def cost_of(self, step: Callable[[], object]) -> Consumed:
        self.meter.consumed()
        step()
        return self.meter.consumed()
