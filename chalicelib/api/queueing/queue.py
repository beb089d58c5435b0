"""The caller's queue as a whole: show it and control it."""

from chalicelib.api.permissions import CONTROL, READ
from chalicelib.api.queueing.queue_view import QueueAnswer, queue_view
from chalicelib.container import Container
from chalicelib.core.errors import ConflictError, NotFoundError
from chalicelib.core.identity.account import Principal
from chalicelib.core.queueing.queue import Queue
from chalicelib.web.routes import Routes

routes = Routes("Queue")

REFUSALS = (NotFoundError, ConflictError)  # users without an account may have no queue yet


@routes.endpoint("GET", "/api/queue", "Show the queue", permission=READ)
def show_queue(container: Container, principal: Principal) -> QueueAnswer:
    return queue_view(container.queueing.watch.queue(principal.user_id, principal.session_id))


@routes.endpoint(
    "DELETE",
    "/api/queue",
    "Cancel all waiting requests, and delete the history and what is scheduled",
    permission=CONTROL,
)
def delete_queue(container: Container, principal: Principal) -> QueueAnswer:
    """What is scheduled first: an entry that enters meanwhile has its number before the purge.

    A name may have scheduled requests and no queue yet. It is shown as empty, as by `show_queue`.
    """
    queueing, user = container.queueing, (principal.user_id, principal.session_id)
    queueing.scheduling.forget(*user)
    try:
        return _changed(container, queueing.controls.purge(*user, forget=True))
    except NotFoundError:
        return show_queue(container, principal)


@routes.endpoint("POST", "/api/queue/pause", "Pause the queue", raises=REFUSALS, permission=CONTROL)
def pause(container: Container, principal: Principal) -> QueueAnswer:
    controls = container.queueing.controls
    return _changed(container, controls.pause(principal.user_id, principal.session_id))


@routes.endpoint("POST", "/api/queue/resume", "Resume the queue", raises=REFUSALS, permission=CONTROL)
def resume(container: Container, principal: Principal) -> QueueAnswer:
    controls = container.queueing.controls
    return _changed(container, controls.resume(principal.user_id, principal.session_id))


@routes.endpoint(
    "POST", "/api/queue/purge", "Cancel all waiting requests", raises=(NotFoundError,), permission=CONTROL
)
def purge(container: Container, principal: Principal) -> QueueAnswer:
    controls = container.queueing.controls
    return _changed(container, controls.purge(principal.user_id, principal.session_id))


def _changed(container: Container, queue: Queue) -> QueueAnswer:
    """The queue as the control has written it; only the request at its head is read."""
    return queue_view(container.queueing.watch.line(queue))
