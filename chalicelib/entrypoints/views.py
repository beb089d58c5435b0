"""The core's records as the JSON of the HTTP contract."""

import json
from typing import Any

from chalicelib.adapters.logs import iso
from chalicelib.core.account import Credentials
from chalicelib.core.queue import Queue
from chalicelib.core.request import Millis, Request
from chalicelib.core.watch import QueueView, position


def request_view(request: Request, queue: Queue | None = None) -> dict[str, Any]:
    """The queue tells the place in it and the wait, as far as the request still has a place."""
    place = None if queue is None else position(request, queue)
    wait = None if place is None or queue is None else round((place - 1) * queue.average_ms / 1000, 3)
    return {
        "seq": request.seq,
        "type": request.type,
        "status": request.status,
        "attempts": request.attempts,
        "enqueued_at": iso(request.enqueued_at),
        "not_before": _moment(request.not_before),
        "started_at": _moment(request.started_at),
        "finished_at": _moment(request.finished_at),
        "result": None if request.result is None else json.loads(request.result),
        "error": request.error and {"kind": request.error.kind, "message": request.error.message},
        "origin": request.origin,
        "position": place,
        "estimated_wait_seconds": wait,
    }


def queue_view(view: QueueView) -> dict[str, Any]:
    queue = view.queue
    return {
        "state": queue.state,
        "tail": queue.tail,
        "head": queue.head,
        "read": queue.read,
        "depth": queue.depth,
        "running": view.running,
        "oldest_age_seconds": view.oldest_age_seconds,
        "counts": dict(sorted(queue.counts.items())),
        "average_seconds": round(queue.average_ms / 1000, 6),
        "estimated_wait_seconds": round(view.estimated_wait_seconds, 3),
    }


def credentials_view(credentials: Credentials) -> dict[str, Any]:
    return {
        "access_token": credentials.access_token,
        "refresh_token": credentials.refresh_token,
        "token_type": "Bearer",
        "expires_in": credentials.expires_in,
    }


def _moment(moment: Millis | None) -> str | None:
    return None if moment is None else iso(moment)
