"""Spans to a collector, by OTLP over HTTP as JSON (https://opentelemetry.io/docs/specs/otlp/)."""

import json
import logging
import socket
import ssl
import time
from collections.abc import Mapping, Sequence
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import SplitResult, urlsplit

from chalicelib.adapters.runtime.spans import Export, Span
from chalicelib.core.log_events import log_event

SECONDS = 2.0  # so long an invocation waits for its collector at most, once its name is looked up
REST_S = 30.0  # so long this process sends nothing to a collector that has not answered
KINDS = {"internal": 1, "server": 2, "client": 3, "consumer": 5}
FAILED = 2


def exporter(endpoint: str) -> Export:
    """`endpoint`: as OTEL_EXPORTER_OTLP_ENDPOINT, without /v1/traces."""
    url = urlsplit(endpoint)
    rests_until = 0.0

    def export(service: str, spans: Sequence[Span]) -> None:
        nonlocal rests_until
        if time.monotonic() < rests_until:
            return
        try:
            status = _post(url, json.dumps(document(service, spans)))
        except Exception as error:  # noqa: BLE001 - what is traced has happened: it must not fail for that
            rests_until = time.monotonic() + REST_S
            log_event(
                "traces not sent",
                level=logging.WARNING,
                reason=f"{type(error).__name__}: {error}",
                spans=len(spans),
            )
            return
        if status >= 400:  # noqa: PLR2004
            log_event("traces not taken", level=logging.WARNING, status=status, spans=len(spans))

    return export


def _post(url: SplitResult, body: str) -> int:
    """The status of the answer. Raises OSError, HTTPException, ValueError, IndexError."""
    host, is_secure = url.hostname or "", url.scheme == "https"
    connection = (
        HTTPSConnection(host, url.port, context=_verifying()) if is_secure else HTTPConnection(host, url.port)
    )
    addresses = socket.getaddrinfo(host, connection.port, type=socket.SOCK_STREAM)
    until = time.monotonic() + SECONDS
    try:
        connection.sock = opened = _connected([address[:2] for *_, address in addresses], until)
        opened.settimeout(_left(until))
        if is_secure:
            connection.sock = _verifying().wrap_socket(opened, server_hostname=host)
        connection.sock.settimeout(_left(until))
        path = f"{url.path.rstrip('/')}/v1/traces"
        connection.request("POST", path, body, {"Content-Type": "application/json"})
        return _status(connection.sock, until)
    finally:
        connection.close()


def _status(connection: socket.socket, until: float) -> int:
    """Of the answer, whose rest nobody needs. http.client would wait anew for each part of it."""
    begun = b""
    while b"\r\n" not in begun:
        connection.settimeout(_left(until))
        if not (part := connection.recv(4096)):
            raise HTTPException("the connection was closed without an answer")
        begun += part
    return int(begun.split(b" ", 2)[1])


def _connected(addresses: Sequence[tuple[Any, ...]], until: float) -> socket.socket:
    """To the first address that takes it. Each has an equal part of the time that is left at its turn."""
    refused: OSError | None = None
    for n, address in enumerate(addresses):
        try:
            return socket.create_connection(address, timeout=_left(until) / (len(addresses) - n))
        except OSError as error:
            refused = error
    raise refused or OSError("It has no address.")


def _left(until: float) -> float:
    """The seconds until then. Raises TimeoutError if there are none."""
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError(f"no answer within {SECONDS:g} s")
    return left


@cache
def _verifying() -> ssl.SSLContext:
    return ssl.create_default_context()


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
