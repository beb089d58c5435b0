"""The account of the caller."""

from chalicelib.api.identity.account_bodies import ChangePassword, DeleteAccount
from chalicelib.api.identity.account_views import OwnAccountAnswer, own_account_view
from chalicelib.api.identity.exporting import ExportAnswer, Mark, page_of
from chalicelib.container import Container
from chalicelib.core.errors import ForbiddenError
from chalicelib.core.identity.account import Principal
from chalicelib.web.routes import Routes

routes = Routes("Account")


@routes.endpoint("GET", "/api/account", "Show your account")
def show_account(container: Container, principal: Principal) -> OwnAccountAnswer:
    return own_account_view(container.identity.own_account.show(principal))


@routes.endpoint(
    "POST",
    "/api/account/password",
    "Change the password and end all other sessions",
    raises=(ForbiddenError,),
)
def change_password(container: Container, principal: Principal, body: ChangePassword) -> None:
    container.identity.own_account.change_password(principal, body.current_password, body.new_password)


@routes.endpoint("GET", "/api/account/export", "Export all that is stored about you, page by page")
def export_account(container: Container, principal: Principal, after: Mark = "") -> ExportAnswer:
    from chalicelib.core.identity.export import Subject

    container.identity.sessions.require_live(principal)
    return page_of(container, Subject(principal.user_id, principal.username), after)


@routes.endpoint(
    "POST", "/api/account/delete", "Delete the account and all its data", raises=(ForbiddenError,)
)
def delete_account(container: Container, principal: Principal, body: DeleteAccount) -> None:
    container.identity.own_account.delete(principal, body.password)
