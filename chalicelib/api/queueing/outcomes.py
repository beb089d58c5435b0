"""The outcomes of the caller's requests: handed out once each, or read by clients that keep their place."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated

import msgspec

from chalicelib.adapters.json.codec import encode
from chalicelib.api.permissions import DEQUEUE, READ
from chalicelib.api.queueing.answer_size import one_answer
from chalicelib.api.queueing.parameters import HIGHEST, LONGEST_PAGE, Limit, Wait
from chalicelib.api.queueing.queue_view import QueueAnswer, queue_view
from chalicelib.api.queueing.request_views import OutcomesAnswer, RequestAnswer, RequestsAnswer, request_view
from chalicelib.container import Container
from chalicelib.core.errors import ConflictError
from chalicelib.core.identity.account import Principal
from chalicelib.core.queueing.request import Request
from chalicelib.web.routes import Routes

routes = Routes("Queue")

type After = Annotated[
    int, msgspec.Meta(ge=0, le=HIGHEST, description="The last number that you have seen; default: `read`")
]
type Most = Annotated[int, msgspec.Meta(ge=1, le=LONGEST_PAGE, description="How many are taken at most")]


class MarkRead(msgspec.Struct, forbid_unknown_fields=True):
    seq: Annotated[int, msgspec.Meta(ge=0, le=HIGHEST, description="The last number that was read")]


@routes.endpoint(
    "GET",
    "/api/queue/dequeue",
    "Take the next outcome; not safe to repeat, because a lost answer is not returned again",
    permission=DEQUEUE,
)
def dequeue(container: Container, principal: Principal, wait: Wait = 0) -> RequestAnswer | None:
    queueing = container.queueing
    return queueing.dequeue(principal.user_id, principal.session_id, lambda found: _encodable(found)[0], wait)


@routes.endpoint(
    "GET",
    "/api/queue/dequeue/batch",
    "Take up to `max` of the next outcomes; not safe to repeat, because a lost answer is not returned again",
    permission=DEQUEUE,
)
def dequeue_batch(
    container: Container,
    principal: Principal,
    max: Most = LONGEST_PAGE,  # noqa: A002  (the name in the query)
    wait: Wait = 0,
) -> RequestsAnswer | None:
    def show(found: Sequence[Request]) -> RequestsAnswer:
        return RequestsAnswer(_encodable(found))

    extent = partial(one_answer, max)
    return container.queueing.dequeue(principal.user_id, principal.session_id, show, wait, extent)


@routes.endpoint(
    "GET",
    "/api/queue/outcomes",
    "List outcomes after a number; changes nothing and may be repeated",
    permission=READ,
)
def list_outcomes(
    container: Container,
    principal: Principal,
    after: After | None = None,
    limit: Limit = 50,
    wait: Wait = 0,
) -> OutcomesAnswer:
    page, queue = container.queueing.outcomes(
        principal.user_id, principal.session_id, after, one_answer(limit), wait
    )
    outcomes = [request_view(request) for request in page.requests]
    return OutcomesAnswer(outcomes, page.after, queue.read, queue.head)


@routes.endpoint(
    "POST",
    "/api/queue/read",
    "Mark outcomes as read up to a number",
    raises=(ConflictError,),
    permission=DEQUEUE,
)
def mark_read(container: Container, principal: Principal, body: MarkRead) -> QueueAnswer:
    queue = container.queueing.outcomes.mark_read(principal.user_id, principal.session_id, body.seq)
    return queue_view(container.queueing.watch.line(queue))


def _encodable(requests: Sequence[Request]) -> list[RequestAnswer]:
    """The views, encoded once as a trial: what cannot be answered must fail before `read` moves."""
    views = [request_view(request) for request in requests]
    encode(views)
    return views
