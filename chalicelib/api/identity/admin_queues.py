"""The queues of all users, for administrators."""

from http import HTTPStatus
from typing import Annotated, Literal

import msgspec

from chalicelib.api.identity.admin_views import (
    QueuesAnswer,
    StatsAnswer,
    UserQueueAnswer,
    stats_view,
    user_queue_view,
)
from chalicelib.api.identity.exporting import ExportAnswer, Mark, page_of
from chalicelib.api.permissions import ADMIN
from chalicelib.api.queueing.parameters import Limit, Seq
from chalicelib.api.queueing.request_views import RequestAnswer, request_view
from chalicelib.api.queueing.requests import stopped_view
from chalicelib.container import Container
from chalicelib.core.errors import ConflictError, NotFoundError
from chalicelib.core.identity.account import Principal
from chalicelib.core.queueing.line import Line
from chalicelib.core.queueing.queue import Queue
from chalicelib.web.call import Call
from chalicelib.web.routes import Routes

routes = Routes("Administration", permission=ADMIN)

# The id of an account, or a name that a service has given.
type UserId = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._:@~-]{1,128}\Z")]
type StateName = Literal["open", "paused", "halted", "held", "closed"]

QUEUE = "/api/admin/queues/{user_id}"
REFUSALS = (NotFoundError, ConflictError)


@routes.endpoint("GET", "/api/admin/queues", "List the queues of all users")
def list_queues(
    container: Container,
    principal: Principal,
    *,
    after: UserId | None = None,
    limit: Limit = 50,
    state: StateName | None = None,
    username: Annotated[str, msgspec.Meta(max_length=64, description="The username or a part of it")] = "",
) -> QueuesAnswer:
    def matches(queue: Queue) -> bool:
        return (state is None or queue.state == state) and username.casefold() in queue.username

    queues, following = container.identity.administration.queues(principal, after, limit, matches)
    return QueuesAnswer([user_queue_view(queue) for queue in queues], following)


@routes.endpoint("GET", "/api/admin/stats", "Show totals of all queues")
def stats(container: Container, principal: Principal) -> StatsAnswer:
    return stats_view(container.identity.administration.stats(principal))


@routes.endpoint("GET", QUEUE, "Show the queue of a user", raises=(NotFoundError,))
def show_user_queue(container: Container, principal: Principal, user_id: UserId) -> UserQueueAnswer:
    return user_queue_view(container.identity.administration.queue(principal, user_id))


@routes.endpoint(
    "GET",
    "/api/admin/users/{user_id}/export",
    "Export all that is stored about a user, page by page",
    raises=(NotFoundError,),
)
def export_user(
    container: Container, principal: Principal, user_id: UserId, after: Mark = ""
) -> ExportAnswer:
    def export() -> ExportAnswer:
        return page_of(container, container.identity.export.subject_of(user_id), after)

    return container.identity.administration.carry_out(principal, "export user", user_id, export)


@routes.endpoint(
    "DELETE",
    "/api/admin/users/{user_id}",
    "Delete a user, the account if there is one, and all that is stored about them",
    raises=REFUSALS,
)
def remove_user(container: Container, principal: Principal, user_id: UserId) -> None:
    deletion = container.identity.user_deletion
    container.identity.administration.carry_out(
        principal, "delete user", user_id, lambda: deletion.by_administrator(user_id)
    )


@routes.endpoint("POST", f"{QUEUE}/pause", "Pause the queue of a user", raises=REFUSALS)
def pause_user_queue(container: Container, principal: Principal, user_id: UserId) -> UserQueueAnswer:
    return user_queue_view(container.identity.administration.pause(principal, user_id))


@routes.endpoint("POST", f"{QUEUE}/resume", "Resume the queue of a user", raises=REFUSALS)
def resume_user_queue(container: Container, principal: Principal, user_id: UserId) -> UserQueueAnswer:
    return user_queue_view(container.identity.administration.resume(principal, user_id))


@routes.endpoint("POST", f"{QUEUE}/purge", "Cancel all waiting requests of a user", raises=REFUSALS)
def purge_user_queue(container: Container, principal: Principal, user_id: UserId) -> UserQueueAnswer:
    return user_queue_view(container.identity.administration.purge(principal, user_id))


@routes.endpoint(
    "POST",
    f"{QUEUE}/requests/{{seq}}/retry",
    "Repeat the request that halts or holds the queue of a user",
    raises=REFUSALS,
)
def retry_user_request(
    container: Container, principal: Principal, user_id: UserId, seq: Seq
) -> RequestAnswer:
    request, queue = container.identity.administration.retry(principal, user_id, seq)
    return request_view(request, Line(queue, request, container.adapters.clock.now()))


@routes.endpoint(
    "POST",
    f"{QUEUE}/requests/{{seq}}/stop",
    "Stop a request of a user: 200 if it is cancelled, 202 if it runs and will end as cancelled",
    status=(HTTPStatus.OK, HTTPStatus.ACCEPTED),
    raises=REFUSALS,
)
def stop_user_request(
    container: Container, call: Call, principal: Principal, user_id: UserId, seq: Seq
) -> RequestAnswer:
    return stopped_view(call, container.identity.administration.stop(principal, user_id, seq))


@routes.endpoint(
    "POST",
    f"{QUEUE}/requests/{{seq}}/skip",
    "Skip the request that halts or holds the queue of a user",
    raises=REFUSALS,
)
def skip_user_request(container: Container, principal: Principal, user_id: UserId, seq: Seq) -> RequestAnswer:
    return request_view(container.identity.administration.skip(principal, user_id, seq))
