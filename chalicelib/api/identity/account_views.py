"""Accounts and sessions as JSON."""

from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

from chalicelib.adapters.runtime.logs import iso
from chalicelib.api.moments import Moment
from chalicelib.core.identity.account import Account, Credentials

if TYPE_CHECKING:
    from chalicelib.core.identity.session import Session


class AccountAnswer(msgspec.Struct):
    user_id: str
    username: str


class TokensAnswer(msgspec.Struct):
    access_token: str
    refresh_token: str
    expires_in: Annotated[int, msgspec.Meta(description="Lifetime of the access token in seconds")]
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - not a secret


class SignInLinkAnswer(msgspec.Struct):
    username: str
    link: Annotated[
        str, msgspec.Meta(description="Secret. It opens the console, which asks for a new password")
    ]
    expires_at: Moment


class OwnAccountAnswer(msgspec.Struct):
    user_id: str
    username: str
    role: Literal["user", "admin"]
    created_at: Moment


class SessionAnswer(msgspec.Struct):
    session_id: str
    client: Annotated[str, msgspec.Meta(description="The `User-Agent` of the client at sign-in")]
    current: bool
    started_at: Moment
    refreshed_at: Moment
    expires_at: Moment


class SessionsAnswer(msgspec.Struct):
    sessions: list[SessionAnswer]


def account_view(account: Account) -> AccountAnswer:
    return AccountAnswer(account.user_id, account.username)


def own_account_view(account: Account) -> OwnAccountAnswer:
    created_at = iso(account.created_at)
    return OwnAccountAnswer(account.user_id, account.username, account.role.value, created_at)


def session_view(session: "Session", current: str) -> SessionAnswer:
    """`current` is the id of the caller's session."""
    return SessionAnswer(
        session_id=session.session_id,
        client=session.client,
        current=session.session_id == current,
        started_at=iso(session.created_at),
        refreshed_at=iso(session.refreshed_at),
        expires_at=iso(session.over_at),
    )


def credentials_view(credentials: Credentials) -> TokensAnswer:
    return TokensAnswer(credentials.access_token, credentials.refresh_token, credentials.expires_in)
