"""Sign up, in and out; one's sessions and one's account."""

import re
from http import HTTPStatus
from typing import Annotated

import msgspec

from chalicelib.api.authentication import bind_caller
from chalicelib.api.bodies import ChangePassword, DeleteAccount, Login, Refresh, Register
from chalicelib.api.views import (
    AccountAnswer,
    OwnAccountAnswer,
    SessionsAnswer,
    TokensAnswer,
    account_view,
    credentials_view,
    own_account_view,
    session_view,
)
from chalicelib.container import Container
from chalicelib.core.errors import ConflictError, ForbiddenError, NotFoundError, UnauthenticatedError
from chalicelib.core.identity.account import Credentials, Principal
from chalicelib.core.identity.client import Client
from chalicelib.web.call import Call
from chalicelib.web.routes import Routes

routes = Routes()

NOT_PRINTABLE = re.compile(r"[^ -~]")
LONGEST_CLIENT = 120

type SessionId = Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9_-]{1,40}$")]


def client_of(call: Call) -> Client:
    name = NOT_PRINTABLE.sub("", call.request.headers.get("user-agent", ""))[:LONGEST_CLIENT]
    return Client.at(call.source, name)


def credentials_of(credentials: Credentials) -> TokensAnswer:
    bind_caller(credentials.principal)
    return credentials_view(credentials)


@routes.endpoint(
    "POST",
    "/api/auth/register",
    "Sign up",
    status=HTTPStatus.CREATED,
    raises=(ForbiddenError, ConflictError),
)
def register(container: Container, call: Call, body: Register) -> AccountAnswer:
    return account_view(container.identity.registration(body.username, body.password, client_of(call)))


@routes.endpoint("POST", "/api/auth/login", "Sign in", raises=(UnauthenticatedError,))
def login(container: Container, call: Call, body: Login) -> TokensAnswer:
    return credentials_of(container.identity.sign_in(body.username, body.password, client_of(call)))


@routes.endpoint(
    "POST",
    "/api/auth/refresh",
    "Exchange the refresh token for new tokens",
    raises=(UnauthenticatedError,),
)
def refresh(container: Container, call: Call, body: Refresh) -> TokensAnswer:
    return credentials_of(container.identity.sessions.refresh(body.refresh_token, client_of(call).network))


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
    "DELETE",
    "/api/auth/sessions/{session_id}",
    "End one of your sessions",
    raises=(NotFoundError,),
)
def end_session(container: Container, principal: Principal, session_id: SessionId) -> None:
    container.identity.sessions.end(principal, session_id)


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


@routes.endpoint(
    "POST",
    "/api/account/delete",
    "Delete the account and all its data",
    raises=(ForbiddenError,),
)
def delete_account(container: Container, principal: Principal, body: DeleteAccount) -> None:
    container.identity.own_account.delete(principal, body.password)
