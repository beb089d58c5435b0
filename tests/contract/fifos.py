"""FIFO queues to try: in memory, and on SQS."""

from dataclasses import dataclass
from secrets import token_hex
from typing import Any, Protocol

from chalicelib.adapters.memory.clock import ManualClock
from chalicelib.adapters.memory.fifo import MemoryFifo, Receipt
from chalicelib.adapters.memory.wake_ups import MemoryLease, MemoryWakeUps
from chalicelib.adapters.sqs.wake_ups import SqsLease, SqsWakeUps, from_message
from chalicelib.core.queueing.lane import Lane
from chalicelib.core.queueing.ports import VisibilityLease, WakeUps

VISIBILITY_S = 20


@dataclass(frozen=True, slots=True)
class Received:
    """A wake-up being served."""

    user_id: str
    seq: int
    lease: VisibilityLease
    handle: Any


class Fifo(Protocol):
    """The queues of wake-ups and what Lambda's poller does with them."""

    wake_ups: WakeUps

    def receive(self, wait: int = 0, lane: Lane = Lane.QUICK) -> Received | None:
        """The next wake-up of the lane, if there is one within `wait` seconds."""
        ...

    def delete(self, received: Received) -> None: ...


class TimedFifo:
    def __init__(self) -> None:
        self._clock = ManualClock()
        self._fifos = {lane: MemoryFifo(self._clock.now, VISIBILITY_S * 1000) for lane in Lane}
        self.wake_ups: WakeUps = MemoryWakeUps(self._fifos)

    def receive(self, wait: int = 0, lane: Lane = Lane.QUICK) -> Received | None:
        fifo = self._fifos[lane]
        for _ in range(wait):
            if receipt := fifo.receive():
                return _received(receipt, fifo)
            self._clock.sleep(1)
        receipt = fifo.receive()
        return _received(receipt, fifo) if receipt else None

    def delete(self, received: Received) -> None:
        self._fifos[Lane.QUICK].delete(received.handle)


def _received(receipt: Receipt, fifo: MemoryFifo) -> Received:
    return Received(*from_message(receipt.body), MemoryLease(fifo, receipt), receipt)


class SqsFifo:
    def __init__(self, client: Any) -> None:
        self._client = client
        self._urls = {lane: self._create() for lane in Lane}
        self._url = self._urls[Lane.QUICK]
        self.wake_ups: WakeUps = SqsWakeUps(client, self._urls)

    def _create(self) -> str:
        created = self._client.create_queue(
            QueueName=f"{token_hex(4)}.fifo",
            Attributes={
                "FifoQueue": "true",
                "DeduplicationScope": "messageGroup",
                "FifoThroughputLimit": "perMessageGroupId",
                "VisibilityTimeout": str(VISIBILITY_S),
            },
        )
        return str(created["QueueUrl"])

    def receive(self, wait: int = 0, lane: Lane = Lane.QUICK) -> Received | None:
        url = self._urls[lane]
        messages = self._client.receive_message(QueueUrl=url, WaitTimeSeconds=wait).get("Messages", [])
        if not messages:
            return None
        handle = messages[0]["ReceiptHandle"]
        return Received(*from_message(messages[0]["Body"]), SqsLease(self._client, url, handle), handle)

    def delete(self, received: Received) -> None:
        self._client.delete_message(QueueUrl=self._url, ReceiptHandle=received.handle)
