"""Requests as JSON."""

from collections.abc import Callable
from typing import Annotated, Any, Literal, Self

import msgspec

from chalicelib.adapters.runtime.logs import iso
from chalicelib.api.moments import Moment, optional_moment
from chalicelib.api.queueing.measures import EstimatedWait, Number, rounded
from chalicelib.core.queueing.line import Line
from chalicelib.core.queueing.request import Failure, Follows, Request
from chalicelib.core.trace_context import trace_id_of

type Link = Callable[[Request], str]
type ShownCallback = Annotated[str, msgspec.Meta(description="Where its outcome is pushed to")]


class ErrorAnswer(msgspec.Struct):
    kind: str
    message: str


class FollowsAnswer(msgspec.Struct):
    """The request whose handler has enqueued this one."""

    user_id: str
    seq: Annotated[int, msgspec.Meta(ge=1)]

    @classmethod
    def of(cls, follows: Follows | None) -> Self | None:
        return cls(*follows) if follows else None


class RequestAnswer(msgspec.Struct):
    """A request without its payload, as lists have it."""

    seq: int
    type: str
    status: Literal["queued", "running", "succeeded", "failed", "cancelled", "expired"]
    attempts: Number
    enqueued_at: Moment
    not_before: Moment | None
    start_before: Moment | None
    started_at: Moment | None
    finished_at: Moment | None
    result: msgspec.Raw
    error: ErrorAnswer | None
    origin: Annotated[int, msgspec.Meta(description="The failed request that this one retries")] | None
    slot: str | None
    superseded_by: (
        Annotated[int, msgspec.Meta(description="The request that has replaced this one in its slot")] | None
    )
    position: Annotated[int, msgspec.Meta(ge=1, description="1 is the head of the line")] | None
    estimated_wait_seconds: EstimatedWait
    stop_requested_at: (
        Annotated[Moment, msgspec.Meta(description="When somebody asked to stop the request while it ran")]
        | None
    )
    stopped_by: Literal["user", "administrator", "slot"] | None


class PayloadUploadAnswer(msgspec.Struct):
    """A payload that was uploaded."""

    id: str
    bytes: Annotated[int, msgspec.Meta(ge=1)]
    url: (
        Annotated[str, msgspec.Meta(description="From which it can be downloaded within five minutes")] | None
    )


class RequestDetailAnswer(RequestAnswer):
    """A request with its payload and options."""

    payload: msgspec.Raw
    max_attempts: Annotated[int, msgspec.Meta(ge=1, description="Null: the handler's default")] | None
    on_failure: (
        Annotated[Literal["skip", "halt"], msgspec.Meta(description="Null: the handler's default")] | None
    )
    if_busy: (
        Annotated[
            Literal["queue", "reject", "replace", "interrupt"],
            msgspec.Meta(description="Null: it has no slot"),
        ]
        | None
    )
    follows: FollowsAnswer | None
    trace_id: Annotated[str, msgspec.Meta(description="Of the trace that its call belongs to")] | None
    callback: ShownCallback | None
    payload_upload: PayloadUploadAnswer | None


class RequestsAnswer(msgspec.Struct):
    requests: list[RequestAnswer]


class OutcomesAnswer(msgspec.Struct):
    outcomes: Annotated[
        list[RequestAnswer], msgspec.Meta(description="In order; empty if there are no more yet")
    ]
    next: Annotated[int, msgspec.Meta(ge=0, description="The `after` of the next call")]
    read: Number
    head: Number


def request_view(request: Request, line: Line | None = None) -> RequestAnswer:
    """The line determines position and wait of a request that waits; without it, both are null."""
    return RequestAnswer(**_members(request, line))


def request_detail_view(
    request: Request, line: Line | None = None, link: Link | None = None
) -> RequestDetailAnswer:
    """`link` makes the URL of a payload that was uploaded."""
    return RequestDetailAnswer(
        **_members(request, line),
        payload=msgspec.Raw(request.payload.encode(errors="replace") or b"null"),
        max_attempts=request.max_attempts,
        on_failure=request.on_failure,  # type: ignore[arg-type]  # validated when it was accepted
        if_busy=request.if_busy,  # type: ignore[arg-type]  # likewise
        follows=FollowsAnswer.of(request.follows),
        trace_id=trace_id_of(request.trace) if request.trace else None,
        callback=request.callback,
        payload_upload=_payload_upload(request, link) if request.upload else None,
    )


def _payload_upload(request: Request, link: Link | None) -> PayloadUploadAnswer:
    return PayloadUploadAnswer(request.upload or "", request.payload_bytes, link(request) if link else None)


def error_view(failure: Failure | None) -> ErrorAnswer | None:
    return None if failure is None else ErrorAnswer(failure.kind, failure.message)


def _members(request: Request, line: Line | None) -> dict[str, Any]:
    return {
        "seq": request.seq,
        "type": request.type,
        "status": request.status.value,  # never `void`: voids are not shown
        "attempts": request.attempts,
        "enqueued_at": iso(request.enqueued_at),
        "not_before": optional_moment(request.not_before),
        "start_before": optional_moment(request.start_before),
        "started_at": optional_moment(request.started_at),
        "finished_at": optional_moment(request.finished_at),
        "result": msgspec.Raw(b"null" if request.result is None else request.result.encode(errors="replace")),
        "error": error_view(request.error),
        "origin": request.origin,
        "slot": request.slot,
        "superseded_by": request.superseded_by,
        "position": line and line.position(request),
        "estimated_wait_seconds": line and rounded(line.estimated_wait_seconds_of(request)),
        "stop_requested_at": optional_moment(request.stop_requested_at),
        "stopped_by": request.stopped_by and request.stopped_by.value,
    }
