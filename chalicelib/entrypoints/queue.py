"""One's own queue: send, take outcomes, look, and control."""

from collections.abc import Sequence
from http import HTTPStatus
from itertools import accumulate
from typing import Annotated

import msgspec
from chalice.app import Blueprint

from chalicelib import wiring
from chalicelib.core.account import Principal
from chalicelib.core.enqueue import Accepted
from chalicelib.core.errors import ConflictError, NotFoundError, TooManyError
from chalicelib.core.request import Request
from chalicelib.entrypoints.bodies import Batch, Order
from chalicelib.entrypoints.http import Call, endpoint
from chalicelib.entrypoints.operations import Header
from chalicelib.entrypoints.views import (
    QueueAnswer,
    RequestAnswer,
    RequestsAnswer,
    queue_view,
    request_view,
)

routes = Blueprint(__name__)

BODY_LIMIT = 2 * 1024 * 1024  # bytes; Lambda takes 6 MB, and the body arrives in it as an escaped string
RESULTS_LIMIT = 1024 * 1024  # characters in one page; Lambda's answer has 6 MB, and escapes may triple it
LONGEST_WAIT_S = 20  # the gateway gives up after 29
LONGEST_PAGE = 100
HIGHEST = 10**15 - 1

type Wait = Annotated[int, msgspec.Meta(ge=0, le=LONGEST_WAIT_S, description="Seconds")]
type Seq = Annotated[int, msgspec.Meta(ge=1, le=HIGHEST)]
type After = Annotated[int, msgspec.Meta(ge=0, le=HIGHEST, description="The last number not wanted")]
type Limit = Annotated[int, msgspec.Meta(ge=1, le=LONGEST_PAGE)]
type Key = Annotated[str, msgspec.Meta(pattern=r"^[!-~]{1,255}$")]
IdempotencyKey = Annotated[Key | None, Header("Idempotency-Key")]


@endpoint(
    routes,
    "POST",
    "/api/queue/enqueue",
    "Send one request",
    status=HTTPStatus.ACCEPTED,
    raises=(TooManyError,),
    headers=("Location", "Idempotency-Replayed"),
    body_limit=BODY_LIMIT,
)
def enqueue(
    call: Call, principal: Principal, body: Order, idempotency_key: IdempotencyKey = None
) -> RequestAnswer:
    return _accepted(call, _enqueue(principal, body, idempotency_key), "requests")[0]


@endpoint(
    routes,
    "POST",
    "/api/queue/enqueue/batch",
    "Send up to 100 requests: all or none, under consecutive numbers",
    status=HTTPStatus.ACCEPTED,
    raises=(TooManyError,),
    headers=("Location", "Idempotency-Replayed"),
    body_limit=BODY_LIMIT,
)
def enqueue_batch(
    call: Call, principal: Principal, body: Batch, idempotency_key: IdempotencyKey = None
) -> RequestsAnswer:
    return RequestsAnswer(_accepted(call, _enqueue(principal, body, idempotency_key), "../requests"))


@endpoint(routes, "GET", "/api/queue/dequeue", "Take the next outcome, in order")
def dequeue(principal: Principal, wait: Wait = 0) -> RequestAnswer | None:
    request = wiring.dequeue()(principal.user_id, principal.session_id, wait)
    return None if request is None else request_view(request)


@endpoint(routes, "GET", "/api/queue", "How the queue stands", raises=(NotFoundError,))
def show_queue(principal: Principal) -> QueueAnswer:
    return queue_view(wiring.watch().queue(principal.user_id))


@endpoint(routes, "DELETE", "/api/queue", "Cancel all that waits and forget what was")
def delete_queue(principal: Principal) -> QueueAnswer:
    wiring.controls().purge(principal.user_id, principal.session_id, forget=True)
    return show_queue(principal)


@endpoint(routes, "POST", "/api/queue/pause", "Start nothing new until resumed", raises=(ConflictError,))
def pause(principal: Principal) -> QueueAnswer:
    wiring.controls().pause(principal.user_id, principal.session_id)
    return show_queue(principal)


@endpoint(routes, "POST", "/api/queue/resume", "Go on after a pause", raises=(ConflictError,))
def resume(principal: Principal) -> QueueAnswer:
    wiring.controls().resume(principal.user_id, principal.session_id)
    return show_queue(principal)


@endpoint(routes, "POST", "/api/queue/purge", "Cancel all that waits")
def purge(principal: Principal) -> QueueAnswer:
    wiring.controls().purge(principal.user_id, principal.session_id)
    return show_queue(principal)


@endpoint(
    routes,
    "GET",
    "/api/queue/requests",
    "A page of requests, in order; it may be shorter than the limit, and is empty at the end",
    raises=(NotFoundError,),
)
def list_requests(principal: Principal, after: After = 0, limit: Limit = 50) -> RequestsAnswer:
    requests, queue = wiring.watch().requests(principal.user_id, after, limit)
    return RequestsAnswer([request_view(request, queue) for request in _fitting(requests)])


@endpoint(routes, "GET", "/api/queue/requests/{seq}", "One request", raises=(NotFoundError,))
def show_request(principal: Principal, seq: Seq, wait: Wait = 0) -> RequestAnswer:
    return request_view(*wiring.watch().request(principal.user_id, seq, wait))


@endpoint(
    routes,
    "POST",
    "/api/queue/requests/{seq}/cancel",
    "Cancel a request that waits",
    raises=(NotFoundError, ConflictError),
)
def cancel(principal: Principal, seq: Seq) -> RequestAnswer:
    return request_view(wiring.controls().cancel(principal.user_id, principal.session_id, seq))


@endpoint(
    routes,
    "POST",
    "/api/queue/requests/{seq}/retry",
    "Run a halted request again in its place, or a failed one anew",
    status=(HTTPStatus.OK, HTTPStatus.ACCEPTED),
    raises=(NotFoundError, ConflictError, TooManyError),
    headers=("Location",),
)
def retry(call: Call, principal: Principal, seq: Seq) -> RequestAnswer:
    retried = wiring.controls().retry(principal.user_id, principal.session_id, seq)
    if isinstance(retried, Accepted):
        call.status = HTTPStatus.ACCEPTED
        return _accepted(call, retried, "..")[0]
    return request_view(*wiring.watch().request(principal.user_id, retried.seq))


@endpoint(
    routes,
    "POST",
    "/api/queue/requests/{seq}/skip",
    "Give a halted request up; the next one goes on",
    raises=(NotFoundError, ConflictError),
)
def skip(principal: Principal, seq: Seq) -> RequestAnswer:
    return request_view(wiring.controls().skip(principal.user_id, principal.session_id, seq))


def _enqueue(principal: Principal, body: Order | Batch, idempotency_key: str | None) -> Accepted:
    from chalicelib.entrypoints import orders

    works = orders.to_works(body, wiring.CLOCK.now())
    key = orders.to_key(idempotency_key, works)
    return wiring.enqueue()(principal.user_id, principal.session_id, works, key)


def _fitting(requests: Sequence[Request]) -> Sequence[Request]:
    """As many as fit into one answer; at least one."""
    sizes = accumulate(len(request.result or "") for request in requests)
    return [request for request, size in zip(requests, sizes, strict=True) if size <= RESULTS_LIMIT]


def _accepted(call: Call, accepted: Accepted, base: str) -> list[RequestAnswer]:
    """`base` leads from the call's path to the requests: a stage's prefix is not ours to know."""
    views = [request_view(request, accepted.queue) for request in accepted.requests]
    call.headers["Location"] = f"{base}/{views[0].seq}"
    if accepted.replayed:
        call.headers["Idempotency-Replayed"] = "true"
    return views
