"""What the functions do is what their policies allow, no less and no more.

The local cloud does not enforce IAM, so a permission that is missing would show on AWS only.
"""

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zlib import crc32

import pytest
from chalice.test import Client
from moto import mock_aws

from chalicelib.adapters.memory.clock import ManualClock
from chalicelib.adapters.runtime.clock import SystemClock
from chalicelib.core.queueing.keeping import MINUTE_MS, MINUTES
from chalicelib.core.queueing.lane import QUICK_MS
from chalicelib.core.time import Millis
from chalicelib.functions.serving import MOST_RECEIVES
from tests.infra.cloud import CONTEXT, Call, Cloud, Recorder
from tests.infra.documents import WORKERS, Document, resource_name, statements

EVENT_KEYS = ("version", "account", "region", "detail", "detail-type", "source", "time", "id", "resources")
MINUTE = dict.fromkeys(EVENT_KEYS, "")

# What Lambda's poller, its log agent and the X-Ray daemon do in a function's name.
POLLS = ("sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage")
X_RAY = {("xray:PutTelemetryRecords", "*"), ("xray:PutTraceSegments", "*")}
# How a worker finds out, after a write whose answer was lost, that it was itself that began the request.
AFTER_A_LOST_ANSWER = {("dynamodb:GetItem", "RequestsTable")}


SLEEP = {"type": "sleep", "payload": {"seconds": 0}}
LARGE = "x" * 2_000
PASSWORD = "correct horse battery"


class Caller:
    """A client of the API."""

    def __init__(self, cloud: Cloud, idempotency_key: str | None = "key") -> None:
        self._cloud = cloud
        self.refresh_token = ""
        self._headers = {"Content-Type": "application/json"}
        if idempotency_key:
            self._headers["Idempotency-Key"] = idempotency_key

    def call(self, method: str, path: str, body: object = None, key: str | None = None) -> Any:
        """`key`: the idempotency key, if it is not the usual one."""
        send = getattr(Client(self._cloud.app).http, method.lower())
        headers = self._headers | ({"Idempotency-Key": key} if key else {})
        answer = send(path, headers=headers, body=json.dumps(body).encode() if body else b"")
        assert answer.status_code < 400, answer.body
        return json.loads(answer.body or b"null")

    def enqueue_as(
        self, username: str, type_: str = "echo", *, not_before: str | None = None, **payload: object
    ) -> str:
        """The id of a new user, who stays signed in, with one request."""
        credentials = {"username": username, "password": PASSWORD}
        user_id: str = self.call("POST", "/api/auth/register", credentials)["user_id"]
        self.sign_in(username)
        due = {"not_before": not_before} if not_before else {}
        self.call("POST", "/api/queue/enqueue", {"type": type_, "payload": payload, **due})
        return user_id

    def sign_in(self, username: str) -> None:
        tokens = self.call("POST", "/api/auth/login", {"username": username, "password": PASSWORD})
        self.refresh_token = tokens["refresh_token"]
        self._headers["Authorization"] = f"Bearer {tokens['access_token']}"


@pytest.fixture
def cloud(template: Document) -> Iterator[Cloud]:
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        yield Cloud(template, patch)


@pytest.fixture
def caller(cloud: Cloud) -> Caller:
    return Caller(cloud)


def logs(function: str) -> set[Call]:
    return {("logs:CreateLogStream", f"{function}Logs"), ("logs:PutLogEvents", f"{function}Logs")}


def polls(queue: str) -> set[Call]:
    return {(action, queue) for action in POLLS}


def granted(template: Document, role: str) -> set[Call]:
    return {
        (action, resource_name(resource))
        for actions, resources in statements(template, role)
        for action in actions
        for resource in resources
    }


def test_the_api_may_do_what_it_does_and_no_more(template: Document, cloud: Cloud, caller: Caller) -> None:
    recorder = cloud.become("APIHandler")
    caller.enqueue_as("joe", "sleep", seconds=1)
    caller.enqueue_as("eve", text=LARGE)
    two = [{"type": "echo", "payload": {"text": LARGE}}] * 2
    caller.call("POST", "/api/queue/enqueue/batch", {"requests": two}, key="two")
    _end_with_large_results(cloud)
    caller.call("GET", "/api/queue/requests")
    user_id = caller.enqueue_as("ada")
    cloud.make_admin("ada")
    caller.sign_in("ada")
    for _ in range(2):  # the second time it is spent
        caller.call("POST", "/api/auth/refresh", {"refresh_token": caller.refresh_token})
    for path in ("auth/sessions", "account", "admin/queues", "admin/audit"):
        caller.call("GET", f"/api/{path}")
    caller.call(
        "POST", "/api/account/password", {"current_password": PASSWORD, "new_password": f"{PASSWORD}!"}
    )
    for path in ("", "/requests", "/requests/1", "/dequeue"):
        caller.call("GET", f"/api/queue{path}")
    for path in ("queue/requests/1/cancel", "queue/pause", "queue/resume", "queue/purge"):
        caller.call("POST", f"/api/{path}")
    caller.call("POST", f"/api/admin/queues/{user_id}/pause")
    caller.call("POST", "/api/account/delete", {"password": f"{PASSWORD}!"})
    assert recorder.calls | X_RAY | logs("APIHandler") == granted(template, "ApiHandlerRole")


def _end_with_large_results(cloud: Cloud) -> None:
    """Of all requests so far; where the results are is never said, so that they are looked for."""
    for item in cloud.scan("RequestsTable"):
        if "status" in item:
            ended = {"status": {"S": "succeeded"}, "attempts": {"N": "1"}, "result_bytes": {"N": "2000"}}
            cloud.put("RequestsTable", [item | ended])


def test_the_worker_may_do_what_it_does_and_no_more(template: Document, cloud: Cloud, caller: Caller) -> None:
    cloud.become("APIHandler", ALLOWED_HOSTS="localhost")
    user_id = caller.enqueue_as("ada")
    cloud.change_queue(user_id, "SET tail = tail + :one, tail_at = :one")  # a hole to fill
    caller.enqueue_as("bob")
    caller.call("POST", "/api/queue/enqueue", SLEEP, key="b")  # for a slow worker
    caller.enqueue_as("joe")
    caller.call("POST", "/api/queue/enqueue", {"type": "fail"}, key="j")  # for a long worker
    caller.enqueue_as("eve", not_before=_soon())
    recorder = cloud.become("Worker")
    _declare_long(cloud, "fail")
    for receives in (1, 1, 1, MOST_RECEIVES + 1):  # a timer that came so often is replaced
        cloud.deliver(cloud.functions.worker, "WakeUps", receives)
    done = recorder.calls | AFTER_A_LOST_ANSWER
    assert done | polls("WakeUps") | X_RAY | logs("Worker") == granted(template, "WorkerRole")


def test_the_slow_worker_may_do_what_it_does_and_no_more(
    template: Document, cloud: Cloud, caller: Caller
) -> None:
    cloud.become("APIHandler", ALLOWED_HOSTS="localhost")
    caller.enqueue_as("ada", "sleep", seconds=0)
    caller.call("POST", "/api/queue/enqueue", SLEEP, key="b")
    caller.call("POST", "/api/queue/enqueue", {"type": "echo"}, key="c")
    caller.enqueue_as("bob", "http", url="https://localhost/")  # signed, then refused for where localhost is
    user_id = caller.enqueue_as("eve", "sleep", seconds=0)
    cloud.change_queue(user_id, "SET tail = tail + :one, tail_at = :one")  # a hole to fill
    caller.enqueue_as("kim", "sleep", seconds=0)
    caller.call("POST", "/api/queue/enqueue", {"type": "fail"}, key="k")  # for a long worker
    caller.enqueue_as("joe", "sleep", not_before=_soon(), seconds=0)
    # The quantum is over before the third request, so a quick worker goes on.
    clock = TickingClock(SystemClock().now())
    recorder = cloud.become("SlowWorker", clock, QUANTUM_SECONDS="1", ALLOWED_HOSTS="localhost")
    _declare_long(cloud, "fail")
    for receives in (1, 1, 1, 1, MOST_RECEIVES + 1):
        cloud.deliver(cloud.functions.slow_worker, "SlowWakeUps", receives)
    done = recorder.calls | AFTER_A_LOST_ANSWER
    assert done | polls("SlowWakeUps") | X_RAY | logs("SlowWorker") == granted(template, "SlowWorkerRole")


def test_the_long_worker_may_do_what_it_does_and_no_more(
    template: Document, cloud: Cloud, caller: Caller
) -> None:
    """Others hand over what may take minutes; the long worker carries it out and hands the user back."""
    cloud.become("APIHandler", ALLOWED_HOSTS="localhost")
    caller.enqueue_as("ada", "fail", times=0)
    caller.call("POST", "/api/queue/enqueue", {"type": "echo"}, key="b")  # for a quick worker
    caller.enqueue_as("joe", "fail", times=0)
    caller.call("POST", "/api/queue/enqueue", SLEEP, key="b")  # for a slow one
    user_id = caller.enqueue_as("eve", "fail", times=0)
    cloud.change_queue(user_id, "SET tail = tail + :one, tail_at = :one")  # a hole to fill
    caller.enqueue_as("kim", "fail", times=1)  # to be tried again; its wake-up, the timer, is replaced
    caller.enqueue_as("bob", "http", url="https://localhost/")  # signed, then refused for where localhost is
    for worker in ("Worker", "SlowWorker"):
        _serve_all(cloud, worker)
    recorder = _serve_all(cloud, "LongWorker")
    done = recorder.calls | AFTER_A_LOST_ANSWER
    assert done | polls("LongWakeUps") | X_RAY | logs("LongWorker") == granted(template, "LongWorkerRole")


def _serve_all(cloud: Cloud, worker: str) -> Recorder:
    """The worker serves the wake-ups that there are now. Requests of two types may take minutes."""
    recorder = cloud.become(worker, ALLOWED_HOSTS="localhost")
    _declare_long(cloud, "fail", "http")
    for _ in range(cloud.count_messages(WORKERS[worker])):
        cloud.deliver(cloud.function(worker), WORKERS[worker], MOST_RECEIVES + 1)
    return recorder


def _declare_long(cloud: Cloud, *types: str) -> None:
    """In the process that there is now, requests of these types may take minutes."""
    handlers = cloud.container.handlers
    for known in [handler for handler in handlers if handler.type in types]:
        handlers.remove(known.type)
        handlers.add(replace(known, long=True))


class TickingClock(ManualClock):
    """Each look at it takes the same time, so that no request is slow because the machine is busy."""

    def now(self) -> Millis:
        self.advance(60)
        return super().now()


def _soon() -> str:
    return (datetime.now(UTC) + timedelta(seconds=50)).isoformat()


def _make_old(cloud: Cloud, user_id: str) -> None:
    """The user's requests, whose payloads are soon to expire."""
    for item in cloud.scan("RequestsTable"):
        if item["user_id"]["S"] == user_id and "status" in item:
            long_ago = {"enqueued_at": {"N": "1"}, "payload_until": {"N": "1"}}
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
    caller.call("POST", "/api/account/delete", {"password": PASSWORD})
    cloud.change_queue(gone, "SET leaving = :one")
    idle, stuck = caller.enqueue_as("ada"), caller.enqueue_as("bob")
    cloud.change_queue(idle, "SET head = tail, tail_at = :one, moved_at = :one")
    cloud.change_queue(stuck, "SET awake = :one, moved_at = :one, sessions_until = :one")
    slow = caller.enqueue_as("joe", "sleep", seconds=0)
    cloud.change_queue(slow, "SET awake = :one, moved_at = :one")
    cloud.change_queue(slow, "SET average_ms = :one", 2 * QUICK_MS)
    old = caller.enqueue_as("kim", text=LARGE)
    cloud.change_queue(old, "SET awake = :one, moved_at = :one")
    _make_old(cloud, old)
    recorder = cloud.become("Sweeper", ManualClock(_minute_of(old)))
    cloud.functions.sweeper(MINUTE, CONTEXT)
    assert recorder.calls | X_RAY | logs("Sweeper") == granted(template, "SweeperRole")
