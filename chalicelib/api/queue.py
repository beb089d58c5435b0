"""One's own queue: send, look, and control."""

from http import HTTPStatus
from typing import Annotated

import msgspec

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
from chalicelib.container import Container
from chalicelib.core.errors import ConflictError, NotFoundError, TooManyError
from chalicelib.core.identity.account import Principal
from chalicelib.core.queueing.enqueue import Accepted
from chalicelib.core.queueing.line import Line
from chalicelib.core.queueing.queue import Queue
from chalicelib.web.call import Call
from chalicelib.web.operations import Header
from chalicelib.web.routes import Routes

routes = Routes()

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


@routes.endpoint(
    "POST",
    "/api/queue/enqueue",
    "Send one request",
    status=HTTPStatus.ACCEPTED,
    raises=(TooManyError,),
    headers=("Location", "Idempotency-Replayed"),
    body_limit=BODY_LIMIT,
)
def enqueue(
    container: Container,
    call: Call,
    principal: Principal,
    body: Order,
    idempotency_key: IdempotencyKey = None,
) -> RequestAnswer:
    return _accepted(container, call, _enqueue(container, principal, body, idempotency_key), "requests")[0]


@routes.endpoint(
    "POST",
    "/api/queue/enqueue/batch",
    "Send up to 100 requests, accepted together or not at all",
    status=HTTPStatus.ACCEPTED,
    raises=(TooManyError,),
    headers=("Location", "Idempotency-Replayed", "Results-Omitted"),
    body_limit=BODY_LIMIT,
)
def enqueue_batch(
    container: Container,
    call: Call,
    principal: Principal,
    body: Batch,
    idempotency_key: IdempotencyKey = None,
) -> RequestsAnswer:
    return RequestsAnswer(
        _accepted(container, call, _enqueue(container, principal, body, idempotency_key), "../requests")
    )


@routes.endpoint("GET", "/api/queue", "Show the queue")
def show_queue(container: Container, principal: Principal) -> QueueAnswer:
    return queue_view(container.queueing.watch.queue(principal.user_id, principal.session_id))


@routes.endpoint("DELETE", "/api/queue", "Cancel all waiting requests and delete the history")
def delete_queue(container: Container, principal: Principal) -> QueueAnswer:
    return _changed(
        container, container.queueing.controls.purge(principal.user_id, principal.session_id, forget=True)
    )


@routes.endpoint("POST", "/api/queue/pause", "Pause the queue", raises=(ConflictError,))
def pause(container: Container, principal: Principal) -> QueueAnswer:
    return _changed(container, container.queueing.controls.pause(principal.user_id, principal.session_id))


@routes.endpoint("POST", "/api/queue/resume", "Resume the queue", raises=(ConflictError,))
def resume(container: Container, principal: Principal) -> QueueAnswer:
    return _changed(container, container.queueing.controls.resume(principal.user_id, principal.session_id))


@routes.endpoint("POST", "/api/queue/purge", "Cancel all waiting requests")
def purge(container: Container, principal: Principal) -> QueueAnswer:
    return _changed(container, container.queueing.controls.purge(principal.user_id, principal.session_id))


@routes.endpoint(
    "GET",
    "/api/queue/requests",
    "List requests in order, without payloads. A page has fewer than `limit` "
    "requests at the end, or if more would make the answer too large",
)
def list_requests(
    container: Container, principal: Principal, after: After = 0, limit: Limit = 50
) -> RequestsAnswer:
    page, line = container.queueing.watch.page(
        principal.user_id, principal.session_id, after, one_answer(limit)
    )
    return RequestsAnswer([request_view(request, line) for request in page.requests])


@routes.endpoint("GET", "/api/queue/requests/{seq}", "Show one request", raises=(NotFoundError,))
def show_request(container: Container, principal: Principal, seq: Seq, wait: Wait = 0) -> RequestDetailAnswer:
    found = container.queueing.watch.request(principal.user_id, principal.session_id, seq, wait)
    return request_detail_view(*found)


@routes.endpoint(
    "POST",
    "/api/queue/requests/{seq}/cancel",
    "Cancel a waiting request",
    raises=(NotFoundError, ConflictError),
)
def cancel(container: Container, principal: Principal, seq: Seq) -> RequestAnswer:
    return request_view(container.queueing.controls.cancel(principal.user_id, principal.session_id, seq))


@routes.endpoint(
    "POST",
    "/api/queue/requests/{seq}/retry",
    "Repeat the request that halts the queue, or send a failed request again",
    status=(HTTPStatus.OK, HTTPStatus.ACCEPTED),
    raises=(NotFoundError, ConflictError, TooManyError),
    headers=("Location",),
)
def retry(container: Container, call: Call, principal: Principal, seq: Seq) -> RequestAnswer:
    retried = container.queueing.controls.retry(principal.user_id, principal.session_id, seq)
    if isinstance(retried, Accepted):
        call.status = HTTPStatus.ACCEPTED
        return _accepted(container, call, retried, "..")[0]
    request, queue = retried
    return request_view(request, container.queueing.watch.line(queue, request))


@routes.endpoint(
    "POST",
    "/api/queue/requests/{seq}/skip",
    "Skip the request that halts the queue",
    raises=(NotFoundError, ConflictError),
)
def skip(container: Container, principal: Principal, seq: Seq) -> RequestAnswer:
    return request_view(container.queueing.controls.skip(principal.user_id, principal.session_id, seq))


def _enqueue(
    container: Container, principal: Principal, body: Order | Batch, idempotency_key: str | None
) -> Accepted:
    from chalicelib.api import orders
    from chalicelib.api.payloads import Payloads

    payloads = Payloads(container.handlers, container.application.settings)
    works = orders.to_works(body, payloads, container.adapters.clock.now())
    key = orders.to_key(idempotency_key, works)
    return container.queueing.enqueue(principal.user_id, principal.session_id, works, key)


def _changed(container: Container, queue: Queue) -> QueueAnswer:
    return queue_view(container.queueing.watch.line(queue))


def _accepted(container: Container, call: Call, accepted: Accepted, base: str) -> list[RequestAnswer]:
    """`base` leads from the call's path to the requests: a stage's prefix is not ours to know."""
    first = accepted.requests[0]
    # What was ahead before is not read for this: the wait is known only behind the head of the line.
    line = Line(accepted.queue, first, container.adapters.clock.now())
    views = [request_view(request, line) for request in accepted.requests]
    call.headers["Location"] = f"{base}/{first.seq}"
    if not accepted.replayed:
        return views
    call.headers["Idempotency-Replayed"] = "true"
    if sum(map(size, views)) <= ANSWER_LIMIT:
        return views
    call.headers["Results-Omitted"] = "true"
    return without_results(views)
