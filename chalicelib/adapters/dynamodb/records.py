"""Rows to records and back, side by side."""

from collections.abc import Iterable, Mapping
from typing import Any

from pynamodb.expressions.condition import Condition

from chalicelib.adapters.dynamodb.format import APART, DURABLE, FORMAT, UPLOADED, require_readable
from chalicelib.adapters.dynamodb.models import QueueItem, RequestItem
from chalicelib.adapters.dynamodb.request_keys import is_unkeyed, keyed_above, typed_above
from chalicelib.adapters.dynamodb.rows import plain
from chalicelib.core.errors import NewerItemError
from chalicelib.core.queueing.callback_cursor import NOTHING_OWED, CallbackCursor
from chalicelib.core.queueing.queue import UNPACED, HoldReason, PausedBy, Queue, State, state_under
from chalicelib.core.queueing.request import Failure, Follows, Request, Status, StoppedBy


def request_attributes(request: Request) -> dict[str, Any]:
    """What is stored of a request that was never begun."""
    return {
        "user_id": request.user_id,
        "seq": request.seq,
        "type": request.type,
        "payload": None if request.payload_bytes else request.payload,
        "payload_bytes": request.payload_bytes or None,
        "payload_until": request.payload_until and request.payload_until // 1000,
        "expires_at": request.expires_at and request.expires_at // 1000,
        "upload": request.upload,
        "item_format": format_of(request),
        "status": request.status,
        "enqueued_at": request.enqueued_at,
        "attempts": request.attempts,
        "max_attempts": request.max_attempts,
        "on_failure": request.on_failure,
        "not_before": request.not_before,
        "origin": request.origin,
        "batch": request.batch,
        "key": request.key,
        "start_before": request.start_before,
        "slot": request.slot,
        "if_busy": request.if_busy,
        "slot_before": request.slot_before,
        "follows_user": request.follows and request.follows.user_id,
        "follows_seq": request.follows and request.follows.seq,
        "callback": request.callback,
        "kept_ms": request.kept_ms,
        "call": request.call,
        "trace": request.trace,
    }


def format_of(request: Request) -> int:
    """An older release must not begin a request after its `start_before`, or one that is superseded, and it
    must not overlook notes, events, callbacks and uploads.
    """
    if request.upload is not None:
        return UPLOADED
    if request.start_before is not None or request.slot is not None or request.callback is not None:
        return DURABLE
    if request.noted or request.eventful:
        return DURABLE
    return APART if request.payload_bytes or request.result_bytes else FORMAT


def durable_format(request: Request) -> int:
    """Of a request that has just come to use what durable handlers need.

    >>> given = Request("ada", 1, "echo", "", Status.QUEUED, enqueued_at=0, upload="id")
    >>> durable_format(given) == format_of(given) == UPLOADED
    True
    """
    return max(DURABLE, format_of(request))


def to_request(item: RequestItem) -> Request:
    """Raises NewerItemError."""
    item = _attributes(item)
    return Request(
        user_id=item.user_id,
        seq=int(item.seq),
        type=item.type,
        payload=item.payload or "",
        status=Status(item.status),
        enqueued_at=int(item.enqueued_at),
        max_attempts=whole(item.max_attempts),
        on_failure=item.on_failure,
        not_before=whole(item.not_before),
        origin=whole(item.origin),
        batch=whole(item.batch),
        key=item.key,
        expires_at=_moment(item.expires_at),
        payload_bytes=int(item.payload_bytes or 0),
        payload_until=_moment(item.payload_until),
        upload=item.upload,
        start_before=whole(item.start_before),
        slot=item.slot,
        if_busy=item.if_busy,
        slot_before=whole(item.slot_before),
        follows=Follows(item.follows_user, int(item.follows_seq)) if item.follows_user else None,
        callback=item.callback,
        kept_ms=whole(item.kept_ms),
        call=item.call,
        trace=item.trace,
        unkeyed=is_unkeyed(item),
        **_happened(item),
    )


def _happened(item: RequestItem) -> dict[str, Any]:
    """What has become of the request since it was accepted."""
    return {
        "attempts": int(item.attempts),
        "attempt_token": item.begun_by,
        "forgiven_attempts": int(item.forgiven or 0),
        "unfit_since": whole(item.unfit_since),
        "overrun_token": item.overran,
        "started_at": whole(item.started_at),
        "deadline": whole(item.deadline),
        "finished_at": whole(item.finished_at),
        "result": item.result,
        "result_bytes": int(item.result_bytes or 0),
        "error": Failure(item.error_kind, item.error_message or "") if item.error_kind else None,
        "stop_requested_at": whole(item.stop_requested_at),
        "stopped_by": StoppedBy(item.stopped_by) if item.stopped_by else None,
        "superseded_by": whole(item.superseded_by),
        "noted": bool(item.noted),
        "awaits": item.awaits,
        "eventful": bool(item.eventful),
        "paced_until": whole(item.paced_until),
    }


def readable(items: Iterable[RequestItem]) -> list[Request]:
    """Those before the first one of a newer release. Raises NewerItemError if that is the first of all."""
    found = list[Request]()
    for item in items:
        try:
            found.append(to_request(item))
        except NewerItemError:
            if not found:
                raise
            break
    return found


def to_queue(item: QueueItem) -> Queue:
    """Raises NewerItemError."""
    item = _attributes(item)
    paused_by = PausedBy(item.paused_by) if item.paused_by else None
    hold = _hold(item)
    return Queue(
        user_id=item.user_id,
        room=int(item.room),
        tail=int(item.tail),
        head=int(item.head),
        read=int(item.read),
        read_token=item.read_by,
        state=_state(item, hold, paused_by),
        paused_by=paused_by,
        hold=hold,
        awake=None if item.awake is None else int(item.awake),
        sessions={sid: int(expiry) for sid, expiry in item.sessions.attribute_values.items()},
        counts={
            Status.SUCCEEDED: int(item.succeeded),
            Status.FAILED: int(item.failed),
            Status.CANCELLED: int(item.cancelled),
            Status.EXPIRED: int(item.expired or 0),
        },
        average_ms=float(item.average_ms),
        tail_at=int(item.tail_at),
        moved_at=int(item.moved_at),
        look_at=whole(item.look_at),
        purged=int(item.purged),
        floor=int(item.floor),
        generation=int(item.generation or 0),
        username=item.username or "",
        blocked=item.barred is not None,
        deleted_at=whole(item.leaving),
        departed=item.departed is not None,
        limit=int(item.limit),
        arrival=whole(item.arrival),
        paced=_paced(item),
        callbacks=NOTHING_OWED if item.owed is None else _callbacks(item),
        keyed_above=keyed_above(item),
        typed_above=typed_above(item),
    )


def _callbacks(item: QueueItem) -> CallbackCursor:
    from chalicelib.adapters.dynamodb.callbacks import to_cursor  # only queues with callbacks need it

    return to_cursor(item)


def _paced(item: QueueItem) -> Mapping[str, int]:
    if item.paced is None:
        return UNPACED
    return {type_: int(until) for type_, until in item.paced.attribute_values.items()}


def stored_state(state: State) -> State:
    """What the item of a queue in this state has as its state.

    "paused" follows from `paused_by`. A held queue is a halted one with `held_since`, so that a release that
    knows no held queues, after a roll-back, shows a queue that its user can retry or skip.
    """
    if state is State.HELD:
        return State.HALTED
    return State.OPEN if state is State.PAUSED else state


def _state(item: QueueItem, hold: HoldReason | None, paused_by: PausedBy | None) -> State:
    if hold and item.state == State.HALTED:
        return State.HELD
    return state_under(paused_by, State(item.state))


def _hold(item: QueueItem) -> HoldReason | None:
    """A release that knows no held queues leaves it there when it opens the queue."""
    if item.held_since is None:
        return None
    return HoldReason(item.held_kind or "", item.held_message or "", int(item.held_since), item.held_by or "")


def is_generation(attribute: Any, generation: int) -> Condition:
    """Whether the attribute holds this generation. Items that never had another one lack it."""
    same: Condition = attribute == generation
    return same if generation else attribute.does_not_exist() | same


def _attributes[R: (QueueItem, RequestItem)](item: R) -> R:
    """Of an item that this release can read. Raises NewerItemError."""
    require_readable(item.item_format)
    return plain(item)


def _moment(seconds: float | None) -> int | None:
    return None if seconds is None else int(seconds) * 1000


def whole(number: float | None) -> int | None:
    """A stored number, which may be missing."""
    return None if number is None else int(number)
