"""Authentication: who makes a call, and whether they may."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from chalicelib.adapters.runtime import logs
from chalicelib.api.permissions import ADMIN, CONTROL
from chalicelib.container import Container
from chalicelib.core.errors import ForbiddenError, UnauthenticatedError
from chalicelib.core.identity.account import Principal, Role
from chalicelib.core.identity.scopes import allows, missing
from chalicelib.core.identity.services import PREFIX
from chalicelib.core.queueing.access import SERVICE, key_of, service_access
from chalicelib.web.operations import Operation


@dataclass(frozen=True, slots=True)
class Gate:
    """Lets in users by the tokens of this service or of the identity provider, and services by their keys.

    A user may do anything with the own queue. A service acts for the users whom the paths name, and whoever
    has a token that a service has made uses the queue of one user: both as far as their scopes go, which are
    the permissions of the operations on queues. Users of the identity provider have all of these scopes.
    """

    container: Container

    def admit(self, token: str | None, operation: Operation) -> Principal:
        if token is None:
            raise UnauthenticatedError("Sign in and send the access token as `Authorization: Bearer …`.")
        if token.startswith(PREFIX):
            return self._service(token, operation)
        if operation.on_behalf:
            raise ForbiddenError("This is for services, which call with a key.", code="services_only")
        principal = self._user(token)
        bind_caller(principal)
        if principal.scopes is not None:
            _require_scope(principal, operation.permission)
        if operation.permission == ADMIN and principal.role is not Role.ADMIN:
            raise ForbiddenError("This is for administrators only.", code="admin_only")
        return principal

    def confirm(self, principal: Any, operation: Operation, found: Mapping[str, Any]) -> Principal:
        """The caller, acting for the user whom the path names if it names one."""
        caller: Principal = principal
        if caller.seq is not None and found.get("seq") != caller.seq:
            raise ForbiddenError(f"This token is for request {caller.seq} alone.", code="other_request")
        if operation.on_behalf is None:
            return caller
        user = str(found[operation.on_behalf.argument])
        logs.bind(user=user)
        return replace(caller, user_id=user)

    def carry_out(self, principal: Any, operation: Operation, do: Callable[[], Any]) -> Any:
        """With entries in the audit log if a service, or whoever has a token of one, steers a queue."""
        caller: Principal = principal
        if operation.permission != CONTROL or not caller.session_id.startswith(SERVICE):
            return do()
        from chalicelib.core.identity.service_administration import BEARER

        actor = caller.username if operation.on_behalf else BEARER
        deeds, key_id = self.container.identity.service_deeds, key_of(caller.session_id)
        return deeds.carry_out(actor, key_id, operation.own_id, caller.user_id, do)

    def _user(self, token: str) -> Principal:
        """Raises UnauthenticatedError, UnavailableError."""
        outside = self.container.adapters
        if self.container.settings.oidc_issuer and outside.identity_provider.has_issued(token):
            return outside.identity_provider.verify(token)
        return outside.tokens.verify(token)

    def _service(self, key: str, operation: Operation) -> Principal:
        if operation.on_behalf is None:
            message = "A service acts for users: it names one in the address, as in /api/users/ada/queue."
            raise ForbiddenError(message, code="user_not_named")
        service = self.container.identity.service_keys.verify(key)
        logs.bind(service=service.name, key=service.key_id)
        access, scopes, limit = service_access(service.key_id), service.scopes, service.bucket
        principal = Principal("", service.name, access, scopes=scopes, limit=limit)
        _require_scope(principal, operation.permission)
        return principal


def bind_caller(principal: Principal) -> None:
    """From now on each line of this invocation's log names the caller."""
    logs.bind(user=principal.user_id, session=principal.session_id)


def _require_scope(principal: Principal, scope: str | None) -> None:
    """What has no scope is for accounts."""
    if scope is None or scope == ADMIN:
        raise ForbiddenError("This is for users with an account.", code="accounts_only")
    if not allows(principal.scopes or frozenset(), scope):
        raise missing(scope)
