"""The caller's requests: list, show, cancel, retry and skip them."""

from http import HTTPStatus
from typing import Annotated, Any, Literal

import msgspec

from chalicelib.api.permissions import CONTROL, READ
from chalicelib.api.queueing.answer_size import one_answer
from chalicelib.api.queueing.enqueue import accepted_views, charge_service
from chalicelib.api.queueing.parameters import HIGHEST, Limit, Seq, SignalName, Wait
from chalicelib.api.queueing.request_views import (
    RequestAnswer,
    RequestDetailAnswer,
    RequestsAnswer,
    request_detail_view,
    request_view,
)
from chalicelib.api.queueing.signal_payload import signal_json
from chalicelib.container import Container
from chalicelib.core.errors import ConflictError, ForbiddenError, NotFoundError, TooManyError
from chalicelib.core.identity.account import Principal
from chalicelib.core.queueing.enqueue import Accepted
from chalicelib.core.queueing.handler import TYPE
from chalicelib.core.queueing.queue import Queue
from chalicelib.core.queueing.request import Request, Status
from chalicelib.web.call import Call
from chalicelib.web.routes import Routes

routes = Routes("Queue")

type After = Annotated[
    int, msgspec.Meta(ge=0, le=HIGHEST, description="The number before the first wanted one")
]
type Shown = Annotated[
    Literal["any", "queued", "running", "succeeded", "failed", "cancelled", "expired"],
    msgspec.Meta(description="Only requests of this status"),
]
type ShownType = Annotated[
    str,
    msgspec.Meta(
        pattern=rf"^({TYPE.pattern})?\Z", description="Only requests of this type; empty: of all types"
    ),
]


class RequestPageAnswer(RequestsAnswer):
    next: Annotated[
        int | None, msgspec.Meta(description="The `after` of the next call; null if there is nothing more")
    ]


@routes.endpoint(
    "GET",
    "/api/queue/requests",
    "List requests in order, without payloads: all, or those of one status or type. A page has fewer than "
    "`limit` requests at the end, or if more would make the answer too large. With `status` or `type`, it "
    "may also have fewer, or none, because a call reads 1 MB of stored requests at most; what has ended in "
    "the last second may be missing",
    permission=READ,
)
def list_requests(
    container: Container,
    principal: Principal,
    after: After = 0,
    limit: Limit = 50,
    *,
    status: Shown = "any",
    type: ShownType = "",  # noqa: A002
) -> RequestPageAnswer:
    watch, extent = container.queueing.watch, one_answer(limit)
    caller = principal.user_id, principal.session_id
    if status == "any" and not type:
        page, line = watch.page(*caller, after, extent)
    else:
        from chalicelib.core.queueing.matching import Match

        match = Match(None if status == "any" else Status(status), type or None)
        page, line = watch.matching(*caller, after, extent, match)
    shown = [request_view(request, line) for request in page.requests]
    return RequestPageAnswer(shown, page.after if page.after < line.queue.tail else None)


@routes.endpoint(
    "GET", "/api/queue/requests/{seq}", "Show one request", raises=(NotFoundError,), permission=READ
)
def show_request(container: Container, principal: Principal, seq: Seq, wait: Wait = 0) -> RequestDetailAnswer:
    watch = container.queueing.watch
    request, line = watch.request(principal.user_id, principal.session_id, seq, wait)
    return request_detail_view(request, line, container.queueing.link)


@routes.endpoint(
    "POST",
    "/api/queue/requests/{seq}/cancel",
    "Cancel a waiting request",
    raises=(NotFoundError, ConflictError),
    permission=CONTROL,
)
def cancel(container: Container, principal: Principal, seq: Seq) -> RequestAnswer:
    return request_view(container.queueing.controls.cancel(principal.user_id, principal.session_id, seq))


@routes.endpoint(
    "POST",
    "/api/queue/requests/{seq}/stop",
    "Stop a request: 200 if it waited and is cancelled, 202 if it runs and will end as cancelled",
    status=(HTTPStatus.OK, HTTPStatus.ACCEPTED),
    raises=(NotFoundError, ConflictError),
    permission=CONTROL,
)
def stop(container: Container, call: Call, principal: Principal, seq: Seq) -> RequestAnswer:
    return stopped_view(call, container.queueing.controls.stop(principal.user_id, principal.session_id, seq))


def stopped_view(call: Call, request: Request) -> RequestAnswer:
    """The request that was stopped. Sets the status of the answer to 202 if it still runs."""
    if not request.settled:
        call.status = HTTPStatus.ACCEPTED
    return request_view(request)


@routes.endpoint(
    "POST",
    "/api/queue/requests/{seq}/retry",
    "Repeat the request that halts or holds the queue, or send a request that failed earlier again, as a new "
    "one. Each such call sends another one, whatever its `Idempotency-Key`: if no answer comes, look for the "
    "new request before you repeat the call",
    status=(HTTPStatus.OK, HTTPStatus.ACCEPTED),
    raises=(NotFoundError, ConflictError, TooManyError),
    headers=("Location",),
    permission=CONTROL,
)
def retry(container: Container, call: Call, principal: Principal, seq: Seq) -> RequestAnswer:
    retried = _retry(container, principal, seq)
    if isinstance(retried, Accepted):
        call.status = HTTPStatus.ACCEPTED
        return accepted_views(container, call, retried, "..")[0]
    request, queue = retried
    return request_view(request, container.queueing.watch.line(queue, request))


def _retry(container: Container, principal: Principal, seq: int) -> tuple[Request, Queue] | Accepted:
    """A caller with a rate pays for a new request, and a token for one request makes none.

    For these callers the request is read first; whatever happens to it meanwhile, they do not get a new
    request unless it had failed. Raises ForbiddenError, TooManyError.
    """
    controls, caller = container.queueing.controls, (principal.user_id, principal.session_id)
    if principal.seq is None and principal.limit is None:
        return controls.retry(*caller, seq)
    found = container.adapters.store.requests.get(principal.user_id, seq)
    if found is None or found.status is not Status.FAILED:
        return controls.retry_head(*caller, seq)
    if principal.seq is not None:
        message = f"This token is for request {seq} alone. It cannot send the request again as a new one."
        raise ForbiddenError(message, code="other_request")
    charge_service(container, principal, 1)
    return controls.retry(*caller, seq)


class SignalBody(msgspec.Struct, forbid_unknown_fields=True):
    """What the handler gets from `wait_for`."""

    payload: Any = None


@routes.endpoint(
    "POST",
    "/api/queue/requests/{seq}/signals/{name}",
    "Give a request a signal, which its handler waits for or will wait for. "
    "The same signal again is harmless. Its payload may have 128 KiB as it is stored: without spaces, and "
    "with numbers written out",
    status=HTTPStatus.ACCEPTED,
    raises=(NotFoundError, ConflictError),
    permission=CONTROL,
)
def signal(
    container: Container, principal: Principal, seq: Seq, name: SignalName, body: SignalBody
) -> RequestAnswer:
    payload = signal_json(body.payload)
    signals = container.queueing.signals
    return request_view(signals(principal.user_id, principal.session_id, seq, name, payload))


@routes.endpoint(
    "POST",
    "/api/queue/requests/{seq}/skip",
    "Skip the request that halts or holds the queue",
    raises=(NotFoundError, ConflictError),
    permission=CONTROL,
)
def skip(container: Container, principal: Principal, seq: Seq) -> RequestAnswer:
    return request_view(container.queueing.controls.skip(principal.user_id, principal.session_id, seq))
