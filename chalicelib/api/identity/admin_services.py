"""The keys of services, for administrators."""

from http import HTTPStatus
from typing import Annotated

import msgspec

from chalicelib.api.moments import Moment, optional_moment
from chalicelib.api.permissions import ADMIN
from chalicelib.container import Container
from chalicelib.core.errors import InvalidInputError, NotFoundError
from chalicelib.core.identity.account import Principal
from chalicelib.core.identity.scopes import FORM
from chalicelib.core.identity.services import LONGEST_DAYS, MOST_AT_ONCE, MOST_SCOPES, NAME, Service
from chalicelib.core.identity.session import DAY_MS
from chalicelib.core.rates import FORM as RATE
from chalicelib.core.rates import Bucket, Rate
from chalicelib.web.routes import Routes

routes = Routes("Administration", permission=ADMIN)

type KeyId = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{16}\Z")]
type Scope = Annotated[str, msgspec.Meta(pattern=rf"^({FORM.pattern})\Z")]

DEFAULT_BURST = 100  # a whole batch


class NewKey(msgspec.Struct, forbid_unknown_fields=True):
    """What a key is for."""

    name: Annotated[
        str,
        msgspec.Meta(
            pattern=rf"^{NAME.pattern}\Z",
            description="Of the service that calls with it. A service may have two keys, one to replace the "
            "other without a gap",
        ),
    ]
    scopes: Annotated[
        list[Scope],
        msgspec.Meta(
            min_length=1,
            max_length=MOST_SCOPES,
            description="read, dequeue, control, tokens, enqueue:* and enqueue:<type>, as needed",
        ),
    ]
    days: (
        Annotated[int, msgspec.Meta(ge=1, le=LONGEST_DAYS, description="Until it expires; null: it does not")]
        | None
    ) = None
    rate: (
        Annotated[
            str,
            msgspec.Meta(
                pattern=rf"^({RATE.pattern})\Z",
                description="How many requests it may send in a time, for all users together, such as 10/s, "
                "600/min or 30/h; null: any number",
            ),
        ]
        | None
    ) = None
    burst: Annotated[
        int, msgspec.Meta(ge=1, le=MOST_AT_ONCE, description="With a rate: how many of them at once")
    ] = DEFAULT_BURST


class KeyAnswer(msgspec.Struct):
    """A key without its secret."""

    key_id: str
    name: str
    scopes: list[str]
    created_at: Moment
    created_by: str
    expires_at: Moment | None
    last_used_at: Annotated[Moment | None, msgspec.Meta(description="To about ten minutes")]
    rate: Annotated[str | None, msgspec.Meta(description="Of what it sends; null: any number")]
    burst: int | None


class MadeKeyAnswer(KeyAnswer):
    """A new key. It is shown this once."""

    key: Annotated[str, msgspec.Meta(description="Secret; the service sends it as `Authorization: Bearer …`")]


class KeysAnswer(msgspec.Struct):
    keys: list[KeyAnswer]


@routes.endpoint(
    "POST",
    "/api/admin/keys",
    "Make a key for a service",
    status=HTTPStatus.CREATED,
    raises=(InvalidInputError,),
)
def make_key(container: Container, principal: Principal, body: NewKey) -> MadeKeyAnswer:
    now = container.adapters.clock.now()
    expires_at = None if body.days is None else now + body.days * DAY_MS
    keys = container.identity.service_administration
    # The pattern's `$` also stands before a last line break.
    bucket = Bucket(Rate.parse(body.rate), body.burst) if body.rate else None
    key, service = keys.make(principal, body.name, frozenset(body.scopes), expires_at, bucket)
    return MadeKeyAnswer(**msgspec.structs.asdict(key_view(service)), key=str(key))


@routes.endpoint("GET", "/api/admin/keys", "List the keys of services, the oldest first")
def list_keys(container: Container, principal: Principal) -> KeysAnswer:
    return KeysAnswer([key_view(key) for key in container.identity.service_administration.all(principal)])


@routes.endpoint(
    "DELETE",
    "/api/admin/keys/{key_id}",
    "Revoke a key: it is refused within 5 seconds",
    raises=(NotFoundError,),
)
def revoke_key(container: Container, principal: Principal, key_id: KeyId) -> None:
    container.identity.service_administration.revoke(principal, key_id)


def key_view(service: Service) -> KeyAnswer:
    return KeyAnswer(
        key_id=service.key_id,
        name=service.name,
        scopes=sorted(service.scopes),
        created_at=optional_moment(service.created_at) or "",
        created_by=service.created_by,
        expires_at=optional_moment(service.expires_at),
        last_used_at=optional_moment(service.last_used_at),
        rate=service.bucket and str(service.bucket.rate),
        burst=service.bucket and service.bucket.burst,
    )
