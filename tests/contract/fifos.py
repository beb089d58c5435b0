"""FIFO queues to try: in memory, and on SQS."""

from dataclasses import dataclass
from secrets import token_hex
from typing import Any, Protocol

from chalicelib.adapters.sqs import SqsLease, SqsWakeUps, from_message
from chalicelib.core.ports import Lease, WakeUps
from tests.fakes.clock import FakeClock
from tests.fakes.sqs import FakeFifo, Receipt
from tests.fakes.wake_ups import FakeLease, FakeWakeUps

VISIBILITY_S = 20


@dataclass(frozen=True, slots=True)
class Received:
    """A wake-up being served."""

    user_id: str
    seq: int
    lease: Lease
    handle: Any


class Fifo(Protocol):
    """A queue of wake-ups and what Lambda's poller does with it."""

    wake_ups: WakeUps

    def receive(self, wait: int = 0) -> Received | None:
        """The next wake-up, if there is one within `wait` seconds."""
        ...

    def delete(self, received: Received) -> None: ...


class TimedFifo:
    def __init__(self) -> None:
        self._clock = FakeClock()
        self._fifo = FakeFifo(self._clock.now, VISIBILITY_S * 1000)
        self.wake_ups: WakeUps = FakeWakeUps(self._fifo)

    def receive(self, wait: int = 0) -> Received | None:
        for _ in range(wait):
            if receipt := self._fifo.receive():
                return self._received(receipt)
            self._clock.sleep(1)
        receipt = self._fifo.receive()
        return self._received(receipt) if receipt else None

    def _received(self, receipt: Receipt) -> Received:
        return Received(*from_message(receipt.body), FakeLease(self._fifo, receipt), receipt)

    def delete(self, received: Received) -> None:
        self._fifo.delete(received.handle)


class SqsFifo:
    def __init__(self, client: Any) -> None:
        self._client = client
        self._url = client.create_queue(
            QueueName=f"{token_hex(4)}.fifo",
            Attributes={
                "FifoQueue": "true",
                "DeduplicationScope": "messageGroup",
                "FifoThroughputLimit": "perMessageGroupId",
                "VisibilityTimeout": str(VISIBILITY_S),
            },
        )["QueueUrl"]
        self.wake_ups: WakeUps = SqsWakeUps(client, self._url)

    def receive(self, wait: int = 0) -> Received | None:
        messages = self._client.receive_message(QueueUrl=self._url, WaitTimeSeconds=wait).get("Messages", [])
        if not messages:
            return None
        handle = messages[0]["ReceiptHandle"]
        return Received(*from_message(messages[0]["Body"]), SqsLease(self._client, self._url, handle), handle)

    def delete(self, received: Received) -> None:
        self._client.delete_message(QueueUrl=self._url, ReceiptHandle=received.handle)
