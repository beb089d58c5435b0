"""Users whom services name, as a whole: export what is stored about one, or delete it."""

from chalicelib.api.identity.exporting import ExportAnswer, Mark, page_of
from chalicelib.api.permissions import CONTROL, READ
from chalicelib.container import Container
from chalicelib.core.errors import ForbiddenError, NotFoundError
from chalicelib.core.identity.account import Principal
from chalicelib.web.routes import Routes

routes = Routes("Queues of users", permission=READ)


@routes.endpoint(
    "GET",
    "/api/users/{user}/export",
    "Export all that is stored about a user, page by page",
)
def export_for_user(container: Container, principal: Principal, after: Mark = "") -> ExportAnswer:
    from chalicelib.core.identity.export import Subject

    container.queueing.watch.queue_of(principal.user_id, principal.session_id)
    return page_of(container, Subject(principal.user_id, ""), after)


@routes.endpoint(
    "DELETE",
    "/api/users/{user}",
    "Delete a user and all that is stored about them",
    raises=(NotFoundError, ForbiddenError),
    permission=CONTROL,
)
def delete_user(container: Container, principal: Principal) -> None:
    container.identity.user_deletion.by_service(principal.user_id, principal.session_id)
