"""Tokens that services make for browsers and devices of their users."""

from http import HTTPStatus
from typing import Annotated, Literal

import msgspec

from chalicelib.api.identity.admin_services import Scope
from chalicelib.api.permissions import TOKENS
from chalicelib.api.queueing.parameters import HIGHEST
from chalicelib.container import Container
from chalicelib.core.identity.account import Principal
from chalicelib.web.routes import Routes

routes = Routes("Queues of users", permission=TOKENS)

LONGEST_S = 3600


class NewToken(msgspec.Struct, forbid_unknown_fields=True):
    """What a token is for."""

    scopes: Annotated[
        list[Scope],
        msgspec.Meta(min_length=1, max_length=20, description="Of those that the key has, but `tokens`"),
    ]
    ttl_seconds: Annotated[int, msgspec.Meta(ge=1, le=LONGEST_S, description="Until it expires")] = 600
    seq: (
        Annotated[int, msgspec.Meta(ge=1, le=HIGHEST, description="The only request that it is for")] | None
    ) = None


class MintedTokenAnswer(msgspec.Struct):
    """A token for the queue of one user."""

    token: Annotated[str, msgspec.Meta(description="Secret; it is sent as `Authorization: Bearer …`")]
    expires_in: Annotated[int, msgspec.Meta(ge=1, description="Seconds")]
    token_type: Literal["Bearer"]


@routes.endpoint(
    "POST",
    "/api/users/{user}/tokens",
    "Make a short-lived token for the own queue of a user",
    status=HTTPStatus.CREATED,
)
def make_token(container: Container, principal: Principal, body: NewToken) -> MintedTokenAnswer:
    token, seconds = container.identity.minting(principal, body.scopes, body.ttl_seconds, body.seq)
    return MintedTokenAnswer(token, seconds, "Bearer")
