"""Traces that functions and others send are received, and what is none is not."""

import json

import pytest
import urllib3
from botocore.exceptions import ClientError

from chalicelib.adapters.cloudwatch.segments import spans
from chalicelib.core.identity.traces import TracedSpan
from local_cloud.emulator import Emulator
from local_cloud.traces import received
from local_cloud.waiting import wait_until
from tests.localstack.functions import deploy
from tests.localstack.trace_samples import SEGMENT, TRACE_ID, export
from tests.patience import PATIENCE_S

SOURCE = """
    import os, socket

    def handler(event, context):
        host, port = os.environ["AWS_XRAY_DAEMON_ADDRESS"].split(":")
        sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        for text in event["sent"]:
            sender.sendto(text.encode(), (host, int(port)))
"""


def test_a_segment_that_a_function_sends_to_the_daemon_is_a_span(emulator: Emulator) -> None:
    function = deploy(emulator, SOURCE)
    half = {**SEGMENT, "trace_id": f"1-{'1' * 8}-{'1' * 24}", "subsegments": [SEGMENT, "nonsense"]}
    header = '{"format": "json", "version": 1}\n'
    malformed = ["nonsense", header + "[" * 60_000, header + json.dumps(half)]
    function.invoke(sent=[*malformed, header + json.dumps(SEGMENT)])

    assert wait_until(lambda: bool(received(emulator.edge_url, TRACE_ID)), PATIENCE_S)
    [span] = received(emulator.edge_url, TRACE_ID)
    assert span == {
        "trace_id": TRACE_ID,
        "id": "b7ad6b7169203331",
        "parent_id": None,
        "service": "mine",
        "name": "work",
        "begun": 1500,
        "ended": 2000,
        "failed": True,
        "remote": False,
        "attributes": {"seq": 7},
    }
    assert received(emulator.edge_url, "0" * 32) == []
    assert received(emulator.edge_url, "1" * 32) == [], "a part of a document that is malformed"
    assert read_from_x_ray(emulator, TRACE_ID, "0" * 32) == {TRACE_ID: ["work"]}
    function.delete()


def read_from_x_ray(emulator: Emulator, *trace_ids: str) -> dict[str, list[str]]:
    """The names of the spans of each of these traces that X-Ray has."""
    ids = [f"1-{trace_id[:8]}-{trace_id[8:]}" for trace_id in trace_ids]
    answer = emulator.client("xray").batch_get_traces(TraceIds=ids)
    return {
        trace["Id"].removeprefix("1-").replace("-", ""): [span.name for span in spans([trace])]
        for trace in answer["Traces"]
    }


def test_a_span_of_opentelemetry_is_read_from_x_ray_as_it_was_sent(emulator: Emulator) -> None:
    about = {"http.request.method": "POST", "url.scheme": "https", "server.address": "hooks.test"}
    texts = [{"key": name, "value": {"stringValue": value}} for name, value in about.items()]
    numbers = {"server.port": 8443, "http.response.status_code": 503, "seq": 7}
    integers = [{"key": name, "value": {"intValue": str(value)}} for name, value in numbers.items()]
    span = {
        "traceId": "2" * 32,
        "spanId": "b7ad6b7169203331",
        "parentSpanId": "53995c3f42cd8ad8",
        "name": "POST hooks.test",
        "kind": 3,
        "startTimeUnixNano": "1000000000",
        "endTimeUnixNano": "2000000000",
        "attributes": texts + integers,
        "status": {"code": 2, "message": "answered 503"},
    }
    service = {"attributes": [{"key": "service.name", "value": {"stringValue": "mine-callbacks"}}]}
    sent = {"resourceSpans": [{"resource": service, "scopeSpans": [{"spans": [span]}]}]}
    for _ in range(2):  # which are one
        urllib3.request("POST", f"{emulator.edge_url}/_gurukool/v1/traces", json=sent)

    trace_id = f"1-{'2' * 8}-{'2' * 24}"
    [found] = spans(emulator.client("xray").batch_get_traces(TraceIds=[trace_id])["Traces"])
    assert found == TracedSpan(
        *("b7ad6b7169203331", "53995c3f42cd8ad8", "mine-callbacks", "POST hooks.test", 1000, 2000, True),
        {"seq": 7, "error": "answered 503", **about, **numbers},
    )


def test_more_traces_than_x_ray_answers_at_once_are_refused(emulator: Emulator) -> None:
    with pytest.raises(ClientError, match="InvalidRequestException"):
        read_from_x_ray(emulator, *[f"{number:032x}" for number in range(6)])


@pytest.mark.parametrize("body", [b"no json", b"{}", b'{"resourceSpans": 7}', b"[]", b"[" * 200_000])
def test_what_is_no_export_is_refused(emulator: Emulator, body: bytes) -> None:
    answer = urllib3.request("POST", f"{emulator.edge_url}/_gurukool/v1/traces", body=body)

    assert answer.status == 400


def test_an_export_that_is_malformed_is_refused_as_a_whole(emulator: Emulator) -> None:
    sent = export({"traceId": "3" * 32}, {"traceId": "3" * 32, "startTimeUnixNano": "soon"})
    answer = urllib3.request("POST", f"{emulator.edge_url}/_gurukool/v1/traces", json=sent)

    assert answer.status == 400
    assert received(emulator.edge_url, "3" * 32) == []
