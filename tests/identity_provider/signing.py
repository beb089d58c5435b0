"""The application with an identity provider whose private keys the tests have, and can sign anything with."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from chalicelib.adapters.oidc.key_set import KeyName, PublicKey
from chalicelib.adapters.oidc.tokens import ProviderTokens
from local_cloud.api_client import Session
from tests.answers.service import Service
from tests.security.forging import token_of

ISSUER, AUDIENCE = "https://login.example/", "https://gurukool.example/api"
SETTINGS = {"OIDC_ISSUER": ISSUER, "OIDC_AUDIENCE": AUDIENCE}

type PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs with one key."""

    algorithm: str
    key: PrivateKey

    def __call__(self, signed: bytes) -> bytes:
        made: bytes = jwt.get_algorithm_by_name(self.algorithm).sign(signed, self.key)
        return made


@cache
def new_signer(algorithm: str, whose: str = "provider") -> Signer:
    """One for each of `whose`, since keys take long to make."""
    if algorithm.startswith("ES"):
        return Signer(algorithm, ec.generate_private_key(ec.SECP256R1()))
    return Signer(algorithm, rsa.generate_private_key(65537, 2048))


class SigningProvider:
    """Its keys are named like their algorithms."""

    @cached_property
    def signers(self) -> Mapping[str, Signer]:
        return {algorithm: new_signer(algorithm) for algorithm in ("RS256", "ES256")}

    def public_key(self, name: KeyName) -> PublicKey | None:
        kid, algorithm = name
        return self.signers[kid].key.public_key() if kid == algorithm and kid in self.signers else None

    def start(self, algorithm: str = "RS256", **claims: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """Header and claims of a token that opens the queue of auth0|5f7c."""
        now = int(time.time())
        header = {"alg": algorithm, "kid": algorithm, "typ": "at+jwt"}
        usual = {"iss": ISSUER, "aud": AUDIENCE, "sub": "auth0|5f7c", "iat": now, "exp": now + 600}
        return header, usual | claims

    def token(self, algorithm: str = "RS256", **claims: Any) -> str:
        return token_of(*self.start(algorithm, **claims), self.signers[algorithm])

    def session(self, service: Service, subject: str = "auth0|5f7c", **claims: Any) -> Session:
        return Session(service.api, self.token(sub=subject, **claims))


def new_service(provider: SigningProvider) -> Service:
    service = Service(SETTINGS)
    service.adapters.identity_provider = ProviderTokens(ISSUER, AUDIENCE, provider.public_key)
    return service
