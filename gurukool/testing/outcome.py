"""What became of a request, as a caller of the API sees it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from chalicelib.core.queueing.request import Request
from gurukool.testing.events import Event


@dataclass(frozen=True, slots=True)
class Error:
    """Why the last attempt failed."""

    kind: str  # error, permanent, timeout, crash, conflict, unknown_type, invalid_payload
    message: str
    exception: BaseException | None = field(default=None, compare=False)
    """What the handler raised, if it did. Callers of the API do not see it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a request has ended, or how it stands if it has not."""

    seq: int
    type: str
    status: str  # succeeded, failed, cancelled, expired; or queued: it waits, or halts its queue
    attempts: int
    result: Any  # JSON: what the handler returned, as dict, list, str, int, float, bool or None
    error: Error | None
    events: Sequence[Event] = ()  # of all attempts

    @classmethod
    def of(
        cls, request: Request, events: Sequence[Event] = (), exception: BaseException | None = None
    ) -> Self:
        """`exception` is what ended the last attempt, if that failed."""
        failed = request.error
        error = Error(failed.kind, failed.message, exception) if failed else None
        result = json.loads(request.result) if request.result else None
        return cls(request.seq, request.type, request.status.value, request.attempts, result, error, events)
