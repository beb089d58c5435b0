"""Which metrics are made of which events. docs/operations.md explains each metric."""

from http import HTTPStatus

NAMESPACE = "Gurukool"
# The metric that counts an event.
COUNTED = {
    "request accepted": "Accepted",
    "entry entered": "Accepted",
    "request started": "Started",
    "request succeeded": "Succeeded",
    "request failed": "Failed",
    "request cancelled": "Cancelled",
    "request superseded": "Cancelled",
    "request expired": "Expired",
    "request will be retried": "Retried",
    "queue halted": "Halted",
    "queue held": "Held",
    "callback failed": "CallbacksFailed",
    "callback given up": "CallbacksGivenUp",
    "check passed": "ChecksPassed",
    "check failed": "ChecksFailed",
}
BATCH = "requests accepted"  # whose field `types` has how many of each type
# The field of an event that is a duration, and its metric.
TIMED = {
    "request started": ("waited_ms", "WaitMs"),
    "request succeeded": ("took_ms", "RunMs"),
    "request failed": ("took_ms", "RunMs"),
    "request will be retried": ("took_ms", "RunMs"),
    "request halts the queue": ("took_ms", "RunMs"),
    "check passed": ("took_ms", "CheckMs"),
}
ATTEMPTS_LOST = {"timeout": "TimedOut", "crash": "Crashed"}
ATTEMPT_FAILED = {"request failed", "request will be retried", "request halts the queue"}
KINDS = {"error", "permanent", "timeout", "crash", "conflict"}
# Errors of the application, which fail its requests, or hold their queues, and nothing else.
OF_HANDLERS = {"handler raised", "step not stored", "effects refused", "payload not read"}
# The metric of a field of the sweeper's line. The line lacks what the sweep does not know.
SWEPT = {
    "queues": "QueuesSwept",
    "waiting": "WaitingSwept",
    "stale": "QueuesStale",
    "halted": "QueuesHalted",
    "held": "QueuesHeld",
    "oldest_seconds": "OldestAgeSeconds",
    "oldest_callback_seconds": "OldestCallbackSeconds",
    "not_looked_at": "QueuesNotLookedAt",
    "took_seconds": "SweepSeconds",
}
CALL, SWEEP = "call answered", "queues swept"


def failed_by(kind: object) -> str:
    """The metric of requests that have failed for this kind of reason."""
    return f"FailedBy{str(kind).title() if kind in KINDS else 'Other'}"


def latency_of(method: str, path: str) -> str:
    """The metric of the latency of calls like this one.

    >>> latency_of("POST", "/api/queue/enqueue"), latency_of("GET", "/api/users/ada/queue/outcomes")
    ('SendMs', 'ReadMs')
    >>> latency_of("POST", "/api/auth/login"), latency_of("GET", "/console/main.js")
    ('SignInMs', 'OtherCallMs')
    """
    if path.startswith("/api/auth/"):
        return "SignInMs"
    if "/queue" not in path or path.startswith("/api/admin/"):
        return "OtherCallMs"
    if method in ("GET", "HEAD"):
        return "ReadMs"
    return "SendMs" if "/enqueue" in path or path.endswith("/scheduled") else "OtherCallMs"


def refusal_of(status: int) -> str | None:
    """The metric of answers with this status; None for one that refuses nothing."""
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return "Throttled"
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return "ServerErrors"
    return "ClientErrors" if status >= HTTPStatus.BAD_REQUEST else None
