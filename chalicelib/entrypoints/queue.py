"""One's own queue: send, take outcomes, look."""

from http import HTTPStatus
from typing import Any

from chalice.app import Blueprint, Response

from chalicelib import wiring
from chalicelib.core.enqueue import Work
from chalicelib.core.errors import NotFoundError
from chalicelib.entrypoints.http import Call, endpoint, whole_number
from chalicelib.entrypoints.views import queue_view, request_view

routes = Blueprint(__name__)

LONGEST_WAIT_S = 20  # the gateway gives up after 29
LONGEST_PAGE = 100


@endpoint(routes, "POST", "/api/queue/enqueue")
def enqueue(call: Call) -> Response:
    from chalicelib.entrypoints.bodies import Enqueue
    from chalicelib.entrypoints.payloads import checked

    principal, body = call.principal, call.body(Enqueue)
    work = Work(body.type, checked(body.type, bytes(body.payload)))
    accepted = wiring.enqueue()(principal.user_id, principal.session_id, [work])
    headers: dict[str, str | list[str]] = {
        "Location": f"requests/{accepted.requests[0].seq}"
    }  # relative: the stage's prefix is not ours
    answer = request_view(accepted.requests[0], accepted.queue.head)
    return Response(answer, status_code=HTTPStatus.ACCEPTED, headers=headers)


@endpoint(routes, "GET", "/api/queue/dequeue")
def dequeue(call: Call) -> Response | dict[str, Any]:
    principal, wait = call.principal, call.number("wait", 0, 0, LONGEST_WAIT_S)
    request = wiring.dequeue()(principal.user_id, principal.session_id, wait)
    if request is None:
        return Response("", status_code=HTTPStatus.NO_CONTENT)
    return request_view(request, request.seq)


@endpoint(routes, "GET", "/api/queue")
def show_queue(call: Call) -> dict[str, Any]:
    return queue_view(wiring.watch().queue(call.principal.user_id))


@endpoint(routes, "GET", "/api/queue/requests")
def list_requests(call: Call) -> dict[str, Any]:
    principal = call.principal
    after = call.number("after", 0, 0, 10**15)
    limit = call.number("limit", 50, 1, LONGEST_PAGE)
    requests, queue = wiring.watch().requests(principal.user_id, after, limit)
    return {"requests": [request_view(request, queue.head) for request in requests]}


@endpoint(routes, "GET", "/api/queue/requests/{seq}")
def show_request(call: Call, seq: str) -> dict[str, Any]:
    principal, wait = call.principal, call.number("wait", 0, 0, LONGEST_WAIT_S)
    request, queue = wiring.watch().request(principal.user_id, _seq(seq), wait)
    return request_view(request, queue.head)


def _seq(text: str) -> int:
    if (seq := whole_number(text)) is None:
        raise NotFoundError(f"There is no request {text[:20]!r}: requests have whole numbers.")
    return seq
