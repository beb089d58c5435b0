"""Traces that functions and others send are received, and what is none is not."""

import json
from typing import Any

import pytest
import urllib3

from gurukool_localstack.trace_documents import of_segment
from local_cloud.emulator import Emulator
from local_cloud.traces import received
from local_cloud.waiting import wait_until
from tests.localstack.functions import deploy

SEGMENT = {
    "trace_id": "1-0af76519-16cd43dd8448eb211c80319c",
    "id": "b7ad6b7169203331",
    "name": "work",
    "start_time": 1.5,
    "end_time": 2.0,
    "fault": True,
    "annotations": {"service": "mine", "seq": 7},
}
TRACE_ID = "0af7651916cd43dd8448eb211c80319c"
SOURCE = """
    import os, socket

    def handler(event, context):
        host, port = os.environ["AWS_XRAY_DAEMON_ADDRESS"].split(":")
        sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        for text in ("nonsense", '{"format": "json", "version": 1}\\n' + event["segment"]):
            sender.sendto(text.encode(), (host, int(port)))
"""


def test_a_segment_that_a_function_sends_to_the_daemon_is_a_span(emulator: Emulator) -> None:
    function = deploy(emulator, SOURCE)
    function.invoke(segment=json.dumps(SEGMENT))

    assert wait_until(lambda: bool(received(emulator.edge_url, TRACE_ID)), 10)
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
        "attributes": {"seq": 7},
    }
    assert received(emulator.edge_url, "0" * 32) == []
    function.delete()


@pytest.mark.parametrize("body", [b"no json", b"{}", b'{"resourceSpans": 7}', b"[]"])
def test_what_is_no_export_is_refused(emulator: Emulator, body: bytes) -> None:
    answer = urllib3.request("POST", f"{emulator.edge_url}/_gurukool/v1/traces", body=body)

    assert answer.status == 400


def test_a_segment_that_has_not_ended_takes_no_time() -> None:
    segment: dict[str, Any] = {key: value for key, value in SEGMENT.items() if key != "end_time"}

    assert of_segment(segment)["ended"] == 1500
