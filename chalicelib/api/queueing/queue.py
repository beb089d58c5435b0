"""The caller's queue as a whole: show it and control it."""

from chalicelib.api.permissions import CONTROL, READ
from chalicelib.api.queueing.queue_view import QueueAnswer, queue_view
from chalicelib.container import Container
from chalicelib.core.errors import ConflictError, NotFoundError, UnavailableError
from chalicelib.core.identity.account import Principal
from chalicelib.core.queueing.queue import Queue
from chalicelib.web.routes import Routes

routes = Routes("Queue")

FORGETTING_MS = 15_000  # for what is scheduled: the purge has to end before the gateway gives up, after 29 s
LEFT = (
    "The waiting requests are cancelled and the history is deleted, but there was no time to delete all "
    "scheduled requests. Repeat the call until it succeeds."
)
REFUSALS = (NotFoundError, ConflictError)  # users without an account may have no queue yet


@routes.endpoint("GET", "/api/queue", "Show the queue", permission=READ)
def show_queue(container: Container, principal: Principal) -> QueueAnswer:
    return queue_view(container.queueing.watch.queue(principal.user_id, principal.session_id))


@routes.endpoint(
    "DELETE",
    "/api/queue",
    "Cancel all waiting requests, and delete the history and what is scheduled. 503 if so much is scheduled "
    "that some of it is left: the rest is done, and the same call again deletes more",
    permission=CONTROL,
)
def delete_queue(container: Container, principal: Principal) -> QueueAnswer:
    """What is scheduled first: an entry that enters meanwhile has its number before the purge.

    If there are too many entries for one call, the purge comes all the same: the user has asked that
    nothing goes on. Those that are left may enter after it and run, until a further call deletes or cancels
    them.
    """
    until = container.adapters.clock.now() + FORGETTING_MS
    all_gone = container.queueing.scheduling.forget(principal.user_id, principal.session_id, until)
    queue = _forgotten(container, principal)
    if not all_gone:
        raise UnavailableError(LEFT)
    return queue


def _forgotten(container: Container, principal: Principal) -> QueueAnswer:
    """A name may have scheduled requests and no queue yet. It is shown as empty, as by `show_queue`."""
    controls = container.queueing.controls
    try:
        return _changed(container, controls.purge(principal.user_id, principal.session_id, forget=True))
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
