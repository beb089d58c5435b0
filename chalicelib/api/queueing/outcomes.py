"""The outcomes of the caller's requests: handed out once each, or read by clients that keep their place."""

from typing import Annotated

import msgspec

from chalicelib.adapters.json.codec import encode
from chalicelib.api.permissions import DEQUEUE, READ
from chalicelib.api.queueing.answer_size import one_answer
from chalicelib.api.queueing.parameters import HIGHEST, Limit, Wait
from chalicelib.api.queueing.queue_view import QueueAnswer, queue_view
from chalicelib.api.queueing.request_views import OutcomesAnswer, RequestAnswer, request_view
from chalicelib.container import Container
from chalicelib.core.errors import ConflictError
from chalicelib.core.identity.account import Principal
from chalicelib.core.queueing.request import Request
from chalicelib.web.routes import Routes

routes = Routes("Queue")

type After = Annotated[
    int, msgspec.Meta(ge=0, le=HIGHEST, description="The last number that you have seen; default: `read`")
]


class MarkRead(msgspec.Struct, forbid_unknown_fields=True):
    seq: Annotated[int, msgspec.Meta(ge=0, le=HIGHEST, description="The last number that was read")]


@routes.endpoint(
    "GET",
    "/api/queue/dequeue",
    "Take the next outcome; not safe to repeat, because a lost answer is not returned again",
    permission=DEQUEUE,
)
def dequeue(container: Container, principal: Principal, wait: Wait = 0) -> RequestAnswer | None:
    return container.queueing.dequeue(principal.user_id, principal.session_id, _encodable_view, wait)


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


def _encodable_view(request: Request) -> RequestAnswer:
    """The view, encoded once as a trial: an outcome that cannot be answered must fail before `read` moves."""
    view = request_view(request)
    encode(view)
    return view
