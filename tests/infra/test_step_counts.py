"""What steps cost, and that they cost nothing where there are none; docs/durable.md has the figures."""

from tests.infra.caller import Caller
from tests.infra.cloud import Cloud, declare_steps, still_clock

KEY_EXPIRES = ("UpdateItem", "IdempotencyTable")  # the key with which the request was sent


def calls_of_a_worker(cloud: Cloud, caller: Caller, *, steps: bool) -> list[tuple[str, str]]:
    """Those for one request, of the tables of requests and notes."""
    cloud.become("APIHandler", ALLOWED_HOSTS="localhost")
    caller.enqueue_as("ada")
    recorder = cloud.become("Worker", still_clock())
    if steps:
        declare_steps(cloud, "echo")
    cloud.deliver(cloud.functions.worker, "WakeUps", 1)
    tables = ("RequestsTable", "IdempotencyTable")
    made = [(call.partition(":")[2], table) for call, table in recorder.made if table in tables]
    return [call for call in made if call != KEY_EXPIRES]


def test_a_request_without_steps_pays_nothing_for_them(cloud: Cloud, caller: Caller) -> None:
    assert [call for call, _ in calls_of_a_worker(cloud, caller, steps=False)] == [
        "Query",
        "UpdateItem",  # begin
        "UpdateItem",  # finish
    ]


def test_a_step_costs_one_write_and_the_first_one_the_mark(cloud: Cloud, caller: Caller) -> None:
    made = calls_of_a_worker(cloud, caller, steps=True)

    requests = [call for call, table in made if table == "RequestsTable"]
    assert requests == ["Query", "UpdateItem", "UpdateItem", "UpdateItem"]  # begin, mark, finish
    notes = [call for call, table in made if table == "IdempotencyTable"]
    assert notes == ["PutItem", "PutItem", "Query", "BatchWriteItem", "Query", "Query"]
