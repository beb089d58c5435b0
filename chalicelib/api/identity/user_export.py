"""All that is stored about a user of a service."""

from chalicelib.api.identity.exporting import ExportAnswer, Mark, page_of
from chalicelib.api.permissions import READ
from chalicelib.container import Container
from chalicelib.core.errors import NotFoundError
from chalicelib.core.identity.account import Principal
from chalicelib.core.queueing.queue import require_live
from chalicelib.web.routes import Routes

routes = Routes("Queues of users", permission=READ)


@routes.endpoint(
    "GET",
    "/api/users/{user}/export",
    "Export all that is stored about a user, page by page",
    raises=(NotFoundError,),
)
def export_for_user(container: Container, principal: Principal, after: Mark = "") -> ExportAnswer:
    queue = container.adapters.store.queues.get(principal.user_id)
    require_live(queue, principal.session_id, container.adapters.clock.now())
    return page_of(container, principal.user_id, "", after)
