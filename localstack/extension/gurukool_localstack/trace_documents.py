"""Spans, in one form whatever document they came in: X-Ray's, or OTLP's. And as X-Ray's documents."""

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

_FAILED, _CLIENT = 2, 3  # a status and a kind of span in OTLP


def of_segment(segment: dict[str, Any], whole: dict[str, Any] | None = None) -> Iterator[dict[str, Any]]:
    """The spans of X-Ray's document: of a segment or a subsegment, and of the subsegments in it.

    `whole`: the span that it is a part of.
    """
    annotations, http = segment.get("annotations", {}), _http(segment)
    span = {
        "trace_id": whole["trace_id"] if whole else segment["trace_id"].removeprefix("1-").replace("-", ""),
        "id": segment["id"],
        "parent_id": segment.get("parent_id") or (whole and whole["id"]),
        "service": annotations.get("service")
        or (whole["service"] if whole else segment.get("namespace", "")),
        "name": _name(segment, http.get("http.request.method")),
        "begun": segment["start_time"] * 1000,
        "ended": segment.get("end_time", segment["start_time"]) * 1000,
        "failed": bool(segment.get("fault") or segment.get("error")),
        "remote": segment.get("namespace") == "remote",
        "attributes": {key: value for key, value in annotations.items() if key != "service"} | http,
    }
    yield span
    for part in segment.get("subsegments", ()):
        yield from of_segment(part, span)


def _name(segment: dict[str, Any], method: str | None) -> str:
    """A call of another service has the name of its host in X-Ray."""
    is_call = segment.get("namespace") == "remote" and method
    return f"{method} {segment['name']}" if is_call else str(segment["name"])


def _http(segment: dict[str, Any]) -> dict[str, Any]:
    """What is known of an HTTP request, by OpenTelemetry's names."""
    request = segment.get("http", {}).get("request", {})
    values = {
        "http.request.method": request.get("method"),
        **_address(str(request.get("url", ""))),
        "http.response.status_code": segment.get("http", {}).get("response", {}).get("status"),
    }
    return {name: value for name, value in values.items() if value}


def _address(url: str) -> dict[str, Any]:
    """The parts of a URL; none of a text that is no URL, which must not hide the rest of the span."""
    with suppress(ValueError):
        parts = urlsplit(url)
        return {"url.scheme": parts.scheme, "server.address": parts.hostname, "server.port": parts.port}
    return {}


def of_export(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The spans of OTLP's document."""
    for resource in document["resourceSpans"]:
        of_resource = _attributes(resource.get("resource", {}))
        for scope in resource["scopeSpans"]:
            for span in scope["spans"]:
                failed = span.get("status", {}).get("code") == _FAILED
                error = {"error": span["status"]["message"]} if failed and "message" in span["status"] else {}
                yield {
                    "trace_id": span["traceId"],
                    "id": span["spanId"],
                    "parent_id": span.get("parentSpanId") or None,
                    "service": of_resource.get("service.name", ""),
                    "name": span["name"],
                    "begun": int(span["startTimeUnixNano"]) / 1e6,
                    "ended": int(span["endTimeUnixNano"]) / 1e6,
                    "failed": failed,
                    "remote": span.get("kind") == _CLIENT,
                    "attributes": _attributes(span) | error,
                }


def _attributes(of: dict[str, Any]) -> dict[str, Any]:
    return {each["key"]: _value(each.get("value", {})) for each in of.get("attributes", [])}


def _value(of: dict[str, Any]) -> Any:
    """JSON has integers of 64 bits as text. An empty value is allowed: it is None."""
    return int(of["intValue"]) if "intValue" in of else next(iter(of.values()), None)


def as_segment(span: dict[str, Any]) -> dict[str, str]:
    """The span as BatchGetTraces has it: AWS, too, keeps spans of OpenTelemetry as segments."""
    attributes = dict(span["attributes"])
    document = {
        "id": span["id"],
        "trace_id": x_ray_id(span["trace_id"]),
        "name": span["name"],
        "start_time": span["begun"] / 1000,
        "end_time": span["ended"] / 1000,
        "fault": span["failed"],
        **({"parent_id": span["parent_id"]} if span["parent_id"] else {}),
        **_place(span),
        **_http_block(attributes),
        # Keys of annotations have no dots.
        "annotations": {"service": span["service"]} | {k: v for k, v in attributes.items() if "." not in k},
        "metadata": {"default": {key: value for key, value in attributes.items() if "." in key}},
    }
    return {"Id": span["id"], "Document": json.dumps(document)}


def _place(span: dict[str, Any]) -> dict[str, Any]:
    """A call of another service is a subsegment. A call by HTTP has the name of its host: see `_name`."""
    if not span["remote"]:
        return {}
    method, host = (span["attributes"].get(name) for name in ("http.request.method", "server.address"))
    name = (host or span["name"].removeprefix(f"{method} ")) if method else span["name"]
    return {"type": "subsegment", "namespace": "remote", "name": name}


def _http_block(attributes: dict[str, Any]) -> dict[str, Any]:
    """The attributes that X-Ray has a place of its own for. They are taken out of `attributes`."""
    method, status = (
        attributes.pop(f"http.{name}", None) for name in ("request.method", "response.status_code")
    )
    url = _url(attributes)
    request = {**({"method": method} if method else {}), **({"url": url} if url else {})}
    block = {
        **({"request": request} if request else {}),
        **({"response": {"status": status}} if status else {}),
    }
    return {"http": block} if block else {}


def _url(attributes: dict[str, Any]) -> str | None:
    """The URL of these attributes, which are taken out; None if the scheme or the host is unknown."""
    if not (attributes.get("url.scheme") and attributes.get("server.address")):
        return None
    scheme, host = attributes.pop("url.scheme"), str(attributes.pop("server.address"))
    port = attributes.pop("server.port", None)
    return f"{scheme}://{f'[{host}]' if ':' in host else host}{f':{port}' if port else ''}/"


def x_ray_id(trace_id: str) -> str:
    """How X-Ray writes the id of a trace."""
    return f"1-{trace_id[:8]}-{trace_id[8:]}"
