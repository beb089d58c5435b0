"""SQS as an actor sees it, and Lambda's poller behind it."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

from chalicelib.adapters.memory.fifo import DEDUPLICATION_MS, MemoryFifo, Message, Receipt
from chalicelib.adapters.sqs.wake_ups import group_of, to_message
from chalicelib.core.errors import UnavailableError
from chalicelib.core.queueing.lane import Lane
from tests.simulation.faults import SILENCE_MS
from tests.simulation.ports import Network
from tests.simulation.scheduler import Scheduler

LONG_VISIBILITY_MS = 960_000  # of the long lane's messages, unless their worker says something else

type Serve = Callable[[Receipt], None]
"""Start a worker for the wake-up."""


def _nobody_serves(receipt: Receipt) -> None:
    raise AssertionError("no worker is there yet")


class WakeUpService:
    """SQS and the event source mapping of one lane, with their faults."""

    def __init__(self, lane: Lane, scheduler: Scheduler, network: Network, rng: Random) -> None:
        self.lane = lane
        self.scheduler = scheduler
        self.network = network
        self.rng = rng
        self.fifo = MemoryFifo(lambda: scheduler.now)
        if lane is Lane.LONG:
            self.fifo.visibility_ms = LONG_VISIBILITY_MS
        # SQS remembers ids for five minutes; nothing here may depend on its not being longer.
        self.fifo.deduplication_ms = rng.choice((DEDUPLICATION_MS, 2 * 3_600_000))
        self.serve: Serve = _nobody_serves

    def send(self, user_id: str, seq: int, wake_up_id: str) -> None:
        self.network.call(
            f"send {self.lane}", (user_id, seq, wake_up_id), lambda: self._send(user_id, seq, wake_up_id)
        )

    def _send(self, user_id: str, seq: int, wake_up_id: str) -> str:
        faults = self.network.faults
        if self.rng.random() < faults.lose:
            self.fifo.lose(group_of(user_id, wake_up_id, self.lane), wake_up_id)
            return "lost"
        delay = self.rng.randrange(20_000) if self.rng.random() < faults.late else self.rng.randrange(1, 20)
        self.scheduler.after(delay, lambda: self._arrive(user_id, seq, wake_up_id))
        if self.rng.random() < faults.double:
            self.scheduler.after(delay, lambda: self._arrive(user_id, seq, f"{wake_up_id} again"))
        return f"arrives in {delay} ms"

    def _arrive(self, user_id: str, seq: int, wake_up_id: str) -> None:
        group = group_of(user_id, wake_up_id, self.lane)
        self.fifo.send(group, to_message(user_id, seq), wake_up_id)
        self.poll()

    def poll(self) -> None:
        while receipt := self.fifo.receive():
            self._hand_out(receipt)
            self.scheduler.at(receipt.message.visible_at, self.poll)

    def _hand_out(self, receipt: Receipt) -> None:
        self.serve(receipt)
        if self.rng.random() < self.network.faults.intrude:
            self.scheduler.after(self.rng.randrange(3_000), lambda: self.serve(receipt))

    def hold(self, receipt: Receipt, seconds: int) -> None:
        if not self.fifo.change_visibility(receipt, seconds):
            raise UnavailableError("The receipt is stale.")
        self.scheduler.after(seconds * 1000, self.poll)

    def perhaps_stay_silent(self, seconds: int) -> None:
        """The caller waits for an answer to `hold`, and gives up."""
        silent = self.network.faults.silent
        if silent and self.rng.random() < silent:
            self.network.trace("hold", (seconds,), "not answered")
            self.scheduler.wait(SILENCE_MS)
            raise UnavailableError("Simulated.")

    def drop_all(self) -> None:
        for message in self.fifo.messages():
            self.fifo.drop(message)

    def delete(self, receipt: Receipt) -> None:
        self.fifo.delete(receipt)
        self.scheduler.after(1, self.poll)


@dataclass(frozen=True, slots=True)
class Lanes:
    """All wake-ups."""

    services: Mapping[Lane, WakeUpService]

    def send(self, user_id: str, seq: int, wake_up_id: str, lane: Lane = Lane.QUICK) -> None:
        self.services[lane].send(user_id, seq, wake_up_id)

    def messages(self) -> list[Message]:
        return [message for service in self.services.values() for message in service.fifo.messages()]

    def drop_all(self) -> None:
        for service in self.services.values():
            service.drop_all()


@dataclass(frozen=True, slots=True)
class SimulatedLease:
    service: WakeUpService
    receipt: Receipt

    def hold(self, seconds: float) -> None:
        whole = max(0, math.ceil(seconds))
        self.service.perhaps_stay_silent(whole)
        self.service.network.call("hold", (whole,), lambda: self.service.hold(self.receipt, whole))
