"""Whatever is not exactly the access token that the API issued opens nothing."""

from dataclasses import replace
from typing import Any

import jwt
import pytest

from local_cloud.api_client import Session
from tests.security import forging
from tests.security.conftest import KeyOf, Person
from tests.security.forging import Forge, Hmac, Sign, claiming, forged, signed_by, token_of, unsigned


def with_another_digest(header: dict[str, Any], claims: dict[str, Any], sign: Sign) -> str:
    assert isinstance(sign, Hmac)
    return token_of(header | {"alg": "HS512"}, claims, replace(sign, digest="sha512"))


ATTACKS: dict[str, Forge] = {
    **forging.ATTACKS,
    "another algorithm with the right key": with_another_digest,
    "an asymmetric algorithm": unsigned("RS256"),
    "an asymmetric algorithm, signed": forged(alg="RS256"),
    "a key of one's own": signed_by(Hmac("k" * 64)),
    "the empty key": signed_by(Hmac("")),
    "the key's id as the key": lambda h, c, _: token_of(h, c, Hmac(h["kid"])),
    "another type, of ID tokens": forged(typ="JWT"),
    "no type": forged(typ=None),
    "several audiences": claiming(aud=["gurukool", "another"]),
    "a role that does not exist": claiming(role="root"),
    "without beginning": claiming(nbf=None),
    "without session": claiming(sid=None),
    "without role": claiming(role=None),
    "without name": claiming(name=None),
    "without id": claiming(jti=None),
}


def start_of(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims."""
    return jwt.get_unverified_header(token), jwt.decode(token, options={"verify_signature": False})


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_forged_token_opens_nothing(person: Person, key_of: KeyOf, attack: str) -> None:
    forge, sign = ATTACKS[attack], Hmac(key_of(person.access_token))
    before = person.state()

    token = forge(*start_of(person.access_token), sign)
    answer = Session(person.api, token).call("POST", "/api/queue/enqueue", {"type": "echo"})

    assert answer.status == 401, answer
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert person.state() == before


def test_what_the_attacks_start_from_is_a_token_that_opens(person: Person, key_of: KeyOf) -> None:
    token = claiming()(*start_of(person.access_token), Hmac(key_of(person.access_token)))

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
