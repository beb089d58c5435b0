"""What a worker asks of AWS for one request."""

from collections.abc import Callable

from tests.infra.caller import Caller
from tests.infra.cloud import Cloud, still_clock

TABLES = ("RequestsTable", "IdempotencyTable")  # of requests, and of notes
KEY_EXPIRES = ("UpdateItem", "IdempotencyTable")  # the key with which the request was sent


def calls_of_a_worker(
    cloud: Cloud, caller: Caller, declare: Callable[[], None] = lambda: None
) -> list[tuple[str, str]]:
    """Its calls of both tables for an echo; `declare` changes handlers in the worker's process."""
    cloud.become("APIHandler", ALLOWED_HOSTS="localhost")
    caller.enqueue_as("ada")
    return [call for call in calls_of_a_pass(cloud, declare) if call[1] in TABLES]


def calls_of_a_pass(
    cloud: Cloud, declare: Callable[[], None] = lambda: None, *, in_s: int = 0
) -> list[tuple[str, str]]:
    """All calls of a worker that gets the next wake-up, so many seconds from now."""
    clock = still_clock()
    clock.sleep(in_s)
    recorder = cloud.become("Worker", clock)
    declare()
    cloud.deliver(cloud.functions.worker, "WakeUps", 1)
    made = [(call.partition(":")[2], table) for call, table in recorder.made]
    return [call for call in made if call != KEY_EXPIRES]
