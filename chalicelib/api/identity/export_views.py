"""The pieces of an export as JSON: what is stored about a user, without secrets."""

import json
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import msgspec

from chalicelib.adapters.json.codec import encode
from chalicelib.adapters.runtime.logs import iso
from chalicelib.api.identity.account_views import own_account_view, session_view
from chalicelib.api.identity.admin_views import user_queue_view
from chalicelib.api.queueing.answer_size import ANSWER_LIMIT
from chalicelib.api.queueing.events import event_view
from chalicelib.api.queueing.request_views import Link, request_detail_view
from chalicelib.api.queueing.scheduled import scheduled_detail_view
from chalicelib.core.identity.audit import Entry
from chalicelib.core.identity.export import Kind, Piece
from chalicelib.core.queueing.request import Request
from chalicelib.core.time import Clock

LONGEST_MS = 5_000  # for one answer, except that a piece is read to its end; the gateway gives up after 29 s


class Record(NamedTuple):
    kind: Kind
    text: str  # one line of JSON


def record_of(piece: Piece, link: Link | None = None) -> str:
    """The thing of the piece as one line of JSON. `link`: as of `request_detail_view`."""
    view: Any = (
        _request(piece.thing, link) if isinstance(piece.thing, Request) else VIEWS[piece.kind](piece.thing)
    )
    if piece.kind is Kind.EVENT:
        return encode({"seq": piece.seq, **msgspec.structs.asdict(view)})
    return encode(view)


def one_answer(
    pieces: Iterable[Piece], clock: Clock, link: Link | None = None
) -> tuple[list[Record], str | None]:
    """The records that fit into one answer, and its time, and the mark to go on after; None at the end.

    The first piece fits in any case.
    """
    room, until = ANSWER_LIMIT, clock.now() + LONGEST_MS
    taken, mark = list[Record](), None
    for piece in pieces:
        record = None if piece.thing is None else Record(piece.kind, record_of(piece, link))
        if record:
            room -= len(json.dumps(record.text))  # as Lambda's answer contains it
        if mark is not None and (room < 0 or clock.now() >= until):
            return taken, mark
        mark = piece.mark
        if record:
            taken.append(record)
    return taken, None


def _request(request: Request, link: Link | None) -> dict[str, Any]:
    view = request_detail_view(request, link=link)
    return {**msgspec.structs.asdict(view), "idempotency_key": request.key}


def _entry(entry: Entry) -> dict[str, Any]:
    """With null for what the entry does not have, or what was left out."""
    return {
        "at": iso(entry.at),
        "actor": entry.actor or None,
        "actor_id": entry.actor_id or None,
        "action": entry.action,
        "subject": entry.subject or None,
        "subject_id": entry.subject_id or None,
    }


VIEWS: dict[Kind, Callable[[Any], Any]] = {
    Kind.ACCOUNT: own_account_view,
    Kind.SESSION: lambda session: session_view(session, ""),
    Kind.QUEUE: user_queue_view,
    Kind.SCHEDULED: scheduled_detail_view,
    Kind.EVENT: event_view,
    Kind.AUDIT: _entry,
}
