"""One trace, from the traceparent of a call by curl to the receiver of a webhook, seen in the terminal."""

import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import urllib3

from local_cloud.traces import received
from local_cloud.waiting import wait_until
from tests.e2e.users import User
from tests.examples.conftest import HOST, STACK, ExamplesStack
from tests.patience import PATIENCE_S

CALL = "POST /api/queue/enqueue/batch"
BRANCHES = [
    [CALL, f"POST {HOST}", "note outcome"],
    [CALL, "attempt http", f"POST {HOST}", "receive"],
    [CALL, "attempt pay", "step charge"],
    [CALL, "attempt pay", "step confirm"],
    [CALL, "attempt pay", "step reserve"],
    [CALL, "wait http"],
    [CALL, "wait pay"],
]


@contextmanager
def traced_receiver(deployed: ExamplesStack, port: int, name: str) -> Iterator[list[str]]:
    """The traceparents that a receiver gets, which records spans of its own as traced services do."""
    got: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            got.append(self.headers["traceparent"])
            record(deployed, name, *self.headers["traceparent"].split("-")[1:3])
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer((HOST, port), Handler) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield got
        server.shutdown()


def record(deployed: ExamplesStack, name: str, trace_id: str, parent_id: str) -> None:
    moment = str(time.time_ns())
    span = {
        "traceId": trace_id,
        "spanId": secrets.token_hex(8),
        "parentSpanId": parent_id,
        "name": name,
        "startTimeUnixNano": moment,
        "endTimeUnixNano": moment,
    }
    service = {"key": "service.name", "value": {"stringValue": "receiver"}}
    sent = {"resourceSpans": [{"resource": {"attributes": [service]}, "scopeSpans": [{"spans": [span]}]}]}
    url = f"{deployed.emulator.edge_url}/_gurukool/v1/traces"
    assert urllib3.request("POST", url, json=sent).status == 200


def send_by_curl(deployed: ExamplesStack, user: User, traceparent: str, body: Any) -> None:
    authorization = f"Authorization: {user.session._signed(None)['Authorization']}"
    command = ["curl", "-sS", "--fail", f"{deployed.api_url}/api/queue/enqueue/batch", "-d", json.dumps(body)]
    for header in (
        authorization,
        "Content-Type: application/json",
        f"traceparent: {traceparent}",
    ):
        command += ["-H", header]
    subprocess.run(command, check=True, capture_output=True)


def test_a_trace_leads_from_curl_over_the_worker_and_its_steps_to_the_receivers(
    deployed: ExamplesStack, user: User
) -> None:
    trace_id, ours = secrets.token_hex(16), secrets.token_hex(8)
    receiver = traced_receiver(deployed, deployed.receiver_port, "receive")
    shop = traced_receiver(deployed, deployed.shop_port, "note outcome")
    with receiver as got, shop as told:
        send_by_curl(deployed, user, f"00-{trace_id}-{ours}-01", {"requests": orders(deployed)})
        assert wait_until(lambda: is_complete(deployed, trace_id), PATIENCE_S), names(deployed, trace_id)

    spans = received(deployed.emulator.edge_url, trace_id)
    assert [span["name"] for span in spans if span["parent_id"] == ours] == [CALL]
    rows = shown(deployed, trace_id)
    assert f"trace {trace_id}" in rows[0]
    assert sorted(below(rows)) == BRANCHES
    exchanges = {span["id"]: span["attributes"] for span in spans if span["name"] == f"POST {HOST}"}
    for [traceparent], type_, port in (
        (got, "http", deployed.receiver_port),
        (told, "pay", deployed.shop_port),
    ):
        attributes = exchanges[traceparent.split("-")[2]]
        assert (attributes["type"], attributes["attempt"]) == (type_, 1)
        assert (attributes["server.address"], attributes["server.port"]) == (HOST, port)
        assert attributes["http.response.status_code"] == 200


def orders(deployed: ExamplesStack) -> list[dict[str, Any]]:
    """A payment in steps, whose outcome is pushed to the shop, and a webhook."""
    delivery = {"url": f"http://{HOST}:{deployed.receiver_port}/", "body": {}}
    payment = {"order": "A-8", "cents": 500, "confirmation_seconds": 0}
    callback = f"http://{HOST}:{deployed.shop_port}/outcomes"
    return [
        {"type": "pay", "payload": payment, "callback": callback},
        {"type": "http", "payload": delivery},
    ]


def is_complete(deployed: ExamplesStack, trace_id: str) -> bool:
    """Each function sends its spans when it has carried out its part."""
    senders = recorded_by(deployed, trace_id) >= {"slow-worker", "callbacks"}
    return senders and names(deployed, trace_id) >= {name for branch in BRANCHES for name in branch}


def names(deployed: ExamplesStack, trace_id: str) -> set[str]:
    return {span["name"] for span in received(deployed.emulator.edge_url, trace_id)}


def recorded_by(deployed: ExamplesStack, trace_id: str) -> set[str]:
    """The functions that have sent spans."""
    found = received(deployed.emulator.edge_url, trace_id)
    return {span["service"].removeprefix(f"{STACK}-") for span in found}


def below(rows: list[str]) -> Iterator[list[str]]:
    """Each span that has no parts, below those that it is a part of, as the indentation says."""
    path: list[str] = []
    for row in rows[1:]:
        name = row[:34].rstrip()
        depth = (len(name) - len(name.lstrip())) // 2
        if depth < len(path):
            yield path
        path = [*path[:depth], name.strip()]
    yield path


def shown(deployed: ExamplesStack, trace_id: str) -> list[str]:
    """By `make traces ID=…`."""
    environment = {**os.environ, "AWS_ENDPOINT_URL": deployed.emulator.edge_url}
    command = [sys.executable, "-m", "local_cloud.traces", "--id", trace_id]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.splitlines()
