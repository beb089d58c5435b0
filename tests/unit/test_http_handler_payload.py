"""What is refused when a delivery is enqueued."""

import json

import msgspec
import pytest

from chalicelib.adapters.json.codec import decode
from chalicelib.api.queueing.enqueue_body import Reader
from chalicelib.api.queueing.orders import Order
from chalicelib.container import Container
from chalicelib.core.errors import InvalidInputError
from chalicelib.core.queueing.application import Settings
from chalicelib.webhooks.delivery import Delivery

HANDLERS = Container({}).handlers
URL = "https://hooks.example.com/"

REFUSED: list[tuple[dict[str, object], str]] = [
    ({}, "is missing"),
    ({"url": 1}, "must be text"),
    ({"url": "ftp://hooks.example.com/"}, "url must be like"),
    ({"url": "https://user@hooks.example.com/"}, "url must be like"),
    ({"url": URL + "a" * 2048}, "at most 2048 characters"),
    ({"url": URL, "method": "CONNECT"}, 'must be "DELETE", '),
    ({"url": URL, "method": "post"}, 'must be "DELETE", '),
    ({"url": URL, "method": "POST / HTTP/1.1\r\nX-Injected: yes\r\n\r\n"}, 'must be "DELETE", '),
    ({"url": URL, "verify": False}, "is not known here"),
    ({"url": URL, "method": "GET", "body": {}}, "body must be left out"),
    ({"url": URL, "headers": {f"X-{n}": "" for n in range(21)}}, "at most 20 members"),
    ({"url": URL, "headers": {"X": "a" * 1025}}, "at most 1024"),
    ({"url": URL, "headers": {"X": "a\r\nX-Injected: yes"}}, "printable"),
    ({"url": URL, "headers": {"X": "a\n"}}, "printable"),
    ({"url": URL, "headers": {"X": " a"}}, "printable"),
    ({"url": URL, "headers": {"X": "\x00"}}, "printable"),
    ({"url": URL, "headers": {"X": "ä"}}, "printable"),
    ({"url": URL, "headers": {"X": 1}}, "must be text"),
    ({"url": URL, "headers": {"": "a"}}, "not a valid header name"),
    ({"url": URL, "headers": {"X Y": "a"}}, "not a valid header name"),
    ({"url": URL, "headers": {"X:": "a"}}, "not a valid header name"),
    ({"url": URL, "headers": {"X\r\nY": "a"}}, "not a valid header name"),
    ({"url": URL, "headers": {"X\n": "a"}}, "not a valid header name"),
    ({"url": URL, "headers": {"X" * 65: "a"}}, "not a valid header name"),
    ({"url": URL, "headers": {"X-A": "a", "x-a": "b"}}, "twice"),
    ({"url": URL, "headers": {"Webhook_Id": "victim-7"}}, "not contain underscores"),
    ({"url": URL, "headers": {"X_Forwarded_For": "10.0.0.1"}}, "not contain underscores"),
]

NOT_YOURS = [
    "Host",
    "hOST",
    "Content-Length",
    "Content-Encoding",
    "Transfer-Encoding",
    "Accept-Encoding",
    "Connection",
    "Keep-Alive",
    "Proxy-Connection",
    "Proxy-Authorization",
    "TE",
    "Trailer",
    "Upgrade",
    "Expect",
    "Gurukool-Attempt",
    "gurukool-target-signature",
    "Webhook-Id",
    "webhook-timestamp",
    "Webhook-Signature",
    "Forwarded",
    "X-Forwarded-For",
    "x-forwarded-host",
    "X-Forwarded",
    "Via",
    "Max-Forwards",
    "X-Real-IP",
    "X-Original-URL",
    "X-Rewrite-URL",
    "True-Client-IP",
    "X-Cluster-Client-IP",
    "CF-Connecting-IP",
]


@pytest.mark.parametrize(("payload", "why"), REFUSED)
def test_is_refused(payload: dict[str, object], why: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        decode(json.dumps(payload), Delivery, under="payload")
    (field,) = refused.value.fields
    assert why in field.message
    assert field.path.startswith("payload")


@pytest.mark.parametrize("name", NOT_YOURS)
def test_a_header_that_is_not_the_callers_to_choose_is_refused(name: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        decode(json.dumps({"url": URL, "headers": {name: "a"}}), Delivery)
    assert refused.value.fields[0].message == f"headers must not contain {name}: this header is reserved"


@pytest.mark.parametrize("body", [b"1e999", b'"\xff"', b'"\\ud800"', b"{", b"nul"])
def test_a_body_that_is_not_json_is_refused(body: bytes) -> None:
    with pytest.raises(Exception, match=r"must be|too large|not valid JSON"):
        decode(b'{"url": "%s", "body": %s}' % (URL.encode(), body), Delivery)


@pytest.mark.parametrize(
    "body", [b"null", b"0", b'""', b"1.10", b'{ "b": 1, "a": 2 }', b"12345678901234567890123"]
)
def test_a_body_is_sent_as_it_was_written(body: bytes) -> None:
    read = decode(b'{"url": "%s", "body": %s}' % (URL.encode(), body), Delivery)
    assert bytes(read.body) == body


def test_the_payload_has_a_schema() -> None:
    properties = msgspec.json.schema(Delivery)["$defs"]["Delivery"]["properties"]
    assert properties.keys() == {"url", "method", "headers", "body"}
    assert properties["body"] == {}


def test_an_absent_body_is_none_at_all() -> None:
    assert bytes(decode(json.dumps({"url": URL}), Delivery).body) == b""


def test_a_host_that_is_not_allowed_is_refused_at_enqueue() -> None:
    reader = Reader(HANDLERS, Settings(), now=0, require_callback=print)
    with pytest.raises(InvalidInputError) as refused:
        reader.validated_payload(Order("http", msgspec.Raw(json.dumps({"url": URL}).encode())))
    (field,) = refused.value.fields
    assert field.path == "payload.url"
    assert field.message.startswith("https://hooks.example.com is not an allowed host.")
