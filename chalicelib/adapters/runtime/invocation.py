"""The beginning and the end of every invocation, whichever function it is of."""

from collections.abc import Callable
from typing import Any

from chalicelib.adapters.runtime import logs, tracing
from chalicelib.core.log_events import observe

_write_metrics: Callable[[], None] | None = None
_function = ""


def begin(
    context: Any,
    log_level: str,
    *,
    traced: bool,
    collector: str = "",
    measured: str = "",
    by_type: bool = False,
) -> None:
    """Set up logging, tracing and metrics for the invocation with this Lambda `context`.

    `collector`: where traces are sent; none are without it. `measured`: the stack in whose name metrics are
    written, `by_type` also for each type of request; none are without it. Raises OSError if the process has
    no standard output any more.
    """
    global _write_metrics, _function  # noqa: PLW0603 - one process, one invocation at a time
    _function = context.function_name
    logs.configure(log_level)
    logs.begin_invocation(context.aws_request_id)
    tracing.configure(on=traced, otlp=collector)
    if trace := tracing.trace_id():
        logs.bind(trace=trace)
    if not measured:
        _write_metrics = None
        observe(None)
        return
    from chalicelib.adapters.runtime import embedded_metrics

    _write_metrics = embedded_metrics.configure(measured, by_type=by_type)


def end() -> None:
    """Write the metrics that no line has carried, and send the spans."""
    write_metrics()
    tracing.export(_function)


def write_metrics() -> None:
    """Without a call to anybody, for a process that must end at once."""
    if _write_metrics:
        _write_metrics()
