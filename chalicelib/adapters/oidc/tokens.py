"""Tokens of an identity provider: JWT, RS256 or ES256, every claim checked (RFC 8725, RFC 9068).

Access tokens and ID tokens are accepted alike, if they are for the audience that the operator has set:
docs/identity-providers.md says why.
"""

import logging
from collections.abc import Callable
from typing import Any

import jwt

from chalicelib.adapters.oidc.key_set import KeyName, PublicKey
from chalicelib.core.errors import UnauthenticatedError
from chalicelib.core.identity.account import Principal
from chalicelib.core.identity.scopes import OWN_QUEUE
from chalicelib.core.log_events import log_event
from chalicelib.core.queueing.access import OIDC_USER
from chalicelib.core.queueing.names import is_user_id, name_of

ALGORITHMS = frozenset({"RS256", "ES256"})
TYPES = frozenset({"at+jwt", "application/at+jwt", "jwt", ""})  # in lower case; ID tokens have the last two
OWN_KEYS = frozenset({"jwk", "jku", "x5c", "x5u"})  # headers by which a token brings a key along
# Claims of tokens that are for something else: a logout, and a client that proves to have a key.
OTHER_USES = frozenset({"events", "cnf"})
LEEWAY_S = 10  # as of our own tokens
OPTIONS: Any = {"require": ["exp", "iat", "iss", "aud", "sub"], "enforce_minimum_key_length": True}
UNREADABLE = (jwt.PyJWTError, ValueError)  # ValueError: not even text that could be a token, or a name


class ProviderTokens:
    """Verifies the tokens of one issuer for one audience."""

    def __init__(self, issuer: str, audience: str, keys: Callable[[KeyName], PublicKey | None]) -> None:
        """`keys` raises UnavailableError."""
        self._issuer = issuer
        self._audience = audience
        self._keys = keys

    def has_issued(self, token: str) -> bool:
        try:
            claims = jwt.decode(token, options={"verify_signature": False})
        except UNREADABLE:
            return False
        return bool(claims.get("iss") == self._issuer)

    def verify(self, token: str) -> Principal:
        try:
            return _principal(self._claims(token))
        except jwt.ExpiredSignatureError:
            log_event("access token refused", reason="expired", issuer=self._issuer)
            message = "The token of the identity provider has expired. Get a new one there."
            raise UnauthenticatedError(message, code="token_expired") from None
        except UNREADABLE as error:
            reason = type(error).__name__
            log_event("access token refused", level=logging.WARNING, reason=reason, issuer=self._issuer)
            message = "The token of the identity provider is not valid. Sign in there again."
            raise UnauthenticatedError(message, code="invalid_token") from None

    def _claims(self, token: str) -> dict[str, Any]:
        header = jwt.get_unverified_header(token)
        claims: dict[str, Any] = jwt.decode(
            token,
            self._key(header),
            algorithms=[header["alg"]],  # the one that the key is for
            audience=self._audience,
            issuer=self._issuer,
            leeway=LEEWAY_S,
            options=OPTIONS,
        )
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if OTHER_USES & claims.keys() or (several and not isinstance(claims.get("azp"), str)):
            raise jwt.InvalidTokenError
        return claims

    def _key(self, header: dict[str, Any]) -> PublicKey:
        """Raises InvalidTokenError, UnavailableError."""
        kid, algorithm, type_ = (header.get(name, "") for name in ("kid", "alg", "typ"))
        texts = all(isinstance(part, str) for part in (kid, algorithm, type_))
        if not texts or algorithm not in ALGORITHMS or type_.lower() not in TYPES or OWN_KEYS & header.keys():
            raise jwt.InvalidTokenError
        if key := self._keys((kid, algorithm)):
            return key
        raise jwt.InvalidTokenError


def _principal(claims: dict[str, Any]) -> Principal:
    """Raises UnauthenticatedError if there can be no queue for the subject."""
    name = name_of(claims["sub"])
    if not is_user_id(name):
        message = "The token's `sub` is empty, or longer than the 128 characters that a user's name may have."
        raise UnauthenticatedError(message, code="unusable_subject")
    return Principal(name, name, OIDC_USER, scopes=OWN_QUEUE)
