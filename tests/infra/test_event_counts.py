"""What events cost, and that they cost nothing where there are none; docs/events.md has the figures."""

from tests.infra.caller import Caller
from tests.infra.cloud import Cloud
from tests.infra.declared import declare_emitting
from tests.infra.one_request import calls_of_a_worker


def calls_for_events(cloud: Cloud, caller: Caller, numbers: int) -> list[tuple[str, str]]:
    return calls_of_a_worker(cloud, caller, lambda: declare_emitting(cloud, "echo", numbers))


def test_a_handler_that_emits_nothing_pays_nothing(cloud: Cloud, caller: Caller) -> None:
    assert calls_for_events(cloud, caller, 0) == [
        ("Query", "RequestsTable"),
        ("UpdateItem", "RequestsTable"),  # begin
        ("UpdateItem", "RequestsTable"),  # finish
    ]


def test_the_first_event_costs_the_mark_the_chunk_and_the_end(cloud: Cloud, caller: Caller) -> None:
    """A hundred events within a quarter of a second are two chunks."""
    assert calls_for_events(cloud, caller, 100) == [
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
    calls_for_events(cloud, caller, 3)
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
