"""Authentication: who makes a call, and whether they may."""

from dataclasses import dataclass, replace
from typing import Any

from chalicelib.adapters.runtime import logs
from chalicelib.api.permissions import ADMIN, CONTROL
from chalicelib.container import Container
from chalicelib.core.errors import ForbiddenError, UnauthenticatedError
from chalicelib.core.identity.account import Principal, Role
from chalicelib.web.operations import Operation

KEY_PREFIX = "gk_"  # of the keys of services


@dataclass(frozen=True, slots=True)
class Gate:
    """Lets in users by the access tokens that this service has issued, and services by their keys.

    A user may do anything with the own queue. A service acts for the users whom the paths name, as far as the
    scopes of its key go: the permissions of operations that have both are scopes.
    """

    container: Container

    def admit(self, token: str | None, operation: Operation) -> Principal:
        if token is None:
            raise UnauthenticatedError("Sign in and send the access token as `Authorization: Bearer …`.")
        is_key = token.startswith(KEY_PREFIX)
        if operation.on_behalf:
            return self._service(token, operation.permission) if is_key else _refuse_user()
        if is_key:
            return _refuse_service()
        principal = self.container.adapters.tokens.verify(token)
        bind_caller(principal)
        if operation.permission == ADMIN and principal.role is not Role.ADMIN:
            raise ForbiddenError("This is for administrators only.", code="admin_only")
        return principal

    def acting_for(self, principal: Any, name: str, operation: Operation) -> Principal:
        """Notes in the audit log that a service steers a queue, before it does."""
        logs.bind(user=name)
        if operation.permission == CONTROL:
            deeds, key_id = self.container.identity.service_deeds, principal.session_id.partition(":")[2]
            deeds.note(principal.username, key_id, operation.own_id, name)
        acting: Principal = replace(principal, user_id=name)
        return acting

    def _service(self, key: str, scope: str | None) -> Principal:
        from chalicelib.core.identity.scopes import allows, missing
        from chalicelib.core.queueing.access import service_access

        service = self.container.identity.service_keys.verify(key)
        logs.bind(service=service.name, key=service.key_id)
        if scope is None or not allows(service.scopes, scope):
            raise missing(scope or "")
        return Principal("", service.name, service_access(service.key_id), scopes=service.scopes)


def bind_caller(principal: Principal) -> None:
    """From now on each line of this invocation's log names the caller."""
    logs.bind(user=principal.user_id, session=principal.session_id)


def _refuse_user() -> Principal:
    raise ForbiddenError("This is for services, which call with a key.", code="services_only")


def _refuse_service() -> Principal:
    message = "A service acts for users: it names one in the address, as in /api/users/ada/queue."
    raise ForbiddenError(message, code="user_not_named")
