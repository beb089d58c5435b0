"""Sign up, sign in, sign out."""

from http import HTTPStatus
from typing import Any

from chalice.app import Blueprint, Response

from chalicelib import wiring
from chalicelib.entrypoints.http import Call, endpoint
from chalicelib.entrypoints.views import credentials_view

routes = Blueprint(__name__)


@endpoint(routes, "POST", "/api/auth/register")
def register(call: Call) -> Response:
    from chalicelib.entrypoints.bodies import Register

    body = call.body(Register)
    account = wiring.registration()(body.username, body.password)
    answer = {"user_id": account.user_id, "username": account.username}
    return Response(answer, status_code=HTTPStatus.CREATED)


@endpoint(routes, "POST", "/api/auth/login")
def login(call: Call) -> dict[str, Any]:
    from chalicelib.entrypoints.bodies import Login

    body = call.body(Login)
    return credentials_view(wiring.sessions().sign_in(body.username, body.password))


@endpoint(routes, "POST", "/api/auth/logout")
def logout(call: Call) -> Response:
    wiring.sessions().sign_out(call.principal)
    return Response("", status_code=HTTPStatus.NO_CONTENT)
