"""A provider's keys, as its JWKS has them (RFC 7517)."""

from collections.abc import Mapping
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

MOST_KEYS = 20
BITS = range(2048, 8192 + 1)  # of an RSA key: more would cost every call more time
PARTS = ("kty", "n", "e", "crv", "x", "y")  # of public keys alone

type KeyName = tuple[str, str]
"""Its `kid`, and the one algorithm that it is used for."""
type PublicKey = RSAPublicKey | EllipticCurvePublicKey
type KeySet = Mapping[KeyName, PublicKey]


class ProviderError(Exception):
    """The provider does not answer, or answers something that cannot be used. The message is for the log."""


def to_key_set(document: Any) -> KeySet:
    """The keys that sign tokens; keys of other kinds are left out. Raises ProviderError."""
    listed = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(listed, list) or len(listed) > MOST_KEYS:
        raise ProviderError(f"its JWKS is not a list of at most {MOST_KEYS} keys")
    found: dict[KeyName, PublicKey] = {}
    for entry in listed:
        name = _name(entry) if isinstance(entry, dict) else None
        key = _public_key(entry, name[1]) if name else None
        if name and key:
            found[name] = key
    return found


def _name(entry: Mapping[str, Any]) -> KeyName | None:
    """None if it is for something else than signatures of RS256 or ES256."""
    kid = entry.get("kid")
    kind = entry.get("kty"), entry.get("crv")
    algorithm = "RS256" if kind == ("RSA", None) else "ES256" if kind == ("EC", "P-256") else None
    if not isinstance(kid, str) or algorithm is None:
        return None
    uses = entry.get("key_ops", ["verify"])
    signs = entry.get("use", "sig") == "sig" and isinstance(uses, list) and "verify" in uses
    return (kid, algorithm) if signs and entry.get("alg", algorithm) == algorithm else None


def _public_key(entry: Mapping[str, Any], algorithm: str) -> PublicKey | None:
    """None if it cannot be read, or is too weak."""
    try:
        key = jwt.PyJWK({part: entry[part] for part in PARTS if part in entry}, algorithm).key
    except (jwt.PyJWTError, ValueError, TypeError):
        return None
    if isinstance(key, RSAPublicKey):
        return key if key.key_size in BITS else None
    return key if isinstance(key, EllipticCurvePublicKey) else None
