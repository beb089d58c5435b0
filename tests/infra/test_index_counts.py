"""Which calls the indexes of requests cost, and that the optional one costs nothing where it is off."""

from typing import Any

import pytest

from tests.infra.caller import Caller
from tests.infra.cloud import Cloud

READ = [("dynamodb:GetItem", "QueuesTable"), ("dynamodb:Query", "RequestsTable/index/unsuccessful")]
SHOWN = [
    ("dynamodb:Query", "RequestsTable")
]  # one, or neighbours: tests/infra/test_index_units.py has others


@pytest.fixture
def caller(cloud: Cloud) -> Caller:
    return Caller(cloud, idempotency_key=None)


def seqs(page: Any) -> list[int]:
    return [request["seq"] for request in page["requests"]]


def test_a_list_of_what_has_not_succeeded_reads_the_index_and_what_it_shows(
    cloud: Cloud, caller: Caller
) -> None:
    recorder = cloud.become("APIHandler")
    caller.enqueue_as("ada")
    caller.call("POST", "/api/queue/enqueue", {"type": "echo"})
    caller.call("POST", "/api/queue/requests/2/cancel")
    for path, found, calls in (
        ("status=cancelled", [2], READ + SHOWN),
        ("status=cancelled&type=echo", [2], READ + SHOWN),
        ("status=cancelled&type=sleep", [], READ),
        ("status=failed", [], READ),
    ):
        recorder.made.clear()
        page = caller.call("GET", f"/api/queue/requests?{path}")
        assert (path, seqs(page), recorder.made) == (path, found, calls)


@pytest.mark.parametrize("setting", ["on", "off"])
def test_the_index_of_types_is_written_and_read_only_where_it_is_on(
    cloud: Cloud, caller: Caller, setting: str
) -> None:
    recorder = cloud.become("APIHandler", TYPE_INDEX=setting)
    caller.enqueue_as("ada")
    caller.schedule(0)
    marked = [table for table in ("QueuesTable", "RequestsTable") if "typed" in str(cloud.scan(table))]
    recorder.made.clear()

    assert seqs(caller.call("GET", "/api/queue/requests?type=echo")) == [1, 2]
    read = [table for _, table in recorder.made if table != "QueuesTable"]

    assert marked == (["QueuesTable", "RequestsTable"] if setting == "on" else [])
    assert read[0] == ("RequestsTable/index/typed" if setting == "on" else "RequestsTable")


def test_after_the_index_of_types_is_switched_on_what_came_before_is_found_too(
    cloud: Cloud, caller: Caller
) -> None:
    for setting in ("on", "off", "on"):
        cloud.become("APIHandler", TYPE_INDEX=setting)
        if setting == "on" and not cloud.scan("QueuesTable"):
            caller.enqueue_as("ada")
        else:
            caller.call("POST", "/api/queue/enqueue", {"type": "echo"})
    found, after = list[int](), 0

    while after is not None:
        page = caller.call("GET", f"/api/queue/requests?type=echo&after={after}")
        found, after = found + seqs(page), page["next"]

    assert found == [1, 2, 3]
