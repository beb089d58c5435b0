"""Sign up, sign in and sign out; the sessions of the caller."""

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated

import msgspec

from chalicelib.adapters.runtime import logs
from chalicelib.api.authentication import bind_caller
from chalicelib.api.identity.account_bodies import Login, Refresh, Register, UseSignInLink
from chalicelib.api.identity.account_views import (
    AccountAnswer,
    SessionsAnswer,
    TokensAnswer,
    account_view,
    credentials_view,
    session_view,
)
from chalicelib.container import Container
from chalicelib.core.errors import ConflictError, ForbiddenError, NotFoundError, UnauthenticatedError
from chalicelib.core.identity.account import Credentials, Principal
from chalicelib.web.call import Call
from chalicelib.web.routes import Routes

if TYPE_CHECKING:
    from chalicelib.core.identity.client import Client

routes = Routes("Authentication")

NOT_PRINTABLE = re.compile(r"[^ -~]")
LONGEST_CLIENT_NAME = 120

type SessionId = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{1,40}\Z")]


@routes.endpoint(
    "POST",
    "/api/auth/register",
    "Sign up",
    status=HTTPStatus.CREATED,
    raises=(ForbiddenError, ConflictError),
)
def register(container: Container, call: Call, body: Register) -> AccountAnswer:
    account = container.identity.registration(body.username, body.password, _client(call))
    logs.bind(user=account.user_id)
    return account_view(account)


@routes.endpoint("POST", "/api/auth/login", "Sign in", raises=(UnauthenticatedError,))
def login(container: Container, call: Call, body: Login) -> TokensAnswer:
    return _started(container.identity.sign_in(body.username, body.password, _client(call)))


@routes.endpoint(
    "POST",
    "/api/auth/sign-in-link",
    "Set a new password with a sign-in link, and sign in",
    raises=(UnauthenticatedError,),
)
def use_sign_in_link(container: Container, call: Call, body: UseSignInLink) -> TokensAnswer:
    return _started(container.identity.recovery.use_link(body.token, body.new_password, _client(call)))


@routes.endpoint(
    "POST",
    "/api/auth/refresh",
    "Exchange the refresh token for new tokens",
    raises=(UnauthenticatedError,),
)
def refresh(container: Container, call: Call, body: Refresh) -> TokensAnswer:
    return _started(container.identity.sessions.refresh(body.refresh_token, _client(call).network))


@routes.endpoint("POST", "/api/auth/logout", "Sign out")
def logout(container: Container, principal: Principal) -> None:
    container.identity.sessions.sign_out(principal)


@routes.endpoint("GET", "/api/auth/sessions", "List your sessions")
def list_sessions(container: Container, principal: Principal) -> SessionsAnswer:
    sessions = container.identity.sessions.list(principal)
    return SessionsAnswer([session_view(session, principal.session_id) for session in sessions])


@routes.endpoint("DELETE", "/api/auth/sessions", "End all your other sessions")
def end_other_sessions(container: Container, principal: Principal) -> None:
    container.identity.sessions.end_others(principal)


@routes.endpoint(
    "DELETE", "/api/auth/sessions/{session_id}", "End one of your sessions", raises=(NotFoundError,)
)
def end_session(container: Container, principal: Principal, session_id: SessionId) -> None:
    container.identity.sessions.end(principal, session_id)


def _client(call: Call) -> "Client":
    from chalicelib.core.identity.client import Client  # imported late: few calls need it

    name = NOT_PRINTABLE.sub("", call.request.headers.get("user-agent", ""))[:LONGEST_CLIENT_NAME]
    return Client.at(call.source, name)


def _started(credentials: Credentials) -> TokensAnswer:
    """The caller was unknown until now, so the call's log lines get the name here."""
    bind_caller(credentials.principal)
    return credentials_view(credentials)
