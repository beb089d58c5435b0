"""Traces, if they are recorded: by X-Ray, by OTLP, or by both. Otherwise nothing is imported.

Importing the SDK of X-Ray costs a tenth of a second of every cold start. With it, Lambda opens and closes the
segment of an invocation; every AWS call and every request carried out in it is a subsegment. The SDK is in
maintenance (see its README); nothing but this module and `x_ray` knows it.

The spans of requests (see `spans`) belong to the trace of the call that has sent them, which requests keep.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache
from typing import TYPE_CHECKING, Any

from chalicelib.core.trace_context import TraceContext

if TYPE_CHECKING:
    from chalicelib.adapters.runtime.spans import Export

_on = False
_otlp = ""


def configure(*, on: bool, otlp: str = "") -> None:
    """Safe to call for every invocation. `on`: by X-Ray; `otlp`: to a collector, whose address this is."""
    global _on, _otlp
    _on, _otlp = on, otlp
    if on:
        _recorder()


def is_recording() -> bool:
    return _on or bool(_otlp)


def trace_id() -> str | None:
    """The root of X-Ray's header, which Lambda sets for each invocation: Root=1-…;Parent=…;Sampled=…

    In 32 hexadecimal digits, as the API and all other lines write ids of traces. A caller may choose it by
    sending `X-Amzn-Trace-Id`: it helps to find lines, and proves nothing. None if X-Ray is off: then nobody
    can look it up.
    """
    header = os.environ.get("_X_AMZN_TRACE_ID", "") if _on else ""
    root = dict(part.partition("=")[::2] for part in header.split(";")).get("Root", "")
    return root.removeprefix("1-").replace("-", "") or None


def begin_call(given: TraceContext | None) -> TraceContext | None:
    """Where in a trace belongs what the call causes. `given`: the place that its caller has named."""
    if not is_recording():
        return given
    from chalicelib.adapters.runtime import spans, traced_calls
    from chalicelib.adapters.runtime.x_ray import context_of

    own = context_of(os.environ.get("_X_AMZN_TRACE_ID", "")) if _on else None
    return traced_calls.begin_call(given or own or spans.root())


def end_call(name: str, attributes: Mapping[str, Any], error: str | None = None) -> None:
    """The call is over, and is to be recorded."""
    if is_recording():
        from chalicelib.adapters.runtime import traced_calls

        traced_calls.end_call(name, attributes, error)


def part(name: str) -> AbstractContextManager[None]:
    """The block is a part of the attempt in which it is."""
    if not is_recording():
        return nullcontext()
    from chalicelib.adapters.runtime import spans

    return spans.part(name)


def export(service: str) -> None:
    """At the end of an invocation: sends what was recorded."""
    if not is_recording():
        return
    from chalicelib.adapters.runtime import spans

    if taken := spans.take():
        for exporter in _exporters(_on, _otlp):
            exporter(service, taken)


@cache
def _exporters(on: bool, otlp: str) -> "list[Export]":
    found: list[Export] = []
    if on:
        from chalicelib.adapters.runtime import x_ray

        found.append(x_ray.export)
    if otlp:
        from chalicelib.adapters.runtime.otlp import exporter

        found.append(exporter(otlp))
    return found


@contextmanager
def subsegment(name: str, **annotations: str | int) -> Iterator[None]:
    """A part of the invocation's own trace in X-Ray that can be searched for by its annotations."""
    if not _on:
        yield
        return
    with _recorder().in_subsegment(name) as opened:
        for key, value in annotations.items():
            if opened:  # not outside of an invocation
                opened.put_annotation(key, value)
        yield


@cache
def _recorder() -> Any:
    from aws_xray_sdk.core import patch, xray_recorder

    # A trace that cannot be recorded is no reason to fail a request.
    xray_recorder.configure(context_missing="IGNORE_ERROR")
    patch(("botocore",))
    return xray_recorder
