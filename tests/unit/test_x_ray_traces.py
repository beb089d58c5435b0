"""Traces, as they are read from X-Ray."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from chalicelib.adapters.cloudwatch.traces import XRayTraces
from chalicelib.core.errors import NotFoundError, UnavailableError
from chalicelib.core.identity.traces import TracedSpan, waterfall

TRACE_ID = "0af7651916cd43dd8448eb211c80319c"
CALL = {
    "id": "a" * 16,
    "name": "POST /api/queue/enqueue",
    "start_time": 1.0,
    "end_time": 1.5,
    "annotations": {"service": "mine-api", "call": "5c1e"},
    "http": {"response": {"status": 202}},
}
EXCHANGE = {
    "id": "b" * 16,
    "parent_id": "a" * 16,
    "name": "hooks.test",
    "namespace": "remote",
    "start_time": 2.0,
    "end_time": 2.25,
    "annotations": {"service": "mine-callbacks", "seq": 7},
    "http": {"request": {"method": "POST", "url": "https://hooks.test:8443/"}, "response": {"status": 503}},
    "fault": True,
}
GATEWAY = {
    "id": "c" * 16,
    "name": "mine/live",
    "origin": "AWS::ApiGateway::Stage",
    "start_time": 0.9,
    "subsegments": [{"id": "d" * 16, "name": "Lambda", "start_time": 0.95, "end_time": 1.6}],
}


class FakeClient:
    """Answers BatchGetTraces in two pages."""

    def __init__(self, *segments: dict[str, Any], error: Exception | None = None) -> None:
        self.asked: dict[str, Any] = {}
        self._segments = segments
        self._error = error

    def get_paginator(self, operation: str) -> "FakeClient":
        assert operation == "batch_get_traces"
        return self

    def paginate(self, **asked: Any) -> Iterator[Any]:
        if self._error:
            raise self._error
        self.asked = asked
        for segment in self._segments:
            yield {"Traces": [{"Segments": [{"Document": json.dumps(segment)}]}]}


def read(client: FakeClient) -> dict[str, TracedSpan]:
    return {span.id[0]: span for span in XRayTraces(lambda *_, **__: client, "mine").read(TRACE_ID)}


def test_segments_and_their_parts_are_spans() -> None:
    client = FakeClient(CALL, EXCHANGE, GATEWAY)
    found = read(client)

    assert client.asked == {"TraceIds": ["1-0af76519-16cd43dd8448eb211c80319c"]}
    assert found["a"].attributes == {"call": "5c1e", "http.response.status_code": 202}
    assert found["b"] == TracedSpan(
        *("b" * 16, "a" * 16, "mine-callbacks", "POST hooks.test", 2000, 2250, True),
        {
            "seq": 7,
            "http.request.method": "POST",
            "url.scheme": "https",
            "server.address": "hooks.test",
            "server.port": 8443,
            "http.response.status_code": 503,
        },
    )
    assert (found["c"].begun, found["c"].ended) == (900, 900), "it is in progress"
    assert (found["d"].parent_id, found["d"].service) == ("c" * 16, "AWS::ApiGateway::Stage")
    assert [(depth, span.id[0]) for depth, span in waterfall(list(found.values()))] == [
        (0, "c"),
        (1, "d"),
        (0, "a"),
        (1, "b"),
    ]


@pytest.mark.parametrize("url", ["https://hooks.test:99999/", "https://[::1", "/path", ""])
def test_an_address_that_is_none_hides_no_span(url: str) -> None:
    odd = {**EXCHANGE, "http": {"request": {"method": "GET", "url": url}}}

    assert read(FakeClient(odd))["b"].attributes == {"seq": 7, "http.request.method": "GET"}


def by(function: str) -> dict[str, Any]:
    return {**CALL, "annotations": {"service": function}}


@pytest.mark.parametrize("segments", [[], [GATEWAY], [by("other-api")], [by("mine-test-api")], [by("mine-")]])
def test_a_trace_of_others_is_not_shown(segments: list[dict[str, Any]]) -> None:
    """Neither that of a stack whose name begins with the name of this one."""
    with pytest.raises(NotFoundError, match="no such trace of this deployment"):
        read(FakeClient(*segments))


@pytest.mark.parametrize(
    "error",
    [
        ClientError({"Error": {"Code": "ThrottledException", "Message": "slower"}}, "BatchGetTraces"),
        EndpointConnectionError(endpoint_url="https://xray.example"),
    ],
)
def test_an_error_of_x_ray_is_told_in_the_cores_words(error: Exception) -> None:
    with pytest.raises(UnavailableError, match="X-Ray"):
        read(FakeClient(error=error))


def span(id_: str, parent: str | None) -> TracedSpan:
    return TracedSpan(id_, parent, "s", id_, 0, 1, failed=False, attributes={})


def test_each_request_may_have_caused_the_next_thousands_of_times() -> None:
    shown = waterfall([span(str(n), str(n - 1)) for n in range(5_000)])

    assert [depth for depth, _ in shown] == list(range(5_000))


def test_spans_that_name_each_other_as_parents_end_nothing() -> None:
    shown = waterfall([span("a", "b"), span("b", "a"), span("c", None), span("d", "d")])

    assert [(depth, each.id) for depth, each in shown] == [(0, "c")]
