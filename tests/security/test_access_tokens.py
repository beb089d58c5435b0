"""Whatever is not exactly the access token that the API issued opens nothing."""

import base64
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest

from local_cloud.api_client import Session
from tests.security.conftest import KeyOf, Person

HOUR = 3600
type Forge = Callable[[dict[str, Any], dict[str, Any], str], str]


def encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).decode().rstrip("=")


def token_of(header: Any, claims: Any, key: str, digest: str = "sha256") -> str:
    """By hand: a library would refuse to make most of these."""
    signed = ".".join(encoded(json.dumps(part).encode()) for part in (header, claims))
    return f"{signed}.{encoded(hmac.digest(key.encode(), signed.encode(), digest))}"


def without_none(document: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if value is not None}


def forged(**changes: Any) -> Forge:
    """Rightly signed, with another header; None leaves a part out."""
    return lambda header, claims, key: token_of(without_none(header | changes), claims, key)


def claiming(**changes: Any) -> Forge:
    """Rightly signed, with other claims; None leaves one out."""
    return lambda header, claims, key: token_of(header, without_none(claims | changes), key)


def unsigned(alg: str) -> Forge:
    return lambda header, claims, _: token_of(header | {"alg": alg}, claims, "").rpartition(".")[0] + "."


def signed_with(key: str) -> Forge:
    return lambda header, claims, _: token_of(header, claims, key)


def cut(part: slice) -> Forge:
    return lambda header, claims, key: token_of(header, claims, key)[part]


NOW = int(time.time())
ATTACKS: dict[str, Forge] = {
    "algorithm none": unsigned("none"),
    "algorithm None, spelled otherwise": unsigned("nOnE"),
    "another algorithm with the right key": lambda h, c, k: jwt.encode(
        c, k, "HS512", headers={**h, "alg": "HS512"}
    ),
    "an asymmetric algorithm": unsigned("RS256"),
    "a key of one's own": signed_with("k" * 64),
    "the empty key": signed_with(""),
    "the key's id as the key": lambda h, c, _: token_of(h, c, h["kid"]),
    "an unknown key": forged(kid="999"),
    "no key named": forged(kid=None),
    "a file as key": forged(kid="../../../../dev/null"),
    "a key brought along": forged(jwk={"kty": "oct", "k": "a2V5"}, kid="999"),
    "an address for the key": forged(jku="https://attacker.example/keys", kid="999"),
    "another type": forged(typ="JWT"),
    "no type": forged(typ=None),
    "an extension that must be understood": forged(crit=["exp"]),
    "expired": claiming(exp=NOW - 60),
    "not yet valid": claiming(nbf=NOW + HOUR),
    "issued in the future": claiming(iat=NOW + HOUR),
    "another audience": claiming(aud="another"),
    "several audiences": claiming(aud=["gurukool", "another"]),
    "another issuer": claiming(iss="another"),
    "a role that does not exist": claiming(role="root"),
    "a user that is no text": claiming(sub=5),
    "without expiry": claiming(exp=None),
    "without beginning": claiming(nbf=None),
    "without issue": claiming(iat=None),
    "without audience": claiming(aud=None),
    "without issuer": claiming(iss=None),
    "without user": claiming(sub=None),
    "without session": claiming(sid=None),
    "without role": claiming(role=None),
    "without name": claiming(name=None),
    "without id": claiming(jti=None),
    "truncated at the end": cut(slice(None, -2)),
    "truncated at the beginning": cut(slice(2, None)),
    "only half of it": cut(slice(None, 60)),
    "twice": lambda h, c, k: token_of(h, c, k) * 2,
    "no token": lambda *_: "token",
    "endless": lambda *_: "a." * 3000,
    "not even ASCII": lambda *_: "tøken",
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_forged_token_opens_nothing(person: Person, key_of: KeyOf, attack: str) -> None:
    header = jwt.get_unverified_header(person.access_token)
    claims = jwt.decode(person.access_token, options={"verify_signature": False})
    token = ATTACKS[attack](header, claims, key_of(person.access_token))
    before = person.state()

    answer = Session(person.api, token).call("POST", "/api/queue/enqueue", {"type": "echo"})

    assert answer.status == 401, answer
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert person.state() == before


def test_what_the_attacks_start_from_is_a_token_that_opens(person: Person, key_of: KeyOf) -> None:
    header = jwt.get_unverified_header(person.access_token)
    claims = jwt.decode(person.access_token, options={"verify_signature": False})
    token = claiming()(header, claims, key_of(person.access_token))

    assert Session(person.api, token).call("POST", "/api/queue/enqueue", {"type": "echo"}).status == 202


@pytest.mark.parametrize("scheme", ["", "Basic ", "bearer", "Token ", "Bearer Bearer "])
def test_a_token_is_sent_as_a_bearer_token(person: Person, scheme: str) -> None:
    answer = person.api.call("GET", "/api/queue", headers={"Authorization": scheme + person.access_token})

    assert answer.status == 401


def test_a_refresh_token_is_no_access_token(person: Person) -> None:
    assert Session(person.api, person.refresh_token).call("GET", "/api/queue").status == 401


def test_an_access_token_is_no_refresh_token(person: Person) -> None:
    answer = person.api.call("POST", "/api/auth/refresh", {"refresh_token": person.access_token})

    assert answer.status == 401


def test_a_token_in_the_address_is_none(person: Person) -> None:
    assert person.api.call("GET", f"/api/queue?access_token={person.access_token}").status == 401
