"""Sign up, in and out; one's sessions and one's account."""

import re
from http import HTTPStatus
from typing import Annotated

import msgspec
from chalice.app import Blueprint

from chalicelib import wiring_accounts as wiring
from chalicelib.core.account import Principal
from chalicelib.core.errors import ConflictError, ForbiddenError, NotFoundError, UnauthenticatedError
from chalicelib.entrypoints.bodies import ChangePassword, DeleteAccount, Login, Refresh, Register
from chalicelib.entrypoints.http import Call, endpoint
from chalicelib.entrypoints.views import (
    AccountAnswer,
    OwnAccountAnswer,
    SessionsAnswer,
    TokensAnswer,
    account_view,
    credentials_view,
    own_account_view,
    session_view,
)

routes = Blueprint(__name__)

NOT_PRINTABLE = re.compile(r"[^ -~]")
LONGEST_CLIENT = 120

type SessionId = Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9_-]{1,40}$")]


@endpoint(
    routes,
    "POST",
    "/api/auth/register",
    "Sign up",
    status=HTTPStatus.CREATED,
    raises=(ForbiddenError, ConflictError),
)
def register(body: Register) -> AccountAnswer:
    return account_view(wiring.registration()(body.username, body.password))


@endpoint(routes, "POST", "/api/auth/login", "Sign in", raises=(UnauthenticatedError,))
def login(call: Call, body: Login) -> TokensAnswer:
    client = NOT_PRINTABLE.sub("", call.request.headers.get("user-agent", ""))[:LONGEST_CLIENT]
    return credentials_view(wiring.sign_in()(body.username, body.password, client))


@endpoint(
    routes,
    "POST",
    "/api/auth/refresh",
    "Spend the refresh token for new tokens; a spent one that comes back ends the session",
    raises=(UnauthenticatedError,),
)
def refresh(body: Refresh) -> TokensAnswer:
    return credentials_view(wiring.sessions().refresh(body.refresh_token))


@endpoint(routes, "POST", "/api/auth/logout", "Sign out: nothing more is accepted from this session")
def logout(principal: Principal) -> None:
    wiring.sessions().sign_out(principal)


@endpoint(routes, "GET", "/api/auth/sessions", "One's sessions")
def list_sessions(principal: Principal) -> SessionsAnswer:
    sessions = wiring.sessions().list(principal)
    return SessionsAnswer([session_view(session, principal.session_id) for session in sessions])


@endpoint(routes, "DELETE", "/api/auth/sessions", "End all of one's sessions but this one")
def end_other_sessions(principal: Principal) -> None:
    wiring.sessions().end_others(principal)


@endpoint(
    routes,
    "DELETE",
    "/api/auth/sessions/{session_id}",
    "End one of one's sessions",
    raises=(NotFoundError,),
)
def end_session(principal: Principal, session_id: SessionId) -> None:
    wiring.sessions().end(principal, session_id)


@endpoint(routes, "GET", "/api/account", "One's account")
def show_account(principal: Principal) -> OwnAccountAnswer:
    return own_account_view(wiring.own_account().show(principal))


@endpoint(
    routes,
    "POST",
    "/api/account/password",
    "Change the password; ends all other sessions",
    raises=(ForbiddenError,),
)
def change_password(principal: Principal, body: ChangePassword) -> None:
    wiring.own_account().change_password(principal, body.current_password, body.new_password)


@endpoint(
    routes,
    "POST",
    "/api/account/delete",
    "Delete the account and everything of the user",
    raises=(ForbiddenError,),
)
def delete_account(principal: Principal, body: DeleteAccount) -> None:
    wiring.own_account().delete(principal, body.password)
