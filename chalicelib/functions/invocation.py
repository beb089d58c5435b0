"""What every invocation begins with."""

from typing import Any

from chalicelib import wiring
from chalicelib.adapters.runtime import logs, tracing


def begin(context: Any) -> None:
    """`context` is Lambda's."""
    settings = wiring.settings()
    logs.configure(settings.log_level)
    logs.begin_invocation(context.function_name, context.aws_request_id)
    tracing.configure(on=settings.tracing)
