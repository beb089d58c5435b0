"""Each HTTP request to a receiver is a span of its own, and the receiver learns which."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from chalicelib.adapters.runtime import spans, traced_calls
from chalicelib.core.queueing.request import Request, Status
from chalicelib.core.trace_context import TraceContext
from chalicelib.webhooks.outcomes import OutcomePusher
from tests.unit.deliveries import REQUEST, allowing, deliver, deliverer, to
from tests.unit.receiver import OK, Receiver, answer

PARENT = TraceContext("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", sampled=True)
TRACED = replace(REQUEST, traceparent=PARENT.header)


@pytest.fixture(autouse=True)
def nothing_recorded() -> Iterator[None]:
    spans.take()
    yield
    spans.take()


def header_for(span: spans.Span) -> bytes:
    return f"traceparent: {span.context.header}".encode()


def test_a_redirect_is_followed_by_a_request_with_a_span_of_its_own() -> None:
    with Receiver(answer(307, Location="/there"), OK) as receiver:
        delivering = deliverer(allowing(receiver), recording=traced_calls.recorded)
        delivering(to(receiver), TRACED)
        first, second = receiver.requests

    moved, followed = spans.take()
    assert header_for(moved) in first
    assert header_for(followed) in second
    assert moved.parent_id == followed.parent_id == PARENT.span_id
    about = {"user": "ada", "seq": 7, "type": "http", "attempt": 2}
    for span, status in ((moved, 307), (followed, 200)):
        assert about.items() <= (span.attributes or {}).items()
        assert (span.attributes or {})["http.response.status_code"] == status
    assert (followed.attributes or {})["http.request.resend_count"] == 1


def test_a_delivery_that_does_not_arrive_is_a_span_with_the_error() -> None:
    with Receiver(lambda connection: connection.close()) as receiver:
        delivering = deliverer(allowing(receiver), recording=traced_calls.recorded)
        with pytest.raises(Exception, match="broke the connection off"):
            delivering(to(receiver), TRACED)

    [span] = spans.take()
    assert span.error is not None


def test_each_call_of_a_callback_is_a_span_with_the_number_of_the_call() -> None:
    with Receiver(answer(503)) as receiver:
        url = f"http://hooks.test:{receiver.port}/outcomes"
        outcome = Request(
            "ada", 7, "echo", "null", Status.SUCCEEDED, 1_000, callback=url, trace=PARENT.header
        )
        push = OutcomePusher(deliverer(allowing(receiver), recording=traced_calls.recorded), lambda _: b"{}")
        assert push(outcome, 3).status == 503
        [sent] = receiver.requests

    [span] = spans.take()
    assert header_for(span) in sent
    assert (span.parent_id, span.error) == (PARENT.span_id, "answered 503")
    assert {"seq": 7, "type": "echo", "attempt": 3}.items() <= (span.attributes or {}).items()


def test_without_a_recorder_the_receiver_gets_the_place_of_the_cause() -> None:
    with Receiver(OK) as receiver:
        deliverer(allowing(receiver))(to(receiver), TRACED)
        assert receiver.headers["traceparent"] == PARENT.header
    assert spans.take() == []


def test_a_delivery_that_nobody_traces_has_no_header() -> None:
    with Receiver(OK) as receiver:
        deliver(receiver, recording=traced_calls.recorded)
        assert "traceparent" not in receiver.headers
    assert spans.take() == []
