"""What the API and the sweeper do is what their policies allow, no less and no more.

The local cloud checks permissions too, if it is told to, but only of the calls that somebody makes.
"""

import json
import time
from datetime import UTC, datetime, timedelta
from zlib import crc32

import boto3

from chalicelib.adapters.cloudwatch.segments import x_ray_id
from chalicelib.adapters.cloudwatch.traces import XRayTraces
from chalicelib.adapters.memory.clock import ManualClock
from chalicelib.core.queueing.keeping import MINUTE_MS, MINUTES
from chalicelib.core.queueing.lane import QUICK_MS
from infra.target import STACK
from tests.infra.caller import PASSWORD, Caller
from tests.infra.cloud import CONTEXT, REGION, Cloud
from tests.infra.declared import declare_long
from tests.infra.documents import Document
from tests.infra.grants import X_RAY, granted, logs

EVENT_KEYS = ("version", "account", "region", "detail", "detail-type", "source", "time", "id", "resources")
MINUTE = {**dict.fromkeys(EVENT_KEYS, ""), "detail": {}}
TRACE = "0af7651916cd43dd8448eb211c80319c"
LARGE = "x" * 2_000
# Another sweep was faster, or the queue refuses the entry; and the first entry of a user who is no account.
AFTER_A_LOST_RACE = {("dynamodb:GetItem", "RequestsTable"), ("dynamodb:GetItem", "QueuesTable")}
FOR_A_NAME = {("dynamodb:PutItem", "QueuesTable")}


def test_the_api_may_do_what_it_does_and_no_more(template: Document, cloud: Cloud, caller: Caller) -> None:
    recorder = cloud.become("APIHandler", TYPE_INDEX="on")
    declare_long(cloud, "fail")
    caller.enqueue_as("kim", "fail")  # a quick worker hands it over
    caller.enqueue_as("joe", "sleep", seconds=1)
    caller.enqueue_as("eve", text=LARGE)
    two = [{"type": "echo", "payload": {"text": LARGE}}] * 2
    caller.call("POST", "/api/queue/enqueue/batch", {"requests": two}, key="two")
    caller.call("POST", "/api/queue/enqueue", {"type": "echo", "slot": "s"}, key="s")
    _end_with_large_results(cloud)
    for query in ("", "?status=failed", "?type=echo"):
        caller.call("GET", f"/api/queue/requests{query}")
    user_id = caller.enqueue_as("ada")
    cloud.make_admin("ada")
    caller.sign_in("ada")
    for _ in range(2):  # the second time it is spent
        caller.call("POST", "/api/auth/refresh", {"refresh_token": caller.refresh_token})
    for path in ("auth/sessions", "account", "account/export", "admin/queues", "admin/audit"):
        caller.call("GET", f"/api/{path}")
    for path in (f"audit?user={user_id}", "metrics"):
        caller.call("GET", f"/api/admin/{path}")
    caller.call(
        "POST", "/api/account/password", {"current_password": PASSWORD, "new_password": f"{PASSWORD}!"}
    )
    for seconds in (0, 60, 120):  # the first enters at once
        scheduled = caller.schedule(seconds, key=f"s{seconds}")
    caller.call("GET", f"/api/queue/scheduled/{scheduled['id']}")
    caller.call("DELETE", f"/api/queue/scheduled/{scheduled['id']}")
    for path in ("", "/scheduled", "/requests", "/requests/1", "/requests/1/events", "/dequeue"):
        caller.call("GET", f"/api/queue{path}")
    for path in ("queue/requests/1/cancel", "queue/pause", "queue/resume", "queue/purge"):
        caller.call("POST", f"/api/{path}")
    caller.call("POST", f"/api/admin/queues/{user_id}/pause")
    caller.call("POST", "/api/admin/accounts/eve/sign-in-link", {"ttl_seconds": 60})
    caller.call("POST", "/api/admin/accounts/eve/password", {"password": f"{PASSWORD}?"})
    _use_a_key(caller)
    _look_at_a_trace(cloud, caller)
    caller.call("POST", "/api/account/delete", {"password": f"{PASSWORD}!"})
    assert recorder.calls | X_RAY | logs("APIHandler") == granted(template, "ApiHandlerRole")


def _use_a_key(caller: Caller) -> None:
    made = caller.call("POST", "/api/admin/keys", {"name": "shop", "scopes": ["enqueue:*"]})
    caller.call("POST", "/api/users/max/queue/enqueue", {"type": "echo"}, token=made["key"])
    caller.call("DELETE", f"/api/admin/keys/{made['key_id']}")


def _look_at_a_trace(cloud: Cloud, caller: Caller) -> None:
    """As with `Tracing`, which would patch botocore for good."""
    segment = {
        "id": "b7ad6b7169203331",
        "trace_id": x_ray_id(TRACE),
        "name": "work",
        "start_time": 1.5,
        "end_time": 2.5,
        "annotations": {"service": f"{STACK}-worker"},
    }
    boto3.client("xray", REGION).put_trace_segments(TraceSegmentDocuments=[json.dumps(segment)])
    adapters = cloud.container.adapters
    adapters.monitoring.traces = XRayTraces(adapters.tables.connection.session.create_client, STACK)
    [span] = caller.call("GET", f"/api/admin/traces/{TRACE}")["spans"]
    assert (span["name"], span["took_ms"]) == ("work", 1000)


def _end_with_large_results(cloud: Cloud) -> None:
    """Of all requests so far; where the results are is never said, so that they are looked for."""
    for item in cloud.scan("RequestsTable"):
        if "status" in item:
            ended = {"status": {"S": "succeeded"}, "attempts": {"N": "1"}, "result_bytes": {"N": "2000"}}
            cloud.put("RequestsTable", [item | ended])


def _make_old(cloud: Cloud, user_id: str) -> None:
    """The user's requests, whose payloads are soon to expire."""
    for item in cloud.scan("RequestsTable"):
        if item["user_id"]["S"] == user_id and "status" in item:
            long_ago = {"enqueued_at": {"N": "1"}, "payload_until": {"N": "1"}, "eventful": {"N": "1"}}
            cloud.put("RequestsTable", [item | long_ago])


def _minute_of(user_id: str) -> int:
    """A moment within a day from now at which the sweeper looks after the user's payloads."""
    now = int(time.time() * 1000)
    return now + -(now // MINUTE_MS + crc32(user_id.encode())) % MINUTES * MINUTE_MS


def test_the_sweeper_may_do_what_it_does_and_no_more(
    template: Document, cloud: Cloud, caller: Caller
) -> None:
    cloud.become("APIHandler")
    gone = caller.enqueue_as("eve")
    caller.schedule(30 * 24 * 3600)
    caller.call("POST", "/api/account/delete", {"password": PASSWORD})
    cloud.change_queue(gone, "SET leaving = :one, moved_at = :one")
    idle, stuck = caller.enqueue_as("ada"), caller.enqueue_as("bob")
    cloud.change_queue(idle, "SET head = tail, tail_at = :one, moved_at = :one")
    cloud.change_queue(stuck, "SET awake = :one, moved_at = :one, sessions_until = :one")
    slow = caller.enqueue_as("joe", "sleep", seconds=0)
    cloud.change_queue(slow, "SET awake = :one, moved_at = :one")
    cloud.change_queue(slow, "SET average_ms = :one", 2 * QUICK_MS)
    old = caller.enqueue_as("kim", text=LARGE)
    cloud.change_queue(old, "SET awake = :one, moved_at = :one")
    _make_old(cloud, old)
    caller.schedule(30)
    caller.schedule(40, text=LARGE)
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).isoformat()
    waits = caller.enqueue_as("max")
    in_slot = {"type": "echo", "slot": "s", "not_before": tomorrow}
    caller.call("POST", "/api/queue/enqueue", in_slot, key="s")
    cloud.change_queue(waits, "SET head = :one, awake = :one, moved_at = :one")
    recorder = cloud.become("Sweeper", ManualClock(_minute_of(old)))
    cloud.functions.sweeper(MINUTE, CONTEXT)
    done = recorder.calls | AFTER_A_LOST_RACE | FOR_A_NAME
    assert done | X_RAY | logs("Sweeper") == granted(template, "SweeperRole")
