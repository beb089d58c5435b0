"""One's own queue: send, take outcomes, look, and control."""

from http import HTTPStatus
from typing import Any

from chalice.app import Blueprint, Response

from chalicelib import wiring
from chalicelib.core.enqueue import Accepted
from chalicelib.core.errors import NotFoundError
from chalicelib.entrypoints.http import Call, endpoint, whole_number
from chalicelib.entrypoints.views import queue_view, request_view

routes = Blueprint(__name__)

LONGEST_WAIT_S = 20  # the gateway gives up after 29
LONGEST_PAGE = 100


@endpoint(routes, "POST", "/api/queue/enqueue")
def enqueue(call: Call) -> Response:
    from chalicelib.entrypoints import orders

    principal = call.principal
    works, many = orders.to_works(call.raw(orders.BODY_LIMIT))
    key = orders.to_key(call.request.headers.get("idempotency-key"), works)
    accepted = wiring.enqueue()(principal.user_id, principal.session_id, works, key)
    return _accepted(accepted, "requests", many=many)


@endpoint(routes, "GET", "/api/queue/dequeue")
def dequeue(call: Call) -> Response | dict[str, Any]:
    principal, wait = call.principal, call.number("wait", 0, 0, LONGEST_WAIT_S)
    request = wiring.dequeue()(principal.user_id, principal.session_id, wait)
    if request is None:
        return Response("", status_code=HTTPStatus.NO_CONTENT)
    return request_view(request)


@endpoint(routes, "GET", "/api/queue")
def show_queue(call: Call) -> dict[str, Any]:
    return queue_view(wiring.watch().queue(call.principal.user_id))


@endpoint(routes, "DELETE", "/api/queue")
def delete_queue(call: Call) -> dict[str, Any]:
    principal = call.principal
    wiring.controls().purge(principal.user_id, principal.session_id, forget=True)
    return queue_view(wiring.watch().queue(principal.user_id))


@endpoint(routes, "POST", "/api/queue/pause")
def pause(call: Call) -> dict[str, Any]:
    principal = call.principal
    wiring.controls().pause(principal.user_id, principal.session_id)
    return queue_view(wiring.watch().queue(principal.user_id))


@endpoint(routes, "POST", "/api/queue/resume")
def resume(call: Call) -> dict[str, Any]:
    principal = call.principal
    wiring.controls().resume(principal.user_id, principal.session_id)
    return queue_view(wiring.watch().queue(principal.user_id))


@endpoint(routes, "POST", "/api/queue/purge")
def purge(call: Call) -> dict[str, Any]:
    principal = call.principal
    wiring.controls().purge(principal.user_id, principal.session_id)
    return queue_view(wiring.watch().queue(principal.user_id))


@endpoint(routes, "GET", "/api/queue/requests")
def list_requests(call: Call) -> dict[str, Any]:
    principal = call.principal
    after = call.number("after", 0, 0, 10**15 - 1)
    limit = call.number("limit", 50, 1, LONGEST_PAGE)
    requests, queue = wiring.watch().requests(principal.user_id, after, limit)
    return {"requests": [request_view(request, queue) for request in requests]}


@endpoint(routes, "GET", "/api/queue/requests/{seq}")
def show_request(call: Call, seq: str) -> dict[str, Any]:
    principal, wait = call.principal, call.number("wait", 0, 0, LONGEST_WAIT_S)
    return request_view(*wiring.watch().request(principal.user_id, _seq(seq), wait))


@endpoint(routes, "POST", "/api/queue/requests/{seq}/cancel")
def cancel(call: Call, seq: str) -> dict[str, Any]:
    principal = call.principal
    return request_view(wiring.controls().cancel(principal.user_id, principal.session_id, _seq(seq)))


@endpoint(routes, "POST", "/api/queue/requests/{seq}/retry")
def retry(call: Call, seq: str) -> Response | dict[str, Any]:
    principal = call.principal
    retried = wiring.controls().retry(principal.user_id, principal.session_id, _seq(seq))
    if isinstance(retried, Accepted):
        return _accepted(retried, "..", many=False)
    return request_view(*wiring.watch().request(principal.user_id, retried.seq))


@endpoint(routes, "POST", "/api/queue/requests/{seq}/skip")
def skip(call: Call, seq: str) -> dict[str, Any]:
    principal = call.principal
    return request_view(wiring.controls().skip(principal.user_id, principal.session_id, _seq(seq)))


def _accepted(accepted: Accepted, base: str, *, many: bool) -> Response:
    """`base` leads from the call's path to the requests: a stage's prefix is not ours to know."""
    views = [request_view(request, accepted.queue) for request in accepted.requests]
    headers: dict[str, str | list[str]] = {"Location": f"{base}/{views[0]['seq']}"}
    if accepted.replayed:
        headers["Idempotency-Replayed"] = "true"
    body = {"requests": views} if many else views[0]
    return Response(body, status_code=HTTPStatus.ACCEPTED, headers=headers)


def _seq(text: str) -> int:
    if (seq := whole_number(text)) is None:
        raise NotFoundError(f"There is no request {text[:20]!r}: requests have whole numbers.")
    return seq
