"""Forged JSON Web Tokens: what attacks on the tokens of every issuer have in common."""

import base64
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

HOUR = 3600

type Sign = Callable[[bytes], bytes]
type Forge = Callable[[dict[str, Any], dict[str, Any], Sign], str]
"""From header, claims and signature of a token that opens something to what somebody sends instead."""


@dataclass(frozen=True, slots=True)
class Hmac:
    key: str
    digest: str = "sha256"

    def __call__(self, signed: bytes) -> bytes:
        return hmac.digest(self.key.encode(), signed, self.digest)


def encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).decode().rstrip("=")


def token_of(header: Any, claims: Any, sign: Sign) -> str:
    """By hand: a library would refuse to make most of these."""
    signed = ".".join(encoded(json.dumps(part).encode()) for part in (header, claims))
    return f"{signed}.{encoded(sign(signed.encode()))}"


def without_none(document: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if value is not None}


def forged(**changes: Any) -> Forge:
    """Rightly signed, with another header; None leaves a part out."""
    return lambda header, claims, sign: token_of(without_none(header | changes), claims, sign)


def claiming(**changes: Any) -> Forge:
    """Rightly signed, with other claims; None leaves one out."""
    return lambda header, claims, sign: token_of(header, without_none(claims | changes), sign)


def unsigned(alg: str) -> Forge:
    return lambda header, claims, _: token_of(header | {"alg": alg}, claims, lambda _: b"")


def signed_by(sign: Sign, **changes: Any) -> Forge:
    """Signed by somebody else, with another header."""
    return lambda header, claims, _: token_of(without_none(header | changes), claims, sign)


def cut(part: slice) -> Forge:
    return lambda header, claims, sign: token_of(header, claims, sign)[part]


NOW = int(time.time())
ATTACKS: dict[str, Forge] = {
    "algorithm none": unsigned("none"),
    "algorithm None, spelled otherwise": unsigned("nOnE"),
    "no signature": lambda h, c, _: token_of(h, c, lambda _: b""),
    "no algorithm": forged(alg=None),
    "an algorithm that is no text": forged(alg=["RS256", "HS256"]),
    "an unknown key": forged(kid="999"),
    "no key named": forged(kid=None),
    "a key that is no text": forged(kid=1),
    "a file as key": forged(kid="../../../../dev/null"),
    "a key brought along": forged(jwk={"kty": "oct", "k": "a2V5"}, kid="999"),
    "an address for the key": forged(jku="https://attacker.example/keys", kid="999"),
    "a certificate's address for the key": forged(x5u="https://attacker.example/cert", kid="999"),
    "another type": forged(typ="logout+jwt"),
    "a type that is no text": forged(typ=["at+jwt"]),
    "an extension that must be understood": forged(crit=["exp"]),
    "expired": claiming(exp=NOW - 60),
    "not yet valid": claiming(nbf=NOW + HOUR),
    "issued in the future": claiming(iat=NOW + HOUR),
    "expiry that is no number": claiming(exp=[NOW + HOUR]),
    "expiry without end": claiming(exp=float("inf")),
    "another audience": claiming(aud="another"),
    "an audience that is no text": claiming(aud={"gurukool": 1}),
    "another issuer": claiming(iss="another"),
    "an issuer that is no text": claiming(iss=["gurukool"]),
    "a user that is no text": claiming(sub=5),
    "without expiry": claiming(exp=None),
    "without issue": claiming(iat=None),
    "without audience": claiming(aud=None),
    "without issuer": claiming(iss=None),
    "without user": claiming(sub=None),
    "claims that are a list": lambda h, c, s: token_of(h, [c], s),
    "a header that is a list": lambda h, c, s: token_of([h], c, s),
    "a header without end": lambda h, c, s: f"{encoded(b'[' * 6000)}.{token_of(h, c, s).partition('.')[2]}",
    "truncated at the end": cut(slice(None, -2)),
    "truncated at the beginning": cut(slice(2, None)),
    "only half of it": cut(slice(None, 60)),
    "twice": lambda h, c, s: token_of(h, c, s) * 2,
    "no token": lambda *_: "token",
    "endless": lambda *_: "a." * 3000,
    "not even ASCII": lambda *_: "tøken",
}
