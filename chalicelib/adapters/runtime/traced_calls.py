"""The spans of calls, attempts, and requests to receivers. Imported only if traces are recorded."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from chalicelib.adapters.runtime import spans
from chalicelib.core.exchanges import Exchange
from chalicelib.core.queueing.attempt import Ran, Run
from chalicelib.core.queueing.log_fields import log_fields
from chalicelib.core.queueing.request import Failure, Request
from chalicelib.core.trace_context import TraceContext

_call: spans.Span | None = None


def begin_call(parent: TraceContext) -> TraceContext:
    """The place in the trace of what the call causes."""
    global _call  # noqa: PLW0603 - one process, one call
    _call = spans.child(parent, "", spans.now(), kind="server")
    return _call.context


def end_call(name: str, attributes: Mapping[str, Any], error: str | None) -> None:
    if _call:
        _call.name, _call.attributes, _call.error = name, attributes, error
        spans.record(_call, spans.now())


def traced(run: Run) -> Run:
    """The same, recorded: how long the request has waited for its first attempt, and each attempt."""

    def carry_out(handler: Any, request: Request, *arguments: Any) -> Ran:
        parent = TraceContext.parse(request.trace)
        if parent is None:
            return run(handler, request, *arguments)
        about = log_fields(replace(request, trace=None))
        begun = request.started_at or spans.now()
        if request.attempts == 1:
            due = max(request.enqueued_at, request.not_before or 0)
            spans.record(spans.child(parent, f"wait {request.type}", due, attributes=about), begun)
        attempt = spans.child(parent, f"attempt {request.type}", begun, kind="consumer", attributes=about)
        with spans.attempting(attempt):
            ran = run(handler, replace(request, trace=attempt.context.header), *arguments)
            attempt.error = f"{ran.kind}: {ran.message}" if isinstance(ran, Failure) else None
            return ran

    return carry_out


@contextmanager
def recorded(exchange: Exchange) -> Iterator[None]:
    """Records an HTTP request to a receiver, which gets the place of its span as traceparent.

    The attributes have OpenTelemetry's names, beside ours:
    https://opentelemetry.io/docs/specs/semconv/http/http-spans/
    """
    parent = TraceContext.parse(exchange.traceparent)
    if parent is None:
        yield
        return
    attributes = {
        "http.request.method": exchange.method,
        "url.scheme": exchange.scheme,
        "server.address": exchange.host,
        "server.port": exchange.port,
        **exchange.about,
    }
    if exchange.redirects:
        attributes["http.request.resend_count"] = exchange.redirects
    name = f"{exchange.method} {exchange.host}"
    span = spans.child(parent, name, spans.now(), kind="client", attributes=attributes)
    exchange.traceparent = span.context.header
    with spans.recorded(span):
        yield
        attributes["http.response.status_code"] = exchange.status
        if exchange.status >= HTTPStatus.BAD_REQUEST:
            span.error = f"answered {exchange.status}"
