"""Access tokens: JWT, HS256, every claim checked (RFC 8725)."""

import hmac
import logging
import secrets
import time
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

import jwt

from chalicelib.adapters.security.secret_keys import Keys
from chalicelib.core.errors import UnauthenticatedError
from chalicelib.core.identity.account import Principal, Role
from chalicelib.core.log_events import log_event
from chalicelib.core.queueing.access import needs_session
from chalicelib.core.time import Millis

ALGORITHM = "HS256"
TYPE = "at+jwt"  # RFC 9068
ISSUER = AUDIENCE = "gurukool"
LEEWAY_S = 10
TEXTS = ("sub", "name", "sid", "role", "jti")
MOST_REMEMBERED = 1000  # tokens, of which each takes about 1 KB
OPTIONS: Any = {
    "require": ["exp", "nbf", "iat", "iss", "aud", *TEXTS],
    "enforce_minimum_key_length": True,
    "strict_aud": True,
}


class KeyRing(Protocol):
    def __call__(self) -> Keys: ...

    def knowing(self, kid: str) -> Keys:
        """The keys, looked up anew if this one is not among them."""
        ...


class _Verified(NamedTuple):
    """A token whose signature and claims were verified."""

    principal: Principal
    expires: int  # seconds
    kid: str
    key: str


class JwtTokens:
    def __init__(self, keys: KeyRing, seconds: int) -> None:
        self._keys = keys
        self._seconds = seconds
        self._verified: dict[str, _Verified] = {}  # by the token

    def issue(self, principal: Principal, now: Millis, seconds: int | None = None) -> tuple[str, int]:
        keys, issued, life = self._keys(), now // 1000, seconds or self._seconds
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
            "exp": issued + life,
            **_limits(principal),
        }
        header = {"typ": TYPE, "kid": keys.current}
        return jwt.encode(claims, keys.all[keys.current], ALGORITHM, headers=header), life

    def verify(self, token: str) -> Principal:
        """Who has signed in. A client sends the same token for minutes; a process verifies it once."""
        known = self._verified.get(token)
        if known and self._is_valid_still(known):
            return known.principal
        try:
            return self._verified_now(token).principal
        except jwt.ExpiredSignatureError:
            log_event("access token refused", reason="expired")
            raise UnauthenticatedError(
                "The access token has expired. Refresh it, or sign in again.", code="token_expired"
            ) from None
        except (
            jwt.PyJWTError,
            ValueError,
        ) as error:  # ValueError: not even text that could be a token, or no such role
            log_event("access token refused", level=logging.WARNING, reason=type(error).__name__)
            raise UnauthenticatedError(
                "The access token is not valid. Sign in again.", code="invalid_token"
            ) from None

    def pseudonym(self, text: str) -> str:
        """Of what is to be recognised in the logs but not read there. It changes when the keys do."""
        keys = self._keys()
        key = keys.all[keys.current].encode()
        return hmac.digest(key, b"pseudonym " + text.encode(), "sha256").hex()[:16]

    def _is_valid_still(self, known: _Verified) -> bool:
        """Of all that was verified, only the time and the valid keys change."""
        is_in_time = known.expires > time.time() - LEEWAY_S
        return is_in_time and self._keys.knowing(known.kid).all.get(known.kid) == known.key

    def _verified_now(self, token: str) -> _Verified:
        kid, key = self._key(_header(token.partition(".")[0]))
        claims = _claims(token, key)
        verified = _Verified(_principal(claims), int(claims["exp"]), kid, key)
        if len(self._verified) >= MOST_REMEMBERED:
            del self._verified[next(iter(self._verified))]
        self._verified[token] = verified
        return verified

    def _key(self, header: dict[str, Any]) -> tuple[str, str]:
        """The id of the key, and the key."""
        kid = header.get("kid")
        if header.get("typ") != TYPE or header.get("alg") != ALGORITHM or not isinstance(kid, str):
            raise jwt.InvalidTokenError
        if key := self._keys.knowing(kid).all.get(kid):
            return kid, key
        raise jwt.InvalidTokenError


@lru_cache(maxsize=8)
def _header(segment: str) -> dict[str, Any]:
    """The header of a token, by its first segment: all tokens of a key have the same one."""
    return jwt.get_unverified_header(f"{segment}..")


def _claims(token: str, key: str) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(
        token,
        key,
        algorithms=[ALGORITHM],  # never the one that the token asks for
        audience=AUDIENCE,
        issuer=ISSUER,
        leeway=LEEWAY_S,
        options=OPTIONS,
    )
    if not all(isinstance(claims[name], str) for name in TEXTS):
        raise jwt.InvalidTokenError
    return claims


def _limits(principal: Principal) -> dict[str, Any]:
    """What a token says beyond who somebody is: what it may be used for (RFC 8693: `scope`)."""
    scope = {} if principal.scopes is None else {"scope": " ".join(sorted(principal.scopes))}
    return scope if principal.seq is None else {**scope, "seq": principal.seq}


def _principal(claims: dict[str, Any]) -> Principal:
    """Raises InvalidTokenError, and ValueError if there is no such role."""
    scope, seq = claims.get("scope"), claims.get("seq")
    known = isinstance(scope, str | None) and (seq is None or type(seq) is int)
    # A token without a session is limited, and one with a session is not.
    if not known or (scope is None) is not needs_session(claims["sid"]):
        raise jwt.InvalidTokenError
    scopes = None if scope is None else frozenset(scope.split())
    return Principal(claims["sub"], claims["name"], claims["sid"], Role(claims["role"]), scopes, seq)
