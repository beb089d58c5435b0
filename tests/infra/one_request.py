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
    recorder = cloud.become("Worker", still_clock())
    declare()
    cloud.deliver(cloud.functions.worker, "WakeUps", 1)
    made = [(call.partition(":")[2], table) for call, table in recorder.made if table in TABLES]
    return [call for call in made if call != KEY_EXPIRES]
