"""The core's records as the JSON of the HTTP contract."""

from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

from chalicelib.adapters.logs import iso
from chalicelib.core.account import Account, Credentials
from chalicelib.core.queue import Queue
from chalicelib.core.request import Failure, Millis, Request, Status
from chalicelib.core.watch import QueueView, estimated_wait_seconds, position

if TYPE_CHECKING:
    from chalicelib.core.session import Session

type Moment = Annotated[str, msgspec.Meta(description="UTC", extra_json_schema={"format": "date-time"})]
type Number = Annotated[int, msgspec.Meta(ge=0)]
type EstimatedWait = (
    Annotated[float, msgspec.Meta(ge=0, description="Null while the queue is paused or halted")] | None
)
type Seconds = Annotated[float, msgspec.Meta(ge=0)]


class AccountAnswer(msgspec.Struct):
    user_id: str
    username: str


class TokensAnswer(msgspec.Struct):
    access_token: str
    refresh_token: str
    expires_in: Annotated[int, msgspec.Meta(description="Seconds that the access token is valid")]
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - not a secret


class OwnAccountAnswer(msgspec.Struct):
    user_id: str
    username: str
    role: Literal["user", "admin"]
    created_at: Moment


class SessionAnswer(msgspec.Struct):
    session_id: str
    client: Annotated[str, msgspec.Meta(description="What the client called itself at sign-in")]
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


class RequestsAnswer(msgspec.Struct):
    requests: list[RequestAnswer]


class CountsAnswer(msgspec.Struct):
    succeeded: Number
    failed: Number
    cancelled: Number


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


def request_view(request: Request, queue: Queue | None = None) -> RequestAnswer:
    """The queue tells the place in it and the wait, as far as the request still has a place."""
    place = None if queue is None else position(request, queue)
    wait = None if place is None or queue is None else estimated_wait_seconds(place - 1, queue)
    return RequestAnswer(
        seq=request.seq,
        type=request.type,
        status=request.status.value,  # type: ignore[arg-type]  # voids are not shown to anybody
        attempts=request.attempts,
        enqueued_at=iso(request.enqueued_at),
        not_before=_moment(request.not_before),
        started_at=_moment(request.started_at),
        finished_at=_moment(request.finished_at),
        result=msgspec.Raw(b"null" if request.result is None else request.result.encode(errors="replace")),
        error=None if request.error is None else _error(request.error),
        origin=request.origin,
        position=place,
        estimated_wait_seconds=None if wait is None else round(wait, 3),
    )


def queue_view(view: QueueView) -> QueueAnswer:
    queue, wait = view.queue, view.estimated_wait_seconds
    return QueueAnswer(
        state=queue.state.value,
        tail=queue.tail,
        head=queue.head,
        read=queue.read,
        depth=queue.depth,
        running=view.running,
        oldest_age_seconds=view.oldest_age_seconds,
        counts=CountsAnswer(*(queue.counts[status] for status in COUNTED)),
        average_seconds=round(queue.average_ms / 1000, 6),
        estimated_wait_seconds=None if wait is None else round(wait, 3),
    )


def _error(failure: Failure) -> ErrorAnswer:
    return ErrorAnswer(failure.kind, failure.message)


def _moment(moment: Millis | None) -> str | None:
    return None if moment is None else iso(moment)
