"""What a service does for a user whom it names, over the harness."""

from chalicelib.core.queueing.access import service_access
from chalicelib.core.queueing.enqueue import Accepted, Work
from chalicelib.core.queueing.idempotency import IdempotencyKey
from chalicelib.core.queueing.queue import Queue
from chalicelib.core.queueing.sweep import IDLE_MS
from tests.unit.core.queue_harness import QueueHarness

NAME, ACCOUNT = "ada:chat-7", "0123456789abcdef" * 2
SERVICE = service_access("k1")
KEY = IdempotencyKey("key", "fingerprint")


def send(
    harness: QueueHarness, count: int = 1, user: str = NAME, key: IdempotencyKey | None = None
) -> Accepted:
    return harness.enqueue(user, SERVICE, [Work("skip", "null")] * count, key)


def queue_of(harness: QueueHarness, user: str = NAME) -> Queue:
    return harness.store.tables.queues[user]


def run_and_sweep(harness: QueueHarness) -> None:
    harness.run()
    sweep_later(harness)


def sweep_later(harness: QueueHarness) -> None:
    """The sweeper comes by when the queue has not been used for a minute."""
    harness.clock.advance(IDLE_MS)
    harness.sweep()


def numbers(accepted: Accepted) -> list[int]:
    return [request.seq for request in accepted.requests]
