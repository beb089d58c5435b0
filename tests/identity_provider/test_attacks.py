"""Whatever is not exactly a token of the identity provider for this API opens nothing."""

import base64
from dataclasses import replace
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey

from local_cloud.api_client import Session
from tests.answers.service import Service
from tests.identity_provider.signing import ISSUER, Signer, SigningProvider, new_service, new_signer
from tests.security import forging
from tests.security.forging import Forge, Hmac, Sign, claiming, forged, signed_by, token_of, unsigned

ENQUEUE = ("POST", "/api/queue/enqueue", {"type": "echo"})
STRANGER = new_signer("RS256", "stranger")


def pem(signer: Signer) -> str:
    kinds = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    return signer.key.public_key().public_bytes(*kinds).decode()


def with_the_public_key_as_secret(header: dict[str, Any], claims: dict[str, Any], sign: Sign) -> str:
    assert isinstance(sign, Signer)
    return token_of(header | {"alg": "HS256"}, claims, Hmac(pem(sign)))


def by_another_algorithm(algorithm: str) -> Forge:
    """With the right key, which is another one's if the algorithm needs another kind of key."""

    def forge(header: dict[str, Any], claims: dict[str, Any], sign: Sign) -> str:
        assert isinstance(sign, Signer)
        fits = algorithm.startswith("ES") is isinstance(sign.key, EllipticCurvePrivateKey)
        by = replace(sign, algorithm=algorithm) if fits else new_signer(algorithm, "other kind")
        return token_of(header | {"alg": algorithm}, claims, by)

    return forge


def with_a_signature_in_der(header: dict[str, Any], claims: dict[str, Any], sign: Sign) -> str:
    """As of certificates; JWS has the two numbers alone."""
    assert isinstance(sign, Signer)
    key = sign.key
    if not isinstance(key, EllipticCurvePrivateKey):
        return "no token"
    return token_of(header, claims, lambda signed: key.sign(signed, ECDSA(hashes.SHA256())))


def bring_along(header: dict[str, Any], claims: dict[str, Any], _: Sign) -> str:
    jwk = jwt.get_algorithm_by_name("RS256").to_jwk(STRANGER.key.public_key(), as_dict=True)
    return token_of(header | {"alg": "RS256", "jwk": jwk}, claims, STRANGER)


ATTACKS: dict[str, Forge] = {
    **forging.ATTACKS,
    "an algorithm without keys": unsigned("HS256"),
    "the public key as a secret": with_the_public_key_as_secret,
    "a longer digest": by_another_algorithm("RS512"),
    "another padding": by_another_algorithm("PS256"),
    "another curve": by_another_algorithm("ES384"),
    "the name of a key of another kind": lambda h, c, s: token_of(
        h | {"kid": "ES256" if h["kid"] == "RS256" else "RS256"}, c, s
    ),
    "the key's name in other letters": lambda h, c, s: token_of(h | {"kid": h["kid"].lower()}, c, s),
    "a key of one's own": signed_by(STRANGER, alg="RS256"),
    "a key of one's own, brought along": bring_along,
    "a right key, brought along": forged(jwk={"kty": "RSA"}),
    "an address for the right key": forged(jku="https://login.example/keys"),
    "a certificate brought along": forged(x5c=["MIIC"]),
    "a signature of zeros": signed_by(lambda _: bytes(64)),
    "a signature of zeros for ES256": signed_by(lambda _: bytes(64), alg="ES256", kid="ES256"),
    "a signature in DER": with_a_signature_in_der,
    "the signature of other claims": lambda h, c, s: ".".join(
        (*token_of(h, c | {"sub": "admin"}, s).split(".")[:2], token_of(h, c, s).split(".")[2])
    ),
    "the issuer without its slash": claiming(iss=ISSUER.rstrip("/")),
    "the issuer in capitals": claiming(iss=ISSUER.upper()),
    "the beginning of the audience": claiming(aud="https://gurukool.example"),
    "no audience": claiming(aud=[]),
    "other audiences": claiming(aud=["another", "a third"]),
    "several audiences, for nobody in particular": claiming(aud=["https://gurukool.example/api", "another"]),
    "a token for a logout": claiming(events={"http://schemas.openid.net/event/backchannel-logout": {}}),
    "the type of proofs": forged(typ="dpop+jwt"),
    "a token whose bearer must prove to have a key": claiming(cnf={"jkt": "0ZcOCORZNYy"}),
    "nobody": claiming(sub=""),
    "half a surrogate pair as user": claiming(sub="\ud800"),
    "a user with a name of 129 characters": claiming(sub="a" * 129),
    "a user whose name becomes too long": claiming(sub="|" * 43),
    "encrypted": lambda h, c, s: token_of(h | {"alg": "RSA-OAEP", "enc": "A256GCM"}, c, s) + ".e30.e30",
    "of our own": lambda h, c, _: token_of(h | {"alg": "HS256"}, c, Hmac("token-of-ours")),
    "in standard base64": lambda h, c, s: ".".join(
        base64.b64encode(base64.urlsafe_b64decode(part + "==")).decode()
        for part in token_of(h, c, s).split(".")
    ),
}


@pytest.fixture(scope="module")
def attacked(signing: SigningProvider) -> Service:
    """One for all attacks: nothing is stored in it."""
    return new_service(signing)


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
@pytest.mark.parametrize("attack", ATTACKS)
def test_a_forged_token_opens_nothing(
    attacked: Service, signing: SigningProvider, attack: str, algorithm: str
) -> None:
    token = ATTACKS[attack](*signing.start(algorithm), signing.signers[algorithm])

    answer = Session(attacked.api, token).call(*ENQUEUE)

    assert answer.status == 401, answer
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert not attacked.store.tables.queues


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
@pytest.mark.parametrize(
    "change",
    [
        *(claiming(), forged(typ="JWT"), forged(typ=None), forged(typ="application/at+jwt")),
        *(claiming(aud=["https://gurukool.example/api"]), claiming(role="admin", name="root", sid="session")),
        claiming(aud=["https://gurukool.example/api", "https://login.example/userinfo"], azp="app"),
    ],
)
def test_what_the_attacks_start_from_is_a_token_that_opens(
    service: Service, signing: SigningProvider, change: Forge, algorithm: str
) -> None:
    token = change(*signing.start(algorithm), signing.signers[algorithm])

    assert Session(service.api, token).call(*ENQUEUE).status == 202
