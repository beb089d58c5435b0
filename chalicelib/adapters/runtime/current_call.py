"""The call of the API that this invocation answers. One at a time: Lambda gives each environment one."""

from chalicelib.core.queueing.cause import NO_CAUSE, Cause

_cause = NO_CAUSE
_has_sent = False


def begin(call: str, trace: str | None = None) -> None:
    """`call` is its id, `trace` its traceparent. The next call begins with this, too."""
    global _cause, _has_sent
    _cause, _has_sent = Cause(call, trace), False


def cause() -> Cause:
    """Of the requests that it sends."""
    global _has_sent  # noqa: PLW0603 - likewise
    _has_sent = True
    return _cause


def has_sent() -> bool:
    """Whether it may have sent requests."""
    return _has_sent
