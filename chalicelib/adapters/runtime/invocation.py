"""The beginning of every invocation, whichever function it is of."""

from typing import Any, Protocol

from chalicelib.adapters.runtime import logs, tracing


class Settings(Protocol):
    """What the operator has chosen of it."""

    @property
    def log_level(self) -> str: ...
    @property
    def tracing(self) -> bool: ...
    @property
    def otlp_endpoint(self) -> str: ...


def begin(context: Any, settings: Settings) -> None:
    """Set up logging and tracing for the invocation with this Lambda `context`.

    Raises OSError if the process has no standard output any more.
    """
    logs.configure(settings.log_level)
    logs.begin_invocation(context.function_name, context.aws_request_id)
    tracing.configure(on=settings.tracing, otlp=settings.otlp_endpoint)
    if trace := tracing.trace_id():
        logs.bind(trace=trace)
