"""Spans to a collector, by OTLP over HTTP as JSON (https://opentelemetry.io/docs/specs/otlp/)."""

import json
import logging
from collections.abc import Mapping, Sequence
from http.client import HTTPConnection, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from chalicelib.adapters.runtime.spans import Export, Span
from chalicelib.core.log_events import log_event

SECONDS = 2.0  # so long an invocation waits for its collector at most
KINDS = {"internal": 1, "server": 2, "client": 3, "consumer": 5}
FAILED = 2


def exporter(endpoint: str) -> Export:
    """`endpoint`: as OTEL_EXPORTER_OTLP_ENDPOINT, without /v1/traces."""
    url = urlsplit(endpoint)
    kind = HTTPSConnection if url.scheme == "https" else HTTPConnection

    def export(service: str, spans: Sequence[Span]) -> None:
        headers, connection = {"Content-Type": "application/json"}, None
        try:
            connection = kind(url.hostname or "", url.port, timeout=SECONDS)
            path = f"{url.path.rstrip('/')}/v1/traces"
            connection.request("POST", path, json.dumps(document(service, spans)), headers)
            status = connection.getresponse().status
            if status >= 400:  # noqa: PLR2004
                log_event("traces not taken", level=logging.WARNING, status=status, spans=len(spans))
        except Exception as error:  # noqa: BLE001 - what is traced has happened: it must not fail for that
            log_event(
                "traces not sent",
                level=logging.WARNING,
                reason=f"{type(error).__name__}: {error}",
                spans=len(spans),
            )
        finally:
            if connection:
                connection.close()

    return export


def document(service: str, spans: Sequence[Span]) -> dict[str, Any]:
    """An ExportTraceServiceRequest."""
    resource = {"attributes": _attributes({"service.name": service})}
    scope = {"scope": {"name": "gurukool"}, "spans": [_span(span) for span in spans]}
    return {"resourceSpans": [{"resource": resource, "scopeSpans": [scope]}]}


def _span(span: Span) -> dict[str, Any]:
    parent = {"parentSpanId": span.parent_id} if span.parent_id else {}
    status = {"status": {"code": FAILED, "message": span.error}} if span.error else {}
    return {
        "traceId": span.context.trace_id,
        "spanId": span.context.span_id,
        "name": span.name,
        "kind": KINDS[span.kind],
        "startTimeUnixNano": str(span.begun * 1_000_000),
        "endTimeUnixNano": str(span.ended * 1_000_000),
        "attributes": _attributes(span.attributes or {}),
        **parent,
        **status,
    }


def _attributes(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"key": key, "value": _value(value)} for key, value in values.items()]


def _value(value: Any) -> dict[str, str]:
    return {"intValue": str(value)} if isinstance(value, int) else {"stringValue": str(value)}
