"""Deliveries arrive in their order, each is processed once, and a receiver that fails delays them only."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from socket import create_connection
from threading import Thread
from typing import Any

import pytest
from standardwebhooks import Webhook

from gurukool.testing import Queue, http, receiver_secret
from receiver import Inbox, serve

HOST = "127.0.0.1"
TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@contextmanager
def receiving(
    fail_every: int = 0, secret: str | None = None, collector: str = ""
) -> Iterator[tuple[Inbox, str]]:
    """An inbox, and the address at which it receives."""
    inbox = Inbox(secret or receiver_secret(HOST), fail_every)
    with serve(inbox, collector=collector) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield inbox, f"http://{HOST}:{server.server_port}"
        server.shutdown()
        thread.join()


def send(queue: Queue, url: str, events: list[dict[str, Any]]) -> None:
    deliver = http(url)
    for event in events:
        queue.enqueue(deliver, {"url": f"{url}/orders", "body": event})
    queue.run()


@pytest.mark.parametrize("fail_every", [0, 2, 3])
def test_events_are_processed_in_their_order_whatever_the_receiver_does(fail_every: int) -> None:
    events = [{"order": n} for n in range(6)]

    with receiving(fail_every) as (inbox, url):
        queue = Queue()
        send(queue, url, events)

    assert inbox.processed == events
    assert {outcome.status for outcome in queue.outcomes()} == {"succeeded"}
    assert any(outcome.attempts > 1 for outcome in queue.outcomes()) is bool(fail_every)


def test_a_delivery_with_another_secret_is_refused() -> None:
    with receiving(secret=receiver_secret("somebody.else")) as (inbox, url):
        queue = Queue()
        send(queue, url, [{"order": 1}])

    assert inbox.processed == []
    assert queue.outcome(1).status == "failed"


def test_what_arrives_twice_is_processed_once_also_a_delivery_beside_the_outcome_of_its_request() -> None:
    inbox = Inbox(receiver_secret(HOST))

    statuses = [push(inbox, id_, body) for id_, body in [("ada-7", '"paid"'), ("ada-7-outcome", "{}")] * 2]

    assert statuses == [HTTPStatus.OK] * 4
    assert inbox.processed == ["paid", {}]


@pytest.mark.parametrize(
    ("traceparent", "signed_for", "recorded"),
    [
        (f"00-{TRACE}-{SPAN}-01", HOST, 1),
        (f"00-{TRACE}-{SPAN}-03", HOST, 1),
        (f"00-{TRACE}-{SPAN}-00", HOST, 0),
        (f"00-{TRACE}-{SPAN}-01", "somebody.else", 0),
        (f"00-{'0' * 32}-{SPAN}-01", HOST, 0),
        (f"00-{TRACE}-{'0' * 16}-01", HOST, 0),
        (f"00-{TRACE.upper()}-{SPAN}-01", HOST, 0),
        ("nonsense", HOST, 0),
        ("", HOST, 0),
    ],
)
def test_a_span_is_recorded_of_a_genuine_delivery_whose_trace_is_sampled(
    traceparent: str, signed_for: str, recorded: int
) -> None:
    with collecting() as (spans, collector), receiving(collector=collector) as (_, url):
        headers = {**signed("ada-7", "{}", signed_for), "traceparent": traceparent, "content-length": "2"}
        post(url, headers, "{}")

    assert [(span["traceId"], span["parentSpanId"]) for span in spans] == [(TRACE, SPAN)] * recorded


@contextmanager
def collecting() -> Iterator[tuple[list[Any], str]]:
    """The spans that a collector gets, and its address."""
    spans: list[Any] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            document = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            spans.extend(document["resourceSpans"][0]["scopeSpans"][0]["spans"])
            self.send_response(HTTPStatus.OK)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    with HTTPServer((HOST, 0), Collector) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield spans, f"http://{HOST}:{server.server_port}"
        server.shutdown()
        thread.join()


def post(url: str, headers: dict[str, str], body: str) -> None:
    """Until the receiver closes the connection, which it does after it has sent its span."""
    host, _, port = url.removeprefix("http://").partition(":")
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    with create_connection((host, int(port))) as connection:
        connection.sendall(f"POST / HTTP/1.0\r\n{lines}\r\n{body}".encode())
        while connection.recv(1024):
            pass


def push(inbox: Inbox, webhook_id: str, body: str) -> HTTPStatus:
    return inbox.receive(signed(webhook_id, body), body.encode())


def signed(webhook_id: str, body: str, host: str = HOST) -> dict[str, str]:
    """The headers of a delivery to this host."""
    now = datetime.now(UTC)
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(receiver_secret(host)).sign(webhook_id, now, body),
    }
