"""Spans to X-Ray: each is a segment of its own, sent to the daemon that Lambda runs beside the function.

https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html
"""

import re
from collections.abc import Sequence
from typing import Any

from chalicelib.adapters.runtime.spans import Span
from chalicelib.core.trace_context import TraceContext

NOT_IN_NAMES = re.compile(r"[^\w\s.:/%&#=+\\\-@]")


def export(service: str, spans: Sequence[Span]) -> None:
    """The SDK sends by UDP, which waits for nobody and fails for nothing."""
    from aws_xray_sdk.core import xray_recorder
    from aws_xray_sdk.core.models.segment import Segment

    for span in spans:
        sent: Any = Segment(
            NOT_IN_NAMES.sub("_", span.name)[:200],
            entityid=span.context.span_id,
            traceid=x_ray_id(span.context.trace_id),
            parent_id=span.parent_id,
        )
        sent.start_time = span.begun / 1000
        for key, value in {"service": service, **(span.attributes or {})}.items():
            sent.put_annotation(key, value)
        if span.error:
            sent.add_fault_flag()
            sent.put_annotation("error", span.error[:500])
        sent.close(span.ended / 1000)
        xray_recorder.emitter.send_entity(sent)


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
