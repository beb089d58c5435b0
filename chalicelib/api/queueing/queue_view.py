"""The state of a queue as JSON."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

import msgspec

from chalicelib.adapters.runtime.logs import iso
from chalicelib.api.moments import Moment, optional_moment
from chalicelib.api.queueing.measures import EstimatedWait, Number, Seconds, rounded
from chalicelib.api.queueing.request_views import ErrorAnswer, error_view
from chalicelib.core.queueing.line import Line, Waiting
from chalicelib.core.queueing.queue import Queue
from chalicelib.core.queueing.request import Status


class CountsAnswer(msgspec.Struct):
    succeeded: Number
    failed: Number
    cancelled: Number
    expired: Number

    @classmethod
    def of(cls, counts: Mapping[Any, int]) -> Self:
        """`counts` are by status."""
        names = (Status.SUCCEEDED, Status.FAILED, Status.CANCELLED, Status.EXPIRED)
        return cls(*(counts.get(name, 0) for name in names))


class WaitingAnswer(msgspec.Struct):
    """Why the next request, and all requests behind it, wait."""

    reason: Annotated[
        Literal[
            "running",
            "backoff",
            "not_before",
            "sleeping",
            "rate",
            "signal",
            "halted",
            "held",
            "paused",
            "hole",
            "rung",
            "idle",
        ],
        msgspec.Meta(
            description="rate: its handler begins requests of a user at intervals; "
            "held: the deployed code cannot take the request, see `held`; "
            "hole: the next number was given out and its request is not stored yet; "
            "rung: a worker has been woken; idle: no worker has been woken, until the sweeper finds the queue"
        ),
    ]
    since: Annotated[Moment, msgspec.Meta(description="When the request started to run, or came to the head")]
    seq: Annotated[int, msgspec.Meta(ge=1, description="The number at the head of the line")]
    until: (
        Annotated[Moment, msgspec.Meta(description="When the wait ends; while running: the latest end")]
        | None
    )
    behind: Annotated[int, msgspec.Meta(ge=0, description="How many numbers wait behind this one")]
    error: ErrorAnswer | None
    stop_requested_at: (
        Annotated[Moment, msgspec.Meta(description="When somebody asked to stop the running request")] | None
    )


class HeldAnswer(msgspec.Struct):
    """Why the queue is held: the deployed code cannot take the next request, which fails only if skipped."""

    seq: Annotated[int, msgspec.Meta(ge=1, description="The number of that request")]
    reason: Annotated[
        str,
        msgspec.Meta(description="unknown_type: no handler; invalid_payload: its type refuses the payload"),
    ]
    message: str
    since: Moment

    @classmethod
    def of(cls, queue: Queue) -> Self | None:
        """None if the queue is not held."""
        hold = queue.why_held
        return cls(queue.head + 1, hold.kind, hold.message, iso(hold.since)) if hold else None


class CallbacksOwedAnswer(msgspec.Struct):
    """Outcomes that are still to be pushed."""

    first: Annotated[int, msgspec.Meta(ge=1, description="The first of these numbers")]
    last: Annotated[int, msgspec.Meta(ge=1, description="The last one")]
    tries: Annotated[Number, msgspec.Meta(description="How many calls for the first one have failed")]
    since: Annotated[Moment, msgspec.Meta(description="Since when a receiver fails")] | None
    next: Annotated[Moment, msgspec.Meta(description="When it is called again; null: at once")] | None

    @classmethod
    def of(cls, queue: Queue) -> Self | None:
        """None if no callback is owed."""
        of = queue.callbacks
        if of.first is None:
            return None
        following = of.next_at if of.tries else None
        since = optional_moment(of.failing_since)
        return cls(of.first, of.last, of.tries, since, optional_moment(following))


class QueueAnswer(msgspec.Struct):
    state: Literal["open", "paused", "halted", "held", "closed"]
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
    held: HeldAnswer | None
    callbacks: Annotated[CallbacksOwedAnswer, msgspec.Meta(description="Null if none is owed")] | None
    floor: Annotated[Number, msgspec.Meta(description="Up to this number, requests were deleted")]


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
        counts=CountsAnswer.of(queue.counts),
        average_seconds=round(queue.average_ms / 1000, 6),
        estimated_wait_seconds=rounded(line.estimated_wait_seconds),
        waiting=_waiting(line.waiting),
        held=HeldAnswer.of(queue),
        callbacks=CallbacksOwedAnswer.of(queue),
        floor=queue.floor,
    )


def _waiting(waiting: Waiting | None) -> WaitingAnswer | None:
    if waiting is None:
        return None
    return WaitingAnswer(
        reason=waiting.reason.value,
        since=iso(waiting.since),
        seq=waiting.seq,
        until=optional_moment(waiting.until),
        behind=waiting.behind,
        error=error_view(waiting.error),
        stop_requested_at=optional_moment(waiting.stop_requested_at),
    )
