"""What the functions do is what their policies allow, no less and no more.

The local cloud does not enforce IAM, so a permission that is missing would show on AWS only.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from chalice.test import Client
from moto import mock_aws

from app import app
from chalicelib.entrypoints import events
from tests.infra.cloud import CONTEXT, Call, Cloud, forget_clients
from tests.infra.documents import Document, resource_name, statements

EVENT_KEYS = ("version", "account", "region", "detail", "detail-type", "source", "time", "id", "resources")
MINUTE = dict.fromkeys(EVENT_KEYS, "")

# What Lambda's poller, its log agent and the X-Ray daemon do in a function's name.
POLLER = {
    ("sqs:DeleteMessage", "WakeUps"),
    ("sqs:GetQueueAttributes", "WakeUps"),
    ("sqs:ReceiveMessage", "WakeUps"),
}
X_RAY = {("xray:PutTelemetryRecords", "*"), ("xray:PutTraceSegments", "*")}
# How a worker finds out, after a write whose answer was lost, that it was itself that began the request.
AFTER_A_LOST_ANSWER = {("dynamodb:GetItem", "RequestsTable")}


PASSWORD = "correct horse battery"


class Caller:
    """A client of the API."""

    def __init__(self, client: Client, idempotency_key: str | None = "key") -> None:
        self._client = client
        self.refresh_token = ""
        self._headers = {"Content-Type": "application/json"}
        if idempotency_key:
            self._headers["Idempotency-Key"] = idempotency_key

    def call(self, method: str, path: str, body: object = None) -> Any:
        send = getattr(self._client.http, method.lower())
        answer = send(path, headers=self._headers, body=json.dumps(body).encode() if body else b"")
        assert answer.status_code < 400, answer.body
        return json.loads(answer.body or b"null")

    def enqueue_as(self, username: str, type_: str = "echo", **payload: object) -> str:
        """The id of a new user, who stays signed in, with one request."""
        credentials = {"username": username, "password": PASSWORD}
        user_id: str = self.call("POST", "/api/auth/register", credentials)["user_id"]
        self.sign_in(username)
        self.call("POST", "/api/queue/enqueue", {"type": type_, "payload": payload})
        return user_id

    def sign_in(self, username: str) -> None:
        tokens = self.call("POST", "/api/auth/login", {"username": username, "password": PASSWORD})
        self.refresh_token = tokens["refresh_token"]
        self._headers["Authorization"] = f"Bearer {tokens['access_token']}"


@pytest.fixture
def cloud(template: Document) -> Iterator[Cloud]:
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        yield Cloud(template, patch)
    forget_clients()


@pytest.fixture
def caller() -> Iterator[Caller]:
    with Client(app) as client:
        yield Caller(client)


def logs(function: str) -> set[Call]:
    return {("logs:CreateLogStream", f"{function}Logs"), ("logs:PutLogEvents", f"{function}Logs")}


def granted(template: Document, role: str) -> set[Call]:
    return {
        (action, resource_name(resource))
        for actions, resources in statements(template, role)
        for action in actions
        for resource in resources
    }


def test_the_api_may_do_what_it_does_and_no_more(template: Document, cloud: Cloud, caller: Caller) -> None:
    recorder = cloud.become("APIHandler")
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


def test_the_worker_may_do_what_it_does_and_no_more(template: Document, cloud: Cloud, caller: Caller) -> None:
    cloud.become("APIHandler", ALLOWED_HOSTS="localhost")
    user_id = caller.enqueue_as("ada", "sleep", seconds=1)
    cloud.change_queue(user_id, "SET tail = tail + :one, tail_at = :one")  # a hole to fill
    caller.enqueue_as("bob", "http", url="https://localhost/")  # signed, then refused for where localhost is
    # The quantum is over after the sleep, so it rings again.
    recorder = cloud.become("Worker", QUANTUM_SECONDS="1", ALLOWED_HOSTS="localhost")
    for _ in range(3):
        cloud.deliver(events.worker)
    done = recorder.calls | AFTER_A_LOST_ANSWER
    assert done | POLLER | X_RAY | logs("Worker") == granted(template, "WorkerRole")


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
    recorder = cloud.become("Sweeper")
    events.sweeper(MINUTE, CONTEXT)
    assert recorder.calls | X_RAY | logs("Sweeper") == granted(template, "SweeperRole")
