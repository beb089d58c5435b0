"""No path costs more calls of AWS than it was designed to; docs/security.md has the figures."""

from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.adapters.dynamodb.shards import LEAST_SHARDS as SHARDS
from tests.infra.caller import PASSWORD, Caller
from tests.infra.cloud import Cloud, Recorder, still_clock
from tests.infra.declared import declare_following

KEYS_READ = ("secretsmanager:GetSecretValue", "TokenKeys")  # once in five minutes


@pytest.fixture
def recorder(cloud: Cloud) -> Recorder:
    return cloud.become("APIHandler")


def made(recorder: Recorder) -> list[str]:
    """The calls since it was last asked, without those that verify the access token."""
    calls = [action.partition(":")[2] for action, _ in recorder.made if action != KEYS_READ[0]]
    recorder.made.clear()
    return calls


@pytest.fixture
def caller(cloud: Cloud) -> Caller:
    return Caller(cloud, idempotency_key=None)


def test_the_way_from_sign_up_to_enqueue(recorder: Recorder, caller: Caller) -> None:
    caller.call("POST", "/api/auth/register", {"username": "ada", "password": PASSWORD})
    assert made(recorder) == ["UpdateItem", "PutItem"]

    caller.sign_in("ada")
    assert made(recorder)[:3] == [
        "GetItem",
        "UpdateItem",
        "UpdateItem",
    ]  # the account, the try, that it was right

    caller.sign_in("ada")
    assert made(recorder) == ["GetItem", "UpdateItem", "UpdateItem", "PutItem", "UpdateItem"]

    caller.call("POST", "/api/queue/enqueue", {"type": "echo"})
    assert made(recorder) == ["UpdateItem", "PutItem", "SendMessage"]

    caller.call("POST", "/api/auth/refresh", {"refresh_token": caller.refresh_token})
    assert made(recorder) == ["UpdateItem", "UpdateItem"]

    caller.call("POST", "/api/queue/pause")
    assert made(recorder) == ["GetItem", "UpdateItem", "Query"]  # the last for what waits at the head

    caller.call("POST", "/api/auth/logout")
    assert made(recorder) == ["UpdateItem", "DeleteItem"]


CHANGED = ["GetItem", "UpdateItem"]  # the queue is read, then written on condition that it is as it was read
ADMIN = ["GetItem", "GetItem", "PutItem"]  # the administrator's session and account, then the audit log


def test_a_control_reads_the_queue_once_and_answers_with_what_it_has_written(
    cloud: Cloud, recorder: Recorder, caller: Caller
) -> None:
    user_id = caller.enqueue_as("ada")
    for method, path, calls in (
        ("POST", "pause", [*CHANGED, "Query"]),
        ("POST", "pause", ["GetItem", "Query"]),
        ("POST", "resume", [*CHANGED, "SendMessage", "Query"]),
        ("POST", "purge", [*CHANGED, "SendMessage", "Query"]),
        ("DELETE", "", ["Query", *CHANGED, "SendMessage", "Query"]),  # the first for what is scheduled
    ):
        made(recorder)
        caller.call(method, f"/api/queue/{path}".rstrip("/"))
        assert (path, made(recorder)) == (path, calls)
    cloud.make_admin("ada")
    caller.sign_in("ada")
    for path, calls in (("pause", CHANGED), ("resume", [*CHANGED, "SendMessage"])):
        made(recorder)
        caller.call("POST", f"/api/admin/queues/{user_id}/{path}")
        assert (path, made(recorder)) == (path, [*ADMIN, *calls])


def test_a_stop_costs_two_reads_and_one_write(cloud: Cloud, caller: Caller) -> None:
    """One that waits is cancelled by that write; one that runs is asked by it."""
    recorder = cloud.become("APIHandler")
    caller.enqueue_as("ada")
    made(recorder)

    caller.call("POST", "/api/queue/requests/1/stop")

    assert made(recorder) == ["GetItem", "GetItem", "UpdateItem"]


def test_reading_costs_the_queue_item_and_what_is_shown(recorder: Recorder, caller: Caller) -> None:
    """The session is looked at in the queue item, at no cost."""
    caller.call("POST", "/api/auth/register", {"username": "ada", "password": PASSWORD})
    caller.sign_in("ada")
    for path, calls in (
        ("/api/queue", ["GetItem"]),
        ("/api/queue/outcomes", ["GetItem"]),
        ("/api/queue/dequeue", ["GetItem"]),
    ):
        made(recorder)
        caller.call("GET", path)
        assert (path, made(recorder)) == (path, calls)
    for _ in range(2):
        caller.call("POST", "/api/queue/enqueue", {"type": "echo"})
    for path, calls in (
        ("/api/queue", ["GetItem", "Query"]),
        ("/api/queue/requests", ["GetItem", "Query"]),
        ("/api/queue/requests/1", ["GetItem", "GetItem"]),
        ("/api/queue/requests/2", ["GetItem", "GetItem", "Query"]),  # the last for what it waits for
        ("/api/queue/requests?after=1", ["GetItem", "Query", "Query"]),
        ("/api/queue/requests?status=queued", ["GetItem", "Query"]),
        ("/api/queue/requests?type=echo", ["GetItem", "Query"]),
    ):
        made(recorder)
        caller.call("GET", path)
        assert (path, made(recorder)) == (path, calls)


@pytest.mark.parametrize("path", ["/api/queue/dequeue", "/api/queue/outcomes", "/api/queue/requests/1"])
def test_a_wait_costs_four_writes_and_looks_at_the_queue_item_alone(
    recorder: Recorder, caller: Caller, path: str
) -> None:
    caller.call("POST", "/api/auth/register", {"username": "ada", "password": PASSWORD})
    caller.sign_in("ada")
    caller.call("POST", "/api/queue/enqueue", {"type": "echo"})
    caller.call("GET", path)
    made(recorder)

    caller.call("GET", f"{path}?wait=1")

    calls = [action.partition(":")[2] for action, _ in recorder.made]
    requests_read = sum(table == "RequestsTable" for _, table in recorder.made)
    assert (set(calls), calls.count("UpdateItem")) == ({"GetItem", "UpdateItem"}, 4)
    assert requests_read <= 2, "at the beginning and at the end, if at all"


def test_a_slot_costs_one_read_and_one_write_more(recorder: Recorder, caller: Caller) -> None:
    """Whatever waits in it: tests/unit/core/test_slot_costs.py counts them behind a backlog of 5,000."""
    caller.call("POST", "/api/auth/register", {"username": "ada", "password": PASSWORD})
    caller.sign_in("ada")
    caller.call("POST", "/api/queue/enqueue", {"type": "echo"})
    entered = ["GetItem", "UpdateItem", "PutItem", "UpdateItem"]  # the last two in one transaction
    for if_busy, calls in (
        ("queue", entered),
        ("reject", ["GetItem", "GetItem", "GetItem"]),  # the slot, the queue, what is in the way
        ("replace", [*entered, "SendMessage"]),
        ("interrupt", [*entered, "SendMessage", "GetItem", "Query"]),
    ):
        made(recorder)
        with suppress(AssertionError):
            caller.call("POST", "/api/queue/enqueue", {"type": "echo", "slot": "doc", "if_busy": if_busy})
        assert (if_busy, made(recorder)) == (if_busy, calls)


def test_a_worker_reads_a_slot_once_and_deletes_it_with_its_last_request(
    cloud: Cloud, recorder: Recorder, caller: Caller
) -> None:
    caller.call("POST", "/api/auth/register", {"username": "ada", "password": PASSWORD})
    caller.sign_in("ada")
    for _ in range(3):
        caller.call("POST", "/api/queue/enqueue", {"type": "echo", "slot": "doc", "if_busy": "replace"})
    worker = cloud.become("Worker", still_clock())

    cloud.deliver(cloud.functions.worker, "WakeUps")

    slots = [action for action, table in worker.made if table == "IdempotencyTable"]
    assert slots == [f"dynamodb:{call}Item" for call in ("Get", "ConditionCheck", "Delete")]


def test_a_scheduled_request_costs_a_transaction_when_it_is_sent_and_one_when_it_enters(
    cloud: Cloud, recorder: Recorder, caller: Caller
) -> None:
    caller.call("POST", "/api/auth/register", {"username": "ada", "password": PASSWORD})
    caller.sign_in("ada")
    made(recorder)
    later = (datetime.now(UTC) + timedelta(days=200)).isoformat()
    body = {"type": "echo", "enter_at": "2026-11-01T00:00:00Z"}  # it enters at once

    caller.call("POST", "/api/queue/scheduled", body)

    entering = ["UpdateItem", "PutItem", "DeleteItem", "SendMessage"]
    assert made(recorder) == ["GetItem", "PutItem", *entering]

    caller.call("POST", "/api/queue/scheduled", body | {"enter_at": later})
    assert made(recorder) == ["GetItem", "PutItem"]
    caller.call("GET", "/api/queue/scheduled")
    assert made(recorder) == ["GetItem", "Query"]


def test_a_sweep_looks_for_entries_once_in_each_shard(cloud: Cloud, recorder: Recorder) -> None:
    recorder = cloud.become("Sweeper")

    cloud.container.queueing.sweep()

    indexes = [f"QueuesTable/index/{name}" for name in ("looks", "working", "expiring")]
    queries = [("dynamodb:Query", index) for index in (*indexes, "ScheduledTable/index/due")]
    assert Counter(recorder.made) == dict.fromkeys(queries, SHARDS)


def test_a_follow_up_costs_its_write_and_what_it_costs_to_enter(
    cloud: Cloud, recorder: Recorder, caller: Caller
) -> None:
    caller.enqueue_as("ada")
    worker = cloud.become("Worker", still_clock())
    declare_following(cloud, "a.name")
    cloud.deliver(cloud.functions.worker, "WakeUps")

    begun, *calls = [call for call in made(worker) if call != "ChangeMessageVisibility"][2:]
    # The outcome and the entry are one transaction; so are the request and the deletion of the entry. Two
    # updates find that the name has no queue.
    entering = ["UpdateItem", "UpdateItem", "PutItem", "PutItem", "DeleteItem", "SendMessage"]
    assert [begun, *calls[:8]] == ["UpdateItem", "UpdateItem", "PutItem", *entering]


def test_a_services_calls_cost_what_an_accounts_do_and_a_read_of_its_key_now_and_then(
    cloud: Cloud, recorder: Recorder, caller: Caller
) -> None:
    caller.enqueue_as("ada")
    cloud.make_admin("ada")
    caller.sign_in("ada")
    scopes = ["enqueue:*", "read", "dequeue", "control"]
    key = caller.call("POST", "/api/admin/keys", {"name": "shop", "scopes": scopes})["key"]
    made(recorder)

    caller.call("POST", "/api/users/max/queue/enqueue", {"type": "echo"}, token=key)
    key_read, first = ["GetItem", "UpdateItem"], made(recorder)  # the second notes that it is used
    assert first[: len(key_read)] == key_read
    assert first[-2:] == ["PutItem", "SendMessage"]

    for method, path, body in (
        ("POST", "enqueue", {"type": "echo"}),
        ("GET", "requests", None),
        ("GET", "outcomes", None),
        ("GET", "dequeue", None),
    ):
        caller.call(method, f"/api/queue/{path}", body)
        own = made(recorder)
        caller.call(method, f"/api/users/max/queue/{path}", body, token=key)
        assert (path, made(recorder)) == (path, own)

    caller.call("POST", "/api/users/max/queue/pause", token=key)
    assert made(recorder) == ["PutItem", *CHANGED, "Query"]  # the audit log first
