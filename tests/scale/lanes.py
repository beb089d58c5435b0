"""The wake-ups of one lane: they wait for a worker behind everybody's, and then in the sample's own queue."""

import math
from collections import deque
from collections.abc import Callable

from chalicelib.adapters.memory.fifo import Receipt
from chalicelib.core.errors import UnavailableError
from chalicelib.core.queueing.lane import Lane
from tests.scale import limits
from tests.scale.network import Network
from tests.scale.services import FifoQueue


class LaneQueue:
    """SQS and the event source mapping of one lane, for the sample."""

    def __init__(self, lane: Lane, network: Network, serve: Callable[[Lane, Receipt], None]) -> None:
        self.fifo = FifoQueue(lambda: network.scheduler.now)
        self._lane = lane
        self.network = network
        self._scheduler = network.scheduler
        self._source = network.account.sources[lane]
        self._serve = serve
        self._waiting: deque[tuple[float, Callable[[], None]]] = deque()

    def arrive(self, group: str, body: str, wake_up_id: str) -> None:
        """It is served when all wake-ups have been that came before it, everybody's included."""
        if self._source.backlog <= 0 and not self._waiting:
            self._deliver(group, body, wake_up_id)
        else:
            self._waiting.append((self._source.arrived, lambda: self._deliver(group, body, wake_up_id)))

    def step(self) -> None:
        """Every second: the turn has come to those before whom nobody waits."""
        while self._waiting and self._waiting[0][0] <= self._source.served:
            self._waiting.popleft()[1]()

    def _deliver(self, group: str, body: str, wake_up_id: str) -> None:
        self.fifo.send(group, body, wake_up_id)
        self._poll_after(self.network.latency(limits.DELIVERY_MS.value))

    def _poll_after(self, ms: int) -> None:
        self._scheduler.after(ms, self.poll)

    def poll(self) -> None:
        while receipt := self.fifo.receive():
            self._serve(self._lane, receipt)
            self._scheduler.at(receipt.message.visible_at, self.poll)

    def hold(self, receipt: Receipt, seconds: int) -> None:
        """Raises UnavailableError."""
        self.network.sqs("ChangeMessageVisibility", receipt.message.group)
        if not self.fifo.change_visibility(receipt, seconds):
            raise UnavailableError("The receipt is stale.")
        self._poll_after(seconds * 1000)

    def delete(self, receipt: Receipt) -> None:
        self.fifo.delete(receipt)
        self._poll_after(1)


class MessageLease:
    """The port `VisibilityLease`."""

    def __init__(self, queue: LaneQueue, receipt: Receipt) -> None:
        self._queue = queue
        self._receipt = receipt

    def hold(self, seconds: float) -> None:
        self._queue.hold(self._receipt, max(0, math.ceil(seconds)))
