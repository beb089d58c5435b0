"""Sign up, in and out; one's sessions and one's account."""

import re
from http import HTTPStatus
from typing import Annotated

import msgspec
from chalice.app import Blueprint

from chalicelib import wiring_accounts as wiring
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
from chalicelib.core.errors import ConflictError, ForbiddenError, NotFoundError, UnauthenticatedError
from chalicelib.core.identity.account import Credentials, Principal
from chalicelib.core.identity.client import Client
from chalicelib.web.endpoint import Call, endpoint, known, source_of

routes = Blueprint(__name__)

NOT_PRINTABLE = re.compile(r"[^ -~]")
LONGEST_CLIENT = 120

type SessionId = Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9_-]{1,40}$")]


def client_of(call: Call) -> Client:
    name = NOT_PRINTABLE.sub("", call.request.headers.get("user-agent", ""))[:LONGEST_CLIENT]
    return Client.at(source_of(call.request), name)


def credentials_of(credentials: Credentials) -> TokensAnswer:
    known(credentials.principal)
    return credentials_view(credentials)


@endpoint(
    routes,
    "POST",
    "/api/auth/register",
    "Sign up",
    status=HTTPStatus.CREATED,
    raises=(ForbiddenError, ConflictError),
)
def register(call: Call, body: Register) -> AccountAnswer:
    return account_view(wiring.registration()(body.username, body.password, client_of(call)))


@endpoint(routes, "POST", "/api/auth/login", "Sign in", raises=(UnauthenticatedError,))
def login(call: Call, body: Login) -> TokensAnswer:
    return credentials_of(wiring.sign_in()(body.username, body.password, client_of(call)))


@endpoint(
    routes,
    "POST",
    "/api/auth/refresh",
    "Exchange the refresh token for new tokens",
    raises=(UnauthenticatedError,),
)
def refresh(call: Call, body: Refresh) -> TokensAnswer:
    return credentials_of(wiring.sessions().refresh(body.refresh_token, client_of(call).network))


@endpoint(routes, "POST", "/api/auth/logout", "Sign out")
def logout(principal: Principal) -> None:
    wiring.sessions().sign_out(principal)


@endpoint(routes, "GET", "/api/auth/sessions", "List your sessions")
def list_sessions(principal: Principal) -> SessionsAnswer:
    sessions = wiring.sessions().list(principal)
    return SessionsAnswer([session_view(session, principal.session_id) for session in sessions])


@endpoint(routes, "DELETE", "/api/auth/sessions", "End all your other sessions")
def end_other_sessions(principal: Principal) -> None:
    wiring.sessions().end_others(principal)


@endpoint(
    routes,
    "DELETE",
    "/api/auth/sessions/{session_id}",
    "End one of your sessions",
    raises=(NotFoundError,),
)
def end_session(principal: Principal, session_id: SessionId) -> None:
    wiring.sessions().end(principal, session_id)


@endpoint(routes, "GET", "/api/account", "Show your account")
def show_account(principal: Principal) -> OwnAccountAnswer:
    return own_account_view(wiring.own_account().show(principal))


@endpoint(
    routes,
    "POST",
    "/api/account/password",
    "Change the password and end all other sessions",
    raises=(ForbiddenError,),
)
def change_password(principal: Principal, body: ChangePassword) -> None:
    wiring.own_account().change_password(principal, body.current_password, body.new_password)


@endpoint(
    routes,
    "POST",
    "/api/account/delete",
    "Delete the account and all its data",
    raises=(ForbiddenError,),
)
def delete_account(principal: Principal, body: DeleteAccount) -> None:
    wiring.own_account().delete(principal, body.password)
