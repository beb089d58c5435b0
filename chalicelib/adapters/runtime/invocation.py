"""The beginning of every invocation, whichever function it is of."""

from typing import Any

from chalicelib.adapters.runtime import logs, tracing


def begin(context: Any, log_level: str, *, traced: bool) -> None:
    """Set up logging and tracing for the invocation with this Lambda `context`.

    Raises OSError if the process has no standard output any more.
    """
    logs.configure(log_level)
    logs.begin_invocation(context.function_name, context.aws_request_id)
    tracing.configure(on=traced)
    if trace := tracing.trace_id():
        logs.bind(trace=trace)
