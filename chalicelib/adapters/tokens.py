"""Access tokens: JWT, HS256, every claim checked (RFC 8725)."""

import secrets
from collections.abc import Callable

import jwt

from chalicelib.adapters.secret_keys import Keys
from chalicelib.core.account import Principal
from chalicelib.core.errors import UnauthenticatedError
from chalicelib.core.request import Millis

ALGORITHM = "HS256"
TYPE = "at+jwt"  # RFC 9068
ISSUER = AUDIENCE = "gurukool"
LEEWAY_S = 10
CLAIMS = ["exp", "nbf", "iat", "iss", "aud", "sub", "jti", "sid", "name", "role"]


class JwtTokens:
    def __init__(self, keys: Callable[[], Keys], seconds: int) -> None:
        self._keys = keys
        self._seconds = seconds

    def issue(self, principal: Principal, now: Millis) -> tuple[str, int]:
        keys, issued = self._keys(), now // 1000
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": principal.user_id,
            "name": principal.username,
            "sid": principal.session_id,
            "role": principal.role,
            "jti": secrets.token_urlsafe(12),
            "iat": issued,
            "nbf": issued,
            "exp": issued + self._seconds,
        }
        header = {"typ": TYPE, "kid": keys.current}
        return jwt.encode(claims, keys.all[keys.current], ALGORITHM, headers=header), self._seconds

    def verify(self, token: str) -> Principal:
        try:
            claims = self._claims(token)
        except (jwt.PyJWTError, ValueError):  # ValueError: not even text that could be a token
            raise UnauthenticatedError("The access token is not valid. Sign in again.") from None
        return Principal(claims["sub"], claims["name"], claims["sid"], claims["role"])

    def _claims(self, token: str) -> dict[str, str]:
        header = jwt.get_unverified_header(token)
        key = self._keys().all.get(str(header.get("kid")))
        if header.get("typ") != TYPE or key is None:
            raise jwt.InvalidTokenError
        claims: dict[str, str] = jwt.decode(
            token,
            key,
            algorithms=[ALGORITHM],
            audience=AUDIENCE,
            issuer=ISSUER,
            leeway=LEEWAY_S,
            options={"require": CLAIMS, "enforce_minimum_key_length": True},
        )
        if not all(isinstance(claims[name], str) for name in ("sub", "name", "sid", "role")):
            raise jwt.InvalidTokenError
        return claims
