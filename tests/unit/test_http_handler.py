"""What a receiver gets, and what becomes of the request."""

import json
import logging
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime
from io import StringIO
from pathlib import Path

import pytest

from chalicelib.adapters.runtime.logs import JsonFormatter
from chalicelib.adapters.security.secret_keys import Keys
from chalicelib.core.errors import UnavailableError
from chalicelib.core.queueing.attempt import Ran, Result
from chalicelib.core.queueing.handler import Handler, declarations
from chalicelib.core.queueing.policy import HandlerError, Policy, after_failure
from chalicelib.core.queueing.request import Failure, Outcome, Request, Status
from chalicelib.core.queueing.steps import Retry
from chalicelib.webhooks.allowed_hosts import AllowedHosts
from chalicelib.webhooks.delivery import Receipt
from chalicelib.webhooks.handler import http_handler
from chalicelib.webhooks.transport import BODY_LIMIT
from tests.fakes.attempts import attempt
from tests.unit.deliveries import NOW, REQUEST, allowing, at, deliver, deliverer, to
from tests.unit.receiver import OK, Receiver, answer

CHECKOUT = Path(__file__).parents[2]
FIXED = {"host", "accept-encoding", "connection", "user-agent", "content-length"}
SIGNED = {
    "webhook-id",
    "webhook-timestamp",
    "webhook-signature",
    "gurukool-target-signature",
    "gurukool-attempt",
}


def declared(receiver: Receiver) -> Handler:
    """The handler `http`, with a receiver of its own."""
    hosts = AllowedHosts.parse(allowing(receiver))
    return declarations(http_handler(lambda: hosts, lambda: deliverer(allowing(receiver))))[0]


def attempted(given: bytes) -> Ran:
    with Receiver(given) as receiver:
        payload = f'{{"url": "http://hooks.test:{receiver.port}/"}}'
        request = Request("ada", 7, "http", payload, Status.RUNNING, 0, attempts=1)
        return attempt(declared(receiver), request, seconds=10)


def decided(failure: Ran) -> object:
    assert isinstance(failure, Failure)
    request = Request("ada", 7, "http", "", Status.RUNNING, enqueued_at=0, attempts=2)
    return after_failure(request, failure, Policy(max_attempts=10), NOW * 1000, fraction=lambda: 0.0)


def test_a_delivery_arrives_as_it_was_sent() -> None:
    with Receiver(OK) as receiver:
        deliver(
            receiver, to(receiver, b'{ "n": 1.10 }', headers={"X-Mine": "a b", "Authorization": "Basic eA=="})
        )
    assert receiver.requests[0].startswith(b"POST /in?a=b HTTP/1.1\r\n")
    assert receiver.body == b'{ "n": 1.10 }'
    assert receiver.headers.keys() == FIXED | SIGNED | {"content-type", "x-mine", "authorization"}
    assert receiver.headers["host"] == f"hooks.test:{receiver.port}"
    assert receiver.headers["accept-encoding"] == "identity"
    assert receiver.headers["content-type"] == "application/json"
    assert receiver.headers["x-mine"] == "a b"


def test_a_delivery_tells_which_one_it_is() -> None:
    with Receiver(OK) as receiver:
        deliver(receiver)
    sent = receiver.headers
    assert (sent["webhook-id"], sent["webhook-timestamp"]) == ("ada-7", str(NOW))
    assert sent["gurukool-attempt"] == "2"


def test_a_delivery_belongs_to_the_trace_of_its_request_unless_its_headers_name_another() -> None:
    traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    traced = replace(REQUEST, traceparent=traceparent)
    with Receiver(OK) as receiver:
        deliverer(allowing(receiver))(to(receiver), traced)
    assert receiver.headers["traceparent"] == traceparent
    with Receiver(OK) as receiver:
        deliverer(allowing(receiver))(to(receiver, headers={"Traceparent": "mine"}), traced)
    assert receiver.headers["traceparent"] == "mine"


@pytest.mark.parametrize("method", ["POST", "GET", "PUT", "PATCH", "DELETE"])
def test_every_method_may_go_without_a_body(method: str) -> None:
    with Receiver(OK) as receiver:
        deliver(receiver, to(receiver, b"", method=method))
    assert receiver.requests[0].startswith(f"{method} /in?a=b HTTP/1.1\r\n".encode())
    assert receiver.headers.get("content-length") == (None if method in ("GET", "DELETE") else "0")
    assert "content-type" not in receiver.headers


def test_the_content_type_and_the_user_agent_can_be_chosen() -> None:
    chosen = {"content-type": "application/cloudevents+json", "user-agent": "mine"}
    with Receiver(OK) as receiver:
        deliver(receiver, to(receiver, headers=chosen))
    assert chosen.items() <= receiver.headers.items()
    assert receiver.requests[0].lower().count(b"content-type") == 1


def test_the_answer_is_the_result() -> None:
    given = answer(201, b"made", Content_Type="text/plain", Location="/things/1", Set_Cookie="a=b")
    with Receiver(given) as receiver:
        assert deliver(receiver) == Receipt(
            201, {"Content-Type": "text/plain", "Location": "/things/1"}, "made", truncated=False
        )


@pytest.mark.parametrize(
    ("body", "truncated"), [(b"a" * BODY_LIMIT, False), (b"a" * (BODY_LIMIT + 1), True), (b"a" * 10**6, True)]
)
def test_only_the_beginning_of_a_long_answer_is_recorded(body: bytes, truncated: bool) -> None:
    with Receiver(answer(200, body)) as receiver:
        receipt = deliver(receiver)
    assert receipt.body == "a" * BODY_LIMIT
    assert receipt.truncated is truncated


@pytest.mark.parametrize(
    "interim",
    [
        b"HTTP/1.1 100 Continue\r\n\r\n" * 2,
        b"HTTP/1.1 102 Processing\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n" * 2,
    ],
)
def test_the_final_answer_counts_not_an_interim_one(interim: bytes) -> None:
    with Receiver(interim + answer(201, b"made", ETag="1")) as receiver:
        assert deliver(receiver) == Receipt(201, {"ETag": "1"}, "made", truncated=False)


def test_an_answer_that_changes_the_protocol_is_none() -> None:
    switch = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"
    with Receiver(switch) as receiver, pytest.raises(HandlerError, match="101 Switching Protocols"):
        deliver(receiver)


def test_a_chunked_answer_is_put_together() -> None:
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"
    with Receiver(chunked) as receiver:
        assert deliver(receiver) == Receipt(200, {}, "abc", truncated=False)


@pytest.mark.parametrize("version", [b"HTTP/1.0", b"HTTP/1.1"])
def test_an_answer_may_end_with_its_connection(version: bytes) -> None:
    with Receiver(version + b" 200 OK\r\nConnection: close\r\n\r\nall") as receiver:
        assert deliver(receiver) == Receipt(200, {}, "all", truncated=False)


def test_an_answer_that_breaks_off_after_its_headers_counts_as_it_began() -> None:
    with Receiver(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf") as receiver:
        assert deliver(receiver) == Receipt(200, {}, "half", truncated=True)


def test_a_success_is_recorded_as_json() -> None:
    assert attempted(OK) == Result('{"status":200,"headers":{},"body":"ok","truncated":false}')


@pytest.mark.parametrize("wait", ["7", format_datetime(datetime.fromtimestamp(NOW + 7.5, UTC), usegmt=True)])
def test_a_receiver_that_is_busy_is_asked_again_when_it_says(wait: str) -> None:
    decision = decided(attempted(answer(429, Retry_After=wait)))
    assert isinstance(decision, Retry)
    assert decision.not_before - NOW * 1000 in (6500, 7000)


def test_a_receiver_that_fails_is_asked_again_by_the_policy() -> None:
    assert isinstance(decided(attempted(answer(503))), Retry)


def test_a_receiver_that_is_gone_is_not_asked_again() -> None:
    failure = Failure("permanent", "The receiver answered 410 Gone. It says: moved to Rome")
    assert attempted(answer(410, b"moved to Rome")) == failure
    assert decided(failure) == Outcome(Status.FAILED, error=failure)


def test_the_next_address_is_tried_when_one_does_not_answer() -> None:
    with Receiver(OK) as receiver:
        assert deliver(receiver, resolve=at("127.0.0.2", "127.0.0.1")).status == 200


def test_a_receiver_that_is_down_is_an_error_without_addresses() -> None:
    with Receiver() as receiver:
        pass
    with pytest.raises(
        HandlerError, match=r"^The receiver could not be reached, or broke the connection off\.$"
    ):
        deliver(receiver)


def test_the_log_says_which_delivery_failed_and_why() -> None:
    written = StringIO()
    lines = logging.StreamHandler(written)
    lines.setFormatter(JsonFormatter())
    logging.getLogger("gurukool").addHandler(lines)
    try:
        attempted(b"")
    finally:
        logging.getLogger("gurukool").removeHandler(lines)
    line = json.loads(written.getvalue())
    expected = {"event": "delivery failed", "user": "ada", "seq": 7, "type": "http", "attempt": 1}
    assert expected.items() <= line.items()
    assert line["reason"].startswith("RemoteDisconnected: ")


def test_keys_that_cannot_be_read_are_no_fault_of_the_delivery() -> None:
    def keys() -> Keys:
        raise UnavailableError("The signing keys cannot be read. Try again.")

    with Receiver() as receiver, pytest.raises(HandlerError, match="signing keys") as failed:
        deliver(receiver, keys=keys)
    assert failed.type is HandlerError


def test_what_only_a_delivery_needs_is_imported_by_the_first_one() -> None:
    program = (
        "import sys; from chalicelib.container import Container; Container({}).handlers; print(*sys.modules)"
    )
    command = [sys.executable, "-c", program]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True, cwd=CHECKOUT).stdout.split()
    assert "chalicelib.webhooks.handler" in loaded
    assert not {"urllib3", "ssl", "http.client", "email.utils"} & set(loaded)
