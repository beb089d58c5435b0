"""Sign up, sign in, sign out."""

from http import HTTPStatus

from chalice.app import Blueprint

from chalicelib import wiring
from chalicelib.core.account import Principal
from chalicelib.core.errors import ConflictError, UnauthenticatedError
from chalicelib.entrypoints.bodies import Login, Register
from chalicelib.entrypoints.http import endpoint
from chalicelib.entrypoints.views import AccountAnswer, TokensAnswer, account_view, credentials_view

routes = Blueprint(__name__)


@endpoint(routes, "POST", "/api/auth/register", "Sign up", status=HTTPStatus.CREATED, raises=(ConflictError,))
def register(body: Register) -> AccountAnswer:
    return account_view(wiring.registration()(body.username, body.password))


@endpoint(routes, "POST", "/api/auth/login", "Sign in", raises=(UnauthenticatedError,))
def login(body: Login) -> TokensAnswer:
    return credentials_view(wiring.sessions().sign_in(body.username, body.password))


@endpoint(routes, "POST", "/api/auth/logout", "Sign out; the session is over at once")
def logout(principal: Principal) -> None:
    wiring.sessions().sign_out(principal)
