"""Send requests: one, or a batch."""

from collections.abc import Sequence
from functools import partial
from http import HTTPStatus
from typing import Annotated

import msgspec

from chalicelib.api.permissions import ENQUEUE
from chalicelib.api.queueing.answer_size import ANSWER_LIMIT, size_of, without_results
from chalicelib.api.queueing.enqueue_body import Reader, idempotency_key
from chalicelib.api.queueing.orders import Batch, Order
from chalicelib.api.queueing.request_views import RequestAnswer, RequestsAnswer, request_view
from chalicelib.container import Container
from chalicelib.core.errors import ConflictError, FieldError, InvalidInputError, NotFoundError, TooManyError
from chalicelib.core.identity.account import Principal
from chalicelib.core.queueing.access import key_of
from chalicelib.core.queueing.enqueue import Accepted, Claim, Work
from chalicelib.core.queueing.line import Line
from chalicelib.web.call import Call
from chalicelib.web.operations import Header
from chalicelib.web.routes import Routes

routes = Routes("Queue")

BODY_LIMIT = 2 * 1024 * 1024  # bytes; Lambda takes 6 MB, and the body arrives in it as an escaped string

type Key = Annotated[str, msgspec.Meta(pattern=r"^[!-~]{1,255}\Z")]
GivenKey = Annotated[Key | None, Header("Idempotency-Key")]


@routes.endpoint(
    "POST",
    "/api/queue/enqueue",
    "Send one request",
    status=HTTPStatus.ACCEPTED,
    raises=(NotFoundError, ConflictError, TooManyError),
    headers=("Location", "Idempotency-Replayed"),
    body_limit=BODY_LIMIT,
    permission=ENQUEUE,
)
def enqueue(
    container: Container, call: Call, principal: Principal, body: Order, idempotency_key: GivenKey = None
) -> RequestAnswer:
    accepted = _enqueue(container, principal, body, idempotency_key)
    return accepted_views(container, call, accepted, "requests")[0]


@routes.endpoint(
    "POST",
    "/api/queue/enqueue/batch",
    "Send up to 100 requests, accepted together or not at all",
    status=HTTPStatus.ACCEPTED,
    raises=(TooManyError,),
    headers=("Location", "Idempotency-Replayed", "Results-Omitted"),
    body_limit=BODY_LIMIT,
    permission=ENQUEUE,
)
def enqueue_batch(
    container: Container, call: Call, principal: Principal, body: Batch, idempotency_key: GivenKey = None
) -> RequestsAnswer:
    accepted = _enqueue(container, principal, body, idempotency_key)
    return RequestsAnswer(accepted_views(container, call, accepted, "../requests"))


def _enqueue(container: Container, principal: Principal, body: Order | Batch, key: str | None) -> Accepted:
    works = reader(container).works(body)
    require_types(principal, works)
    claim = _claim(container, principal) if works[0].upload else None
    charge_service(container, principal, len(works))
    return container.queueing.enqueue(
        principal.user_id, principal.session_id, works, idempotency_key(key, works), claim
    )


def _claim(container: Container, principal: Principal) -> Claim:
    """Raises InvalidInputError if the deployment takes no uploads."""
    uploads = container.queueing.uploads
    if uploads is None:
        fault = FieldError("payload_upload", "is not possible: this deployment takes no uploads")
        raise InvalidInputError.listing(fault)
    return partial(uploads.claim, principal.user_id, check=reader(container).check_upload)


def reader(container: Container) -> Reader:
    """Reads what a call asks for now."""
    now = container.adapters.clock.now()
    return Reader(container.declared, container.check_settings, now, container.require_callback)


def require_types(principal: Principal, works: Sequence[Work]) -> None:
    """Raises ForbiddenError if the caller may not send requests of all these types."""
    if principal.scopes is not None:
        from chalicelib.core.identity import scopes  # only for callers who have any

        scopes.require_types(principal.scopes, (work.type for work in works))


def charge_service(container: Container, principal: Principal, count: int) -> None:
    """Takes tokens out of the bucket of the service's key, if it has one. Raises TooManyError."""
    if principal.limit is not None:
        container.identity.service_limit(key_of(principal.session_id), principal.limit, count)


def accepted_views(container: Container, call: Call, accepted: Accepted, base: str) -> list[RequestAnswer]:
    """The accepted requests. Sets the headers of the answer that say where they are, and what is left out.

    `base` leads from the call's path to the requests: the prefix of a stage is unknown here.
    """
    first = accepted.requests[0]
    # The requests ahead are not read for this answer: the wait is known only for the head of the line.
    line = Line(accepted.queue, first, container.adapters.clock.now())
    views = [request_view(request, line) for request in accepted.requests]
    call.headers["Location"] = f"{base}/{first.seq}"
    if not accepted.replayed:
        return views
    call.headers["Idempotency-Replayed"] = "true"
    has_all = all(request.result is not None or not request.result_bytes for request in accepted.requests)
    if has_all and sum(map(size_of, views)) <= ANSWER_LIMIT:
        return views
    call.headers["Results-Omitted"] = "true"
    return without_results(views)
