"""Accounts, their roles and usernames."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from chalicelib.core.errors import FieldError, InvalidInputError
from chalicelib.core.time import Millis

if TYPE_CHECKING:
    from chalicelib.core.identity.sign_in_links import SignInLink
    from chalicelib.core.rates import Bucket

USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{2,63}")

# Names that others would take for the operator's. An application's own are an adopter's to add.
RESERVED = frozenset(
    {
        *("abuse", "admin", "administrator", "anonymous", "api", "gurukool", "help", "hostmaster", "info"),
        *("moderator", "nobody", "null", "operator", "owner", "postmaster", "root", "security", "staff"),
        *("superuser", "support", "sysadmin", "system", "webmaster", "www"),
    }
)


class Role(StrEnum):
    USER = "user"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Account:
    """A user with a username and a password of ours."""

    username: str
    user_id: str
    password_hash: str  # a PHC string
    created_at: Millis
    role: Role = Role.USER
    disabled: bool = False
    generation: int = 0  # of the password: a session is opened only if its queue has the same
    link: "SignInLink | None" = None  # the newest one, until it is used


@dataclass(frozen=True, slots=True)
class Principal:
    """The user whose queue a call is about, and who calls: a session of the user, or a service for them."""

    user_id: str
    username: str
    session_id: str
    role: Role = Role.USER
    scopes: frozenset[str] | None = None  # None: whatever users may do with their own queue
    seq: int | None = None  # the only request that the call may be about; None: any
    limit: "Bucket | None" = None  # of the service's key, which what it sends takes tokens from


@dataclass(frozen=True, slots=True)
class Credentials:
    """The tokens of a session's client. Both are secrets."""

    access_token: str
    refresh_token: str
    expires_in: int  # seconds the access token lives
    principal: Principal  # whose they are


def folded(username: str) -> str:
    """The one spelling of a username that can be typed in different ways.

    >>> folded("Ada")
    'ada'
    """
    return unicodedata.normalize("NFKC", username).casefold()


def new_username(username: str) -> str:
    """Raises InvalidInputError."""
    name = folded(username)
    if not (username.isascii() and USERNAME.fullmatch(name)):
        message = (
            "must be 3 to 64 letters a to z, digits, dots, hyphens and underscores, a letter or digit first"
        )
        raise InvalidInputError("Choose another username.", (FieldError("username", message),))
    if name in RESERVED:
        raise InvalidInputError("Choose another username.", (FieldError("username", "is reserved"),))
    return name
