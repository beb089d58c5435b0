"""The spans of one invocation, recorded and exported at its end. Imported only if traces are recorded."""

import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from chalicelib.core.time import Millis
from chalicelib.core.trace_context import TraceContext

MOST = 1_000  # spans of one invocation; a drain of a long queue may have more, which are left out


@dataclass
class Span:
    """Something that took time, as a part of a trace."""

    name: str
    context: TraceContext  # its own: its children have its id as their parent's
    parent_id: str | None
    begun: Millis
    kind: str = "internal"  # or server, client, consumer
    ended: Millis = 0
    error: str | None = None
    attributes: Mapping[str, Any] | None = None


type Export = Callable[[str, Sequence[Span]], None]
"""Sends the spans of this service. Raises nothing: a trace is no reason to fail a request."""

_spans: list[Span] = []
_attempt: Span | None = None  # one invocation at a time, and one request in it; for all of its threads
_part: ContextVar[Span | None] = ContextVar("part", default=None)  # of this thread or task


def now() -> Millis:
    return time.time_ns() // 1_000_000


def root() -> TraceContext:
    """The beginning of a new trace: its `span_id` is nobody's."""
    return TraceContext(secrets.token_hex(16), "0" * 16, sampled=True)


def child(parent: TraceContext, name: str, begun: Millis, **more: Any) -> Span:
    known = parent.span_id if int(parent.span_id, 16) else None
    return Span(name, parent._replace(span_id=secrets.token_hex(8)), known, begun, **more)


def record(span: Span, ended: Millis) -> None:
    span.ended = max(ended, span.begun)
    if span.context.sampled and len(_spans) < MOST:
        _spans.append(span)


@contextmanager
def recorded(span: Span) -> Iterator[Span]:
    """Records the span with the time that the block takes."""
    try:
        yield span
    except BaseException as error:
        span.error = type(error).__name__
        raise
    finally:
        record(span, now())


@contextmanager
def attempting(span: Span) -> Iterator[None]:
    """Records the span of an attempt. `part` in the block makes a child of it, on whatever thread that is."""
    global _attempt  # noqa: PLW0603 - one process, one attempt at a time
    _attempt = span
    try:
        with recorded(span):
            yield
    finally:
        _attempt = None


@contextmanager
def part(name: str) -> Iterator[None]:
    """A child of the part in which it is, or of the attempt, if it is in one."""
    parent = _part.get() or _attempt
    if parent is None:
        yield
        return
    span = child(parent.context, name, now())
    token = _part.set(span)
    try:
        with recorded(span):
            yield
    finally:
        _part.reset(token)


def take() -> list[Span]:
    """What was recorded since the last call."""
    taken, _spans[:] = list(_spans), []
    return taken
