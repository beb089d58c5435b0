"""Spans to X-Ray, by the daemon that Lambda runs beside the function: each is a document of its own.

A request to a receiver is a subsegment with the namespace `remote` and the name of the host, as X-Ray's map
of services wants it. All others are segments.

https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html
"""

import re
from collections.abc import Sequence
from typing import Any

from chalicelib.adapters.runtime.spans import Span
from chalicelib.core.trace_context import TraceContext

# Attributes that X-Ray has a place for.
HTTP = {"http.request.method": "method", "http.response.status_code": "status"}
NOT_IN_NAMES = re.compile(r"[^\w\s.:/%&#=+\\\-@]")


def export(service: str, spans: Sequence[Span]) -> None:
    """The SDK sends by UDP, which waits for nobody and fails for nothing."""
    from aws_xray_sdk.core import xray_recorder

    for span in spans:
        xray_recorder.emitter.send_entity(_document(service, span))


def _document(service: str, span: Span) -> Any:
    sent = _remote(span) if span.kind == "client" else _segment(span)
    sent.start_time = span.begun / 1000
    for key, value in {"service": service, **(span.attributes or {})}.items():
        if key in HTTP:
            sent.put_http_meta(HTTP[key], value)
        elif "." not in key:  # which keys of annotations must not have
            sent.put_annotation(key, value)
    if span.error:
        sent.put_annotation("error", span.error[:500])
        if not getattr(sent, "error", False):
            sent.add_fault_flag()
    else:  # the SDK counts each status of 400 or more as an error
        for flag in ("error", "throttle"):
            vars(sent).pop(flag, None)
    sent.close(span.ended / 1000)
    return sent


def _segment(span: Span) -> Any:
    from aws_xray_sdk.core.models.segment import Segment

    name, trace_id = NOT_IN_NAMES.sub("_", span.name)[:200], x_ray_id(span.context.trace_id)
    return Segment(name, entityid=span.context.span_id, traceid=trace_id, parent_id=span.parent_id)


def _remote(span: Span) -> Any:
    from aws_xray_sdk.core.models.segment import Segment
    from aws_xray_sdk.core.models.subsegment import Subsegment

    attributes = span.attributes or {}
    host = str(attributes["server.address"])
    bracketed = f"[{host}]" if ":" in host else host
    whole = Segment(host, traceid=x_ray_id(span.context.trace_id))  # not sent: the SDK wants one
    sent: Any = Subsegment(host, "remote", whole)
    sent.id, sent.parent_id = span.context.span_id, span.parent_id
    sent.put_http_meta("url", f"{attributes['url.scheme']}://{bracketed}:{attributes['server.port']}/")
    return sent


def x_ray_id(trace_id: str) -> str:
    """X-Ray's way to write the same id.

    >>> x_ray_id("5759e988bd862e3fe1be46a994272793")
    '1-5759e988-bd862e3fe1be46a994272793'
    """
    return f"1-{trace_id[:8]}-{trace_id[8:]}"


def context_of(header: str) -> TraceContext | None:
    """The place in a trace that X-Ray's header names, which Lambda sets for each invocation.

    >>> context_of("Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1").sampled
    True
    """
    parts = dict(part.partition("=")[::2] for part in header.split(";"))
    root, parent = parts.get("Root", ""), parts.get("Parent", "")
    sampled = int(parts.get("Sampled") == "1")
    return TraceContext.parse(f"00-{root.removeprefix('1-').replace('-', '')}-{parent}-{sampled:02x}")
