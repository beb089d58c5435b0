"""How X-Ray's documents of segments are read.

https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from chalicelib.core.identity.traces import TracedSpan


def x_ray_id(trace_id: str) -> str:
    """X-Ray's way to write the id of a trace.

    >>> x_ray_id("5759e988bd862e3fe1be46a994272793")
    '1-5759e988-bd862e3fe1be46a994272793'
    """
    return f"1-{trace_id[:8]}-{trace_id[8:]}"


def spans(traces: Iterable[Mapping[str, Any]]) -> Iterator[TracedSpan]:
    """All segments and subsegments of the `Traces` that BatchGetTraces answers."""
    for trace in traces:
        for segment in trace["Segments"]:
            yield from _spans(json.loads(segment["Document"]))


def _spans(segment: Mapping[str, Any], whole: TracedSpan | None = None) -> Iterator[TracedSpan]:
    """The segment, which may be a part of a `whole`, and its subsegments."""
    span = _span(segment, whole)
    yield span
    for part in segment.get("subsegments", ()):
        yield from _spans(part, span)


def _span(segment: Mapping[str, Any], whole: TracedSpan | None) -> TracedSpan:
    annotations = {name: value for name, value in segment.get("annotations", {}).items() if name != "service"}
    http, begun = _http(segment), segment["start_time"]
    return TracedSpan(
        id=segment["id"],
        parent_id=segment.get("parent_id") or (whole.id if whole else None),
        service=_service(segment, whole),
        name=_name(segment, http.get("http.request.method")),
        begun=begun * 1000,
        ended=segment.get("end_time", begun) * 1000,  # none yet: it is in progress
        failed=any(segment.get(flag) for flag in ("fault", "error", "throttle")),
        attributes=annotations | http,
    )


def _service(segment: Mapping[str, Any], whole: TracedSpan | None) -> str:
    """Our own spans name their function; AWS's segments say of what service they are."""
    named = segment.get("annotations", {}).get("service") or segment.get("origin")
    return str(named or (whole.service if whole else segment.get("namespace", "")))


def _http(segment: Mapping[str, Any]) -> dict[str, Any]:
    """What is known of an HTTP request, by OpenTelemetry's names, as in the spans of `traced_calls`."""
    request = segment.get("http", {}).get("request", {})
    values = {
        "http.request.method": request.get("method"),
        **_address(str(request.get("url", ""))),
        "http.response.status_code": segment.get("http", {}).get("response", {}).get("status"),
    }
    return {name: value for name, value in values.items() if value}


def _address(url: str) -> dict[str, Any]:
    """Of a URL, which anybody may have written who takes part in the trace."""
    with suppress(ValueError):
        parts = urlsplit(url)
        return {"url.scheme": parts.scheme, "server.address": parts.hostname, "server.port": parts.port}
    return {}


def _name(segment: Mapping[str, Any], method: Any) -> str:
    is_call = segment.get("namespace") == "remote" and method
    return f"{method} {segment['name']}" if is_call else str(segment["name"])
