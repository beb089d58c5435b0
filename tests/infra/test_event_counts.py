"""What events cost, and that they cost nothing where there are none; docs/durable.md has the figures."""

from dataclasses import replace

from chalicelib.core.queueing.context import HandlerRequest
from tests.infra.caller import Caller
from tests.infra.cloud import Cloud, still_clock

KEY_EXPIRES = ("UpdateItem", "IdempotencyTable")  # the key with which the request was sent


def declare_emitting(cloud: Cloud, type_: str, numbers: int) -> None:
    """In the process that there is now, the handler of this type emits so many numbers."""

    def emit(payload: object, request: HandlerRequest) -> None:
        for number in range(numbers):
            request.emit(number)

    handlers = cloud.container.handlers
    known = handlers.get(type_)
    assert known
    handlers.remove(type_)
    handlers.add(replace(known, function=emit, wants=("request",)))


def calls_of_a_worker(cloud: Cloud, caller: Caller, events: int) -> list[tuple[str, str]]:
    """Those for one request, of the tables of requests and notes."""
    cloud.become("APIHandler", ALLOWED_HOSTS="localhost")
    caller.enqueue_as("ada")
    recorder = cloud.become("Worker", still_clock())
    declare_emitting(cloud, "echo", events)
    cloud.deliver(cloud.functions.worker, "WakeUps", 1)
    tables = ("RequestsTable", "IdempotencyTable")
    made = [(call.partition(":")[2], table) for call, table in recorder.made if table in tables]
    return [call for call in made if call != KEY_EXPIRES]


def test_a_handler_that_emits_nothing_pays_nothing(cloud: Cloud, caller: Caller) -> None:
    assert calls_of_a_worker(cloud, caller, 0) == [
        ("Query", "RequestsTable"),
        ("UpdateItem", "RequestsTable"),  # begin
        ("UpdateItem", "RequestsTable"),  # finish
    ]


def test_the_first_event_costs_the_mark_the_chunk_and_the_end(cloud: Cloud, caller: Caller) -> None:
    """A hundred events within a quarter of a second are two chunks."""
    assert calls_of_a_worker(cloud, caller, 100) == [
        ("Query", "RequestsTable"),
        ("UpdateItem", "RequestsTable"),  # begin
        ("UpdateItem", "RequestsTable"),  # mark
        ("PutItem", "IdempotencyTable"),  # the first event
        ("PutItem", "IdempotencyTable"),  # the others
        ("UpdateItem", "RequestsTable"),  # finish
        ("Query", "IdempotencyTable"),  # the last chunk
        ("PutItem", "IdempotencyTable"),  # the end
    ]
    [request] = cloud.scan("RequestsTable")
    assert (request["v"], request["eventful"]) == ({"N": "3"}, {"N": "1"}), "no older release reads it"


def test_a_watcher_reads_the_queue_the_request_and_what_follows(cloud: Cloud, caller: Caller) -> None:
    calls_of_a_worker(cloud, caller, 3)
    recorder = cloud.become("APIHandler", ALLOWED_HOSTS="localhost")
    read = [
        ("dynamodb:GetItem", "QueuesTable"),
        ("dynamodb:GetItem", "RequestsTable"),
        ("dynamodb:Query", "IdempotencyTable"),
    ]
    again = [("dynamodb:Query", "IdempotencyTable")]  # where the chain ends, or which chunk has the number
    for after, events, more in ((0, [0, 1, 2], []), (1, [1, 2], []), (2, [2], again), (3, [], [])):
        recorder.made.clear()
        page = caller.call("GET", f"/api/queue/requests/1/events?after={after}")
        assert [event["data"] for event in page["events"]] == events
        assert page["ended"]
        made = [call for call in recorder.made if call[0].startswith("dynamodb")]
        assert (after, made) == (after, read + more)
