"""Accounts and the audit log, for administrators."""

from http import HTTPStatus
from typing import Annotated

import msgspec

from chalicelib.adapters.runtime.logs import iso
from chalicelib.api.identity.account_bodies import NewSignInLink, SetPassword
from chalicelib.api.identity.account_views import SignInLinkAnswer
from chalicelib.api.identity.admin_queues import UserId
from chalicelib.api.identity.admin_views import AuditAnswer, StandingAnswer, entry_view
from chalicelib.api.permissions import ADMIN
from chalicelib.api.queueing.parameters import Limit
from chalicelib.container import Container
from chalicelib.core.errors import ConflictError, NotFoundError
from chalicelib.core.identity.account import Principal
from chalicelib.web.addresses import server_of
from chalicelib.web.call import Call
from chalicelib.web.routes import Routes

routes = Routes("Administration", permission=ADMIN)

type Name = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
type Month = Annotated[
    str, msgspec.Meta(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])\Z", description="Such as 2026-11")
]
type About = Annotated[
    UserId,
    msgspec.Meta(
        description="Entries about the user with this id or name, or the key with this id; of all months, "
        "if none is given"
    ),
]
type EntryId = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{15}-[0-9a-f]{8}\Z")]

ACCOUNT = "/api/admin/accounts/{username}"


@routes.endpoint(
    "POST",
    f"{ACCOUNT}/disable",
    "Disable an account: end all its sessions and forbid new ones",
    raises=(NotFoundError, ConflictError),
)
def disable_account(container: Container, principal: Principal, username: Name) -> StandingAnswer:
    account = container.identity.administration.disable(principal, username)
    return StandingAnswer(account.user_id, account.username, disabled=True)


@routes.endpoint("POST", f"{ACCOUNT}/enable", "Enable an account", raises=(NotFoundError,))
def enable_account(container: Container, principal: Principal, username: Name) -> StandingAnswer:
    account = container.identity.administration.enable(principal, username)
    return StandingAnswer(account.user_id, account.username, disabled=False)


@routes.endpoint(
    "POST",
    f"{ACCOUNT}/sign-in-link",
    "Make a link with which the user of an account sets a new password, once",
    status=HTTPStatus.CREATED,
    raises=(NotFoundError, ConflictError),
)
def make_sign_in_link(
    container: Container, call: Call, principal: Principal, username: Name, body: NewSignInLink
) -> SignInLinkAnswer:
    recovery = container.identity.account_recovery
    token, link = recovery.make_link(principal, username, body.ttl_seconds)
    server = server_of(call.request, "/api/admin/").rstrip("/")
    return SignInLinkAnswer(token.username, f"{server}/#sign-in={token}", iso(link.expires_at))


@routes.endpoint(
    "POST",
    f"{ACCOUNT}/password",
    "Set the password of an account and end all its sessions",
    raises=(NotFoundError, ConflictError),
)
def set_password(container: Container, principal: Principal, username: Name, body: SetPassword) -> None:
    container.identity.account_recovery.set_password(principal, username, body.password)


@routes.endpoint("GET", "/api/admin/audit", "Read the audit log, the newest entries first")
def read_audit_log(
    container: Container,
    principal: Principal,
    *,
    month: Month | None = None,
    user: About | None = None,
    before: EntryId | None = None,
    limit: Limit = 50,
) -> AuditAnswer:
    entries, following = container.identity.administration.entries(principal, month, before, limit, user=user)
    return AuditAnswer([entry_view(entry) for entry in entries], following)
