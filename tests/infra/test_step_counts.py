"""What steps cost, and that they cost nothing where there are none; docs/durable.md has the figures."""

from tests.infra.caller import Caller
from tests.infra.cloud import Cloud
from tests.infra.declared import declare_steps
from tests.infra.one_request import calls_of_a_worker


def test_a_request_without_steps_pays_nothing_for_them(cloud: Cloud, caller: Caller) -> None:
    assert [call for call, _ in calls_of_a_worker(cloud, caller)] == [
        "Query",
        "UpdateItem",  # begin
        "UpdateItem",  # finish
    ]


def test_a_step_costs_one_write_and_the_first_one_the_mark(cloud: Cloud, caller: Caller) -> None:
    made = calls_of_a_worker(cloud, caller, lambda: declare_steps(cloud, "echo"))

    requests = [call for call, table in made if table == "RequestsTable"]
    assert requests == ["Query", "UpdateItem", "UpdateItem", "UpdateItem"]  # begin, mark, finish
    notes = [call for call, table in made if table == "IdempotencyTable"]
    assert notes == ["PutItem", "PutItem", "Query", "BatchWriteItem", "Query", "Query"]
