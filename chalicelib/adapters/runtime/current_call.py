"""The call of the API that this invocation answers. One at a time: Lambda gives each environment one."""

from chalicelib.core.queueing.cause import NO_CAUSE, Cause

_cause = NO_CAUSE


def begin(call: str, trace: str | None = None) -> None:
    """`call` is its id, `trace` its traceparent. The next call begins with this, too."""
    global _cause  # noqa: PLW0603 - one process, one call
    _cause = Cause(call, trace)


def cause() -> Cause:
    """Of the requests that it sends."""
    return _cause
