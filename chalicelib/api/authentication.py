"""Authentication: who makes a call, and whether they may."""

from chalicelib.adapters.runtime import logs
from chalicelib.container import Container
from chalicelib.core.errors import ForbiddenError, UnauthenticatedError
from chalicelib.core.identity.account import Principal, Role
from chalicelib.web.mounting import Authenticate

ADMIN = "admin"  # the permission of administrators


def authenticator(container: Container) -> Authenticate:
    """Authenticates callers by the access tokens that this service has issued."""

    def authenticate(token: str | None, permission: str | None) -> Principal:
        if token is None:
            raise UnauthenticatedError("Sign in and send the access token as `Authorization: Bearer …`.")
        principal = container.adapters.tokens.verify(token)
        bind_caller(principal)
        if permission == ADMIN and principal.role is not Role.ADMIN:
            raise ForbiddenError("This is for administrators only.", code="admin_only")
        return principal

    return authenticate


def bind_caller(principal: Principal) -> None:
    """From now on each line of this invocation's log names the caller."""
    logs.bind(user=principal.user_id, session=principal.session_id)
