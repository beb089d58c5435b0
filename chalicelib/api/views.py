"""The core's records as the JSON of the HTTP contract."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec

from chalicelib.adapters.runtime.logs import iso
from chalicelib.core.identity.account import Account, Credentials
from chalicelib.core.queueing.line import Line, Waiting
from chalicelib.core.queueing.request import Failure, Request, Status
from chalicelib.core.time import Millis

if TYPE_CHECKING:
    from chalicelib.core.identity.session import Session

type Moment = Annotated[str, msgspec.Meta(description="UTC", extra_json_schema={"format": "date-time"})]
type Number = Annotated[int, msgspec.Meta(ge=0)]
type EstimatedWait = (
    Annotated[
        float,
        msgspec.Meta(
            ge=0,
            description="Null while the queue is paused or halted, or if the requests ahead are not known",
        ),
    ]
    | None
)
type Seconds = Annotated[float, msgspec.Meta(ge=0)]


class AccountAnswer(msgspec.Struct):
    user_id: str
    username: str


class TokensAnswer(msgspec.Struct):
    access_token: str
    refresh_token: str
    expires_in: Annotated[int, msgspec.Meta(description="Lifetime of the access token in seconds")]
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - not a secret


class OwnAccountAnswer(msgspec.Struct):
    user_id: str
    username: str
    role: Literal["user", "admin"]
    created_at: Moment


class SessionAnswer(msgspec.Struct):
    session_id: str
    client: Annotated[str, msgspec.Meta(description="The client's own name at sign-in")]
    current: bool
    started_at: Moment
    refreshed_at: Moment
    expires_at: Moment


class SessionsAnswer(msgspec.Struct):
    sessions: list[SessionAnswer]


class ErrorAnswer(msgspec.Struct):
    kind: str
    message: str


class RequestAnswer(msgspec.Struct):
    seq: int
    type: str
    status: Literal["queued", "running", "succeeded", "failed", "cancelled"]
    attempts: Number
    enqueued_at: Moment
    not_before: Moment | None
    started_at: Moment | None
    finished_at: Moment | None
    result: msgspec.Raw
    error: ErrorAnswer | None
    origin: Annotated[int, msgspec.Meta(description="The failed request that this one retries")] | None
    position: Annotated[int, msgspec.Meta(ge=1, description="1 is the head of the line")] | None
    estimated_wait_seconds: EstimatedWait


class RequestDetailAnswer(RequestAnswer):
    """With what its sender asked for."""

    payload: msgspec.Raw
    max_attempts: Annotated[int, msgspec.Meta(ge=1, description="Null: the handler's default")] | None
    on_failure: (
        Annotated[Literal["skip", "halt"], msgspec.Meta(description="Null: the handler's default")] | None
    )


class RequestsAnswer(msgspec.Struct):
    requests: list[RequestAnswer]


class OutcomesAnswer(msgspec.Struct):
    outcomes: Annotated[
        list[RequestAnswer], msgspec.Meta(description="In order; empty if there are no more yet")
    ]
    next: Annotated[int, msgspec.Meta(ge=0, description="The `after` of the next call")]
    read: Number
    head: Number


class CountsAnswer(msgspec.Struct):
    succeeded: Number
    failed: Number
    cancelled: Number


class WaitingAnswer(msgspec.Struct):
    """What the head of the line waits for, and everything behind it with it."""

    reason: Annotated[
        Literal["running", "backoff", "not_before", "halted", "paused", "hole", "rung", "idle"],
        msgspec.Meta(
            description="hole: a number was given out and its request is not there yet; "
            "rung: a worker is on its way; idle: none is, until the sweeper looks"
        ),
    ]
    since: Annotated[Moment, msgspec.Meta(description="When it started to run, or came to the head")]
    seq: Annotated[int, msgspec.Meta(ge=1, description="The number at the head of the line")]
    until: (
        Annotated[Moment, msgspec.Meta(description="When the wait ends; while running: the latest end")]
        | None
    )
    behind: Annotated[int, msgspec.Meta(ge=0, description="How many numbers wait behind it")]
    error: ErrorAnswer | None


class QueueAnswer(msgspec.Struct):
    state: Literal["open", "paused", "halted", "closed"]
    tail: Number
    head: Number
    read: Number
    depth: Number
    running: Annotated[int, msgspec.Meta(description="The number of the running request")] | None
    oldest_age_seconds: Seconds
    counts: CountsAnswer
    average_seconds: Seconds
    estimated_wait_seconds: EstimatedWait
    waiting: Annotated[WaitingAnswer, msgspec.Meta(description="Null if nothing waits")] | None


COUNTED = (Status.SUCCEEDED, Status.FAILED, Status.CANCELLED)  # as in CountsAnswer


def account_view(account: Account) -> AccountAnswer:
    return AccountAnswer(account.user_id, account.username)


def own_account_view(account: Account) -> OwnAccountAnswer:
    created_at = iso(account.created_at)
    return OwnAccountAnswer(account.user_id, account.username, account.role.value, created_at)


def session_view(session: "Session", current: str) -> SessionAnswer:
    return SessionAnswer(
        session_id=session.session_id,
        client=session.client,
        current=session.session_id == current,
        started_at=iso(session.created_at),
        refreshed_at=iso(session.refreshed_at),
        expires_at=iso(session.over_at),
    )


def credentials_view(credentials: Credentials) -> TokensAnswer:
    return TokensAnswer(credentials.access_token, credentials.refresh_token, credentials.expires_in)


def request_view(request: Request, line: Line | None = None) -> RequestAnswer:
    """The line tells the place in it and the wait, as far as the request still has a place."""
    return RequestAnswer(**_members(request, line))


def request_detail_view(request: Request, line: Line) -> RequestDetailAnswer:
    return RequestDetailAnswer(
        **_members(request, line),
        payload=msgspec.Raw(request.payload.encode(errors="replace")),
        max_attempts=request.max_attempts,
        on_failure=request.on_failure,  # type: ignore[arg-type]  # as it was accepted
    )


def _members(request: Request, line: Line | None) -> dict[str, Any]:
    return {
        "seq": request.seq,
        "type": request.type,
        "status": request.status.value,  # voids are not shown to anybody
        "attempts": request.attempts,
        "enqueued_at": iso(request.enqueued_at),
        "not_before": _moment(request.not_before),
        "started_at": _moment(request.started_at),
        "finished_at": _moment(request.finished_at),
        "result": msgspec.Raw(b"null" if request.result is None else request.result.encode(errors="replace")),
        "error": _error(request.error),
        "origin": request.origin,
        "position": line and line.position(request),
        "estimated_wait_seconds": line and _rounded(line.estimated_wait_seconds_of(request)),
    }


def queue_view(line: Line) -> QueueAnswer:
    queue = line.queue
    return QueueAnswer(
        state=queue.state.value,
        tail=queue.tail,
        head=queue.head,
        read=queue.read,
        depth=queue.depth,
        running=line.running,
        oldest_age_seconds=line.oldest_age_seconds,
        counts=CountsAnswer(*(queue.counts[status] for status in COUNTED)),
        average_seconds=round(queue.average_ms / 1000, 6),
        estimated_wait_seconds=_rounded(line.estimated_wait_seconds),
        waiting=_waiting(line.waiting),
    )


def _waiting(waiting: Waiting | None) -> WaitingAnswer | None:
    if waiting is None:
        return None
    return WaitingAnswer(
        reason=waiting.reason.value,
        since=iso(waiting.since),
        seq=waiting.seq,
        until=_moment(waiting.until),
        behind=waiting.behind,
        error=_error(waiting.error),
    )


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)


def _error(failure: Failure | None) -> ErrorAnswer | None:
    return None if failure is None else ErrorAnswer(failure.kind, failure.message)


def _moment(moment: Millis | None) -> str | None:
    return None if moment is None else iso(moment)
