"""The fields of the log lines about a request."""

from typing import Any

from chalicelib.core.queueing.request import Request
from chalicelib.core.trace_context import trace_id_of


def log_fields(request: Request) -> dict[str, Any]:
    """Whose it is, its attempt, and what has caused it, as far as that is stored with it."""
    fields = {"user": request.user_id, "seq": request.seq, "type": request.type, "attempt": request.attempts}
    caused = {"call": request.call, "trace": trace_id_of(request.trace) if request.trace else None}
    return fields | {name: value for name, value in caused.items() if value}
