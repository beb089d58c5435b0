"""A receiver of webhooks that verifies, remembers, and now and then fails.

    localstack/run examples/webhooks/receiver.py --port 9000 --secret whsec_… --fail-every 3
        [--traces http://127.0.0.1:4566/_gurukool]

Anywhere else it needs Python and the package standardwebhooks. Stop it with Ctrl-C.
"""

import argparse
import json
import re
import secrets
import time
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from threading import Lock
from typing import Any
from urllib.parse import unquote
from urllib.request import Request, urlopen

from standardwebhooks import Webhook, WebhookVerificationError

# https://www.w3.org/TR/trace-context/#traceparent-header
TRACEPARENT = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})")
SAMPLED = 1


class Inbox:
    """What has been received: each delivery is processed once, however often it arrives."""

    def __init__(self, secret: str, fail_every: int = 0) -> None:
        """Each `fail_every`th delivery that is genuine is answered 503; 0: none is."""
        self._webhook = Webhook(secret)
        self._fail_every = fail_every
        self._arrivals = count(1)
        self._last: dict[str, int] = {}  # number of the last one that was processed, by sequence
        self._lock = Lock()
        self.processed: list[Any] = []

    def receive(self, headers: dict[str, str], body: bytes) -> HTTPStatus:
        """The status to answer with. `headers` are by lower-case name."""
        try:
            self._webhook.verify(body, headers, json_parse=False)
        except WebhookVerificationError:
            return HTTPStatus.UNAUTHORIZED
        with self._lock:
            return self._process(headers["webhook-id"], json.loads(body))

    def _process(self, webhook_id: str, event: Any) -> HTTPStatus:
        if self._fail_every and next(self._arrivals) % self._fail_every == 0:
            return HTTPStatus.SERVICE_UNAVAILABLE
        sequence, seq = place(webhook_id)
        if seq > self._last.get(sequence, 0):
            self._last[sequence] = seq
            self.processed.append(event)
            print(f"{sequence} {seq}: {event}", flush=True)
        return HTTPStatus.OK


def place(webhook_id: str) -> tuple[str, int]:
    """The sequence in which it arrives, and its number there. Outcomes that are pushed have one of their own.

    >>> place("ada-7"), place("ada-7-outcome")
    (('ada', 7), ('ada, outcomes', 7))
    """
    delivery = webhook_id.removesuffix("-outcome")
    user, _, number = delivery.rpartition("-")
    return unquote(user) + (", outcomes" if delivery != webhook_id else ""), int(number)


def sampled_parent(traceparent: str) -> tuple[str, str] | None:
    """The ids of the trace and of the span that a header names; None if it is not valid, or not sampled.

    >>> sampled_parent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
    ('0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331')
    """
    found = TRACEPARENT.fullmatch(traceparent)
    return (found[1], found[2]) if found and int(found[3], 16) & SAMPLED else None


def record(collector: str, traceparent: str, begun: int, status: HTTPStatus) -> None:
    """Send a span of what was received, below the span of whoever has sent it, if that is sampled.

    `collector` takes OpenTelemetry's OTLP; `begun` is in nanoseconds. In other services an agent does this.
    """
    parent = sampled_parent(traceparent)
    if parent is None:
        return
    trace_id, parent_id = parent
    span = {
        "traceId": trace_id,
        "spanId": secrets.token_hex(8),
        "parentSpanId": parent_id,
        "name": "receive",
        "kind": 2,  # server
        "startTimeUnixNano": str(begun),
        "endTimeUnixNano": str(time.time_ns()),
        "attributes": [{"key": "http.response.status_code", "value": {"intValue": str(int(status))}}],
    }
    service = {"attributes": [{"key": "service.name", "value": {"stringValue": "receiver"}}]}
    sent = {"resourceSpans": [{"resource": service, "scopeSpans": [{"spans": [span]}]}]}
    url, headers = f"{collector}/v1/traces", {"Content-Type": "application/json"}
    call = Request(url, json.dumps(sent).encode(), headers)  # noqa: S310 - whoever starts this names it
    with suppress(OSError):  # a trace is no reason to fail
        urlopen(call, timeout=2).close()  # noqa: S310 - likewise


def serve(inbox: Inbox, port: int = 0, collector: str = "") -> ThreadingHTTPServer:
    """A server on this machine that hands what it is sent to the inbox; port 0: any that is free.

    `collector`: where spans of genuine deliveries are sent; none are without it.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            begun = time.time_ns()
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = inbox.receive({name.lower(): value for name, value in self.headers.items()}, body)
            self.send_response(status)
            if status == HTTPStatus.SERVICE_UNAVAILABLE:
                self.send_header("Retry-After", "1")
            self.send_header("Content-Length", "0")
            self.end_headers()
            if collector and status != HTTPStatus.UNAUTHORIZED:
                record(collector, self.headers.get("traceparent", ""), begun, status)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the base class's name)
            """Nothing: what matters is printed by the inbox."""

    return ThreadingHTTPServer(("127.0.0.1", port), Handler)


def main() -> None:
    parser = argparse.ArgumentParser(description="Receive webhooks and print them.")
    parser.add_argument("--port", type=int, default=9000)
    parser.add_argument("--secret", required=True, help="of this receiver: whsec_…")
    parser.add_argument("--fail-every", type=int, default=0, metavar="N", help="answer each Nth delivery 503")
    parser.add_argument("--traces", default="", metavar="URL", help="send spans to this OTLP collector")
    given = parser.parse_args()
    with serve(Inbox(given.secret, given.fail_every), given.port, given.traces) as server:
        server.serve_forever()


if __name__ == "__main__":
    main()
