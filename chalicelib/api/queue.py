"""One's own queue: send, look, and control."""

from http import HTTPStatus
from typing import Annotated

import msgspec
from chalice.app import Blueprint

from chalicelib import wiring
from chalicelib.api.answers import ANSWER_LIMIT, one_answer, size, without_results
from chalicelib.api.bodies import Batch, Order
from chalicelib.api.views import (
    QueueAnswer,
    RequestAnswer,
    RequestDetailAnswer,
    RequestsAnswer,
    queue_view,
    request_detail_view,
    request_view,
)
from chalicelib.core.errors import ConflictError, NotFoundError, TooManyError
from chalicelib.core.identity.account import Principal
from chalicelib.core.queueing.enqueue import Accepted
from chalicelib.core.queueing.line import Line
from chalicelib.core.queueing.queue import Queue
from chalicelib.web.endpoint import Call, endpoint
from chalicelib.web.operations import Header

routes = Blueprint(__name__)

BODY_LIMIT = 2 * 1024 * 1024  # bytes; Lambda takes 6 MB, and the body arrives in it as an escaped string
LONGEST_WAIT_S = 20  # the gateway gives up after 29
LONGEST_PAGE = 100
HIGHEST = 10**15 - 1

type Wait = Annotated[int, msgspec.Meta(ge=0, le=LONGEST_WAIT_S, description="Seconds")]
type Seq = Annotated[int, msgspec.Meta(ge=1, le=HIGHEST)]
type After = Annotated[
    int, msgspec.Meta(ge=0, le=HIGHEST, description="The number before the first wanted one")
]
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
    "Send up to 100 requests, accepted together or not at all",
    status=HTTPStatus.ACCEPTED,
    raises=(TooManyError,),
    headers=("Location", "Idempotency-Replayed", "Results-Omitted"),
    body_limit=BODY_LIMIT,
)
def enqueue_batch(
    call: Call, principal: Principal, body: Batch, idempotency_key: IdempotencyKey = None
) -> RequestsAnswer:
    return RequestsAnswer(_accepted(call, _enqueue(principal, body, idempotency_key), "../requests"))


@endpoint(routes, "GET", "/api/queue", "Show the queue")
def show_queue(principal: Principal) -> QueueAnswer:
    return queue_view(wiring.watch().queue(principal.user_id, principal.session_id))


@endpoint(routes, "DELETE", "/api/queue", "Cancel all waiting requests and delete the history")
def delete_queue(principal: Principal) -> QueueAnswer:
    return _changed(wiring.controls().purge(principal.user_id, principal.session_id, forget=True))


@endpoint(routes, "POST", "/api/queue/pause", "Pause the queue", raises=(ConflictError,))
def pause(principal: Principal) -> QueueAnswer:
    return _changed(wiring.controls().pause(principal.user_id, principal.session_id))


@endpoint(routes, "POST", "/api/queue/resume", "Resume the queue", raises=(ConflictError,))
def resume(principal: Principal) -> QueueAnswer:
    return _changed(wiring.controls().resume(principal.user_id, principal.session_id))


@endpoint(routes, "POST", "/api/queue/purge", "Cancel all waiting requests")
def purge(principal: Principal) -> QueueAnswer:
    return _changed(wiring.controls().purge(principal.user_id, principal.session_id))


@endpoint(
    routes,
    "GET",
    "/api/queue/requests",
    "List requests in order, without payloads. A page has fewer than `limit` "
    "requests at the end, or if more would make the answer too large",
)
def list_requests(principal: Principal, after: After = 0, limit: Limit = 50) -> RequestsAnswer:
    page, line = wiring.watch().requests(principal.user_id, principal.session_id, after, one_answer(limit))
    return RequestsAnswer([request_view(request, line) for request in page.requests])


@endpoint(routes, "GET", "/api/queue/requests/{seq}", "Show one request", raises=(NotFoundError,))
def show_request(principal: Principal, seq: Seq, wait: Wait = 0) -> RequestDetailAnswer:
    found = wiring.watch().request(principal.user_id, principal.session_id, seq, wait)
    return request_detail_view(*found)


@endpoint(
    routes,
    "POST",
    "/api/queue/requests/{seq}/cancel",
    "Cancel a waiting request",
    raises=(NotFoundError, ConflictError),
)
def cancel(principal: Principal, seq: Seq) -> RequestAnswer:
    return request_view(wiring.controls().cancel(principal.user_id, principal.session_id, seq))


@endpoint(
    routes,
    "POST",
    "/api/queue/requests/{seq}/retry",
    "Repeat the request that halts the queue, or send a failed request again",
    status=(HTTPStatus.OK, HTTPStatus.ACCEPTED),
    raises=(NotFoundError, ConflictError, TooManyError),
    headers=("Location",),
)
def retry(call: Call, principal: Principal, seq: Seq) -> RequestAnswer:
    retried = wiring.controls().retry(principal.user_id, principal.session_id, seq)
    if isinstance(retried, Accepted):
        call.status = HTTPStatus.ACCEPTED
        return _accepted(call, retried, "..")[0]
    request, queue = retried
    return request_view(request, wiring.watch().line(queue, request))


@endpoint(
    routes,
    "POST",
    "/api/queue/requests/{seq}/skip",
    "Skip the request that halts the queue",
    raises=(NotFoundError, ConflictError),
)
def skip(principal: Principal, seq: Seq) -> RequestAnswer:
    return request_view(wiring.controls().skip(principal.user_id, principal.session_id, seq))


def _enqueue(principal: Principal, body: Order | Batch, idempotency_key: str | None) -> Accepted:
    from chalicelib.api import orders

    works = orders.to_works(body, wiring.CLOCK.now())
    key = orders.to_key(idempotency_key, works)
    return wiring.enqueue()(principal.user_id, principal.session_id, works, key)


def _changed(queue: Queue) -> QueueAnswer:
    return queue_view(wiring.watch().line(queue))


def _accepted(call: Call, accepted: Accepted, base: str) -> list[RequestAnswer]:
    """`base` leads from the call's path to the requests: a stage's prefix is not ours to know."""
    first = accepted.requests[0]
    # What was ahead before is not read for this: the wait is known only behind the head of the line.
    line = Line(accepted.queue, first, wiring.CLOCK.now())
    views = [request_view(request, line) for request in accepted.requests]
    call.headers["Location"] = f"{base}/{first.seq}"
    if not accepted.replayed:
        return views
    call.headers["Idempotency-Replayed"] = "true"
    if sum(map(size, views)) <= ANSWER_LIMIT:
        return views
    call.headers["Results-Omitted"] = "true"
    return without_results(views)
