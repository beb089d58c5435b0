"""Spans, in one form whatever document they came in: X-Ray's, or OTLP's."""

from collections.abc import Iterator
from typing import Any

_FAILED = 2  # a status of OTLP


def of_segment(segment: dict[str, Any]) -> dict[str, Any]:
    """A span of X-Ray's document."""
    about = {key: value for key, value in segment.get("annotations", {}).items() if key != "service"}
    return {
        "trace_id": segment["trace_id"].removeprefix("1-").replace("-", ""),
        "id": segment["id"],
        "parent_id": segment.get("parent_id"),
        "service": segment.get("annotations", {}).get("service", segment.get("namespace", "")),
        "name": segment["name"],
        "begun": segment["start_time"] * 1000,
        "ended": segment.get("end_time", segment["start_time"]) * 1000,
        "failed": bool(segment.get("fault") or segment.get("error")),
        "attributes": about,
    }


def of_export(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The spans of OTLP's document."""
    for resource in document["resourceSpans"]:
        of_resource = _attributes(resource.get("resource", {}))
        for scope in resource["scopeSpans"]:
            for span in scope["spans"]:
                yield {
                    "trace_id": span["traceId"],
                    "id": span["spanId"],
                    "parent_id": span.get("parentSpanId") or None,
                    "service": of_resource.get("service.name", ""),
                    "name": span["name"],
                    "begun": int(span["startTimeUnixNano"]) / 1e6,
                    "ended": int(span["endTimeUnixNano"]) / 1e6,
                    "failed": span.get("status", {}).get("code") == _FAILED,
                    "attributes": _attributes(span),
                }


def _attributes(of: dict[str, Any]) -> dict[str, Any]:
    return {each["key"]: next(iter(each["value"].values())) for each in of.get("attributes", [])}
