"""A segment of X-Ray and spans of OTLP, for the tests of what receives them."""

from typing import Any

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


def export(*some: dict[str, Any]) -> dict[str, Any]:
    """A document of OTLP with these spans."""
    span = {
        "traceId": "4" * 32,
        "spanId": "b7ad6b7169203331",
        "name": "work",
        "startTimeUnixNano": "1000000000",
        "endTimeUnixNano": "2000000000",
    }
    return {"resourceSpans": [{"scopeSpans": [{"spans": [span | each for each in some]}]}]}
