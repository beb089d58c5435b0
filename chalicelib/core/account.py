"""Who may sign in."""

from dataclasses import dataclass

from chalicelib.core.request import Millis


@dataclass(frozen=True, slots=True)
class Account:
    username: str
    user_id: str
    password_hash: str  # a PHC string
    created_at: Millis
    role: str = "user"


@dataclass(frozen=True, slots=True)
class Session:
    session_id: str
    user_id: str
    refresh_hash: str  # SHA-256 of the refresh token, hex
    created_at: Millis
    expires_at: Millis


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is calling, as the access token says."""

    user_id: str
    username: str
    session_id: str
    role: str = "user"


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a session's client holds. Both tokens are secrets."""

    access_token: str
    refresh_token: str
    expires_in: int  # seconds the access token lives
