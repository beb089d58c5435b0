"""Which keys of a JWKS are used: those that sign by RS256 or ES256, and are strong enough."""

from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from chalicelib.adapters.oidc.key_set import to_key_set
from tests.identity_provider.signing import new_signer


def jwk(algorithm: str, key: Any, **changes: Any) -> dict[str, Any]:
    """None leaves a part out."""
    entry = jwt.get_algorithm_by_name(algorithm).to_jwk(key, as_dict=True)
    public = {part: value for part, value in entry.items() if part != "key_ops"}
    changed = {"kid": "one", **public, **changes}
    return {part: value for part, value in changed.items() if value is not None}


RSA = new_signer("RS256").key.public_key()
EC = new_signer("ES256").key.public_key()
WEAK = rsa.generate_private_key(65537, 1024).public_key()
HUGE = rsa.RSAPublicNumbers(65537, (1 << 8200) + 1).public_key()
OTHER_CURVE = ec.generate_private_key(ec.SECP384R1()).public_key()


@pytest.mark.parametrize("changes", [{}, {"use": "sig"}, {"alg": "RS256"}, {"key_ops": ["verify"]}])
def test_a_key_that_signs_is_used_by_its_name_and_its_one_algorithm(changes: dict[str, Any]) -> None:
    listed = [jwk("RS256", RSA, **changes), jwk("ES256", EC, kid="two")]

    assert to_key_set({"keys": listed}) == {("one", "RS256"): RSA, ("two", "ES256"): EC}


def test_of_a_private_key_that_was_published_only_the_public_part_is_read() -> None:
    private = jwk("RS256", new_signer("RS256").key)
    assert "d" in private

    assert to_key_set({"keys": [private]}) == {("one", "RS256"): RSA}


@pytest.mark.parametrize(
    "entry",
    [
        *(jwk("RS256", WEAK), jwk("RS256", HUGE), jwk("ES384", OTHER_CURVE)),
        *(
            jwk("RS256", RSA, use="enc"),
            jwk("RS256", RSA, use=["sig"]),
            jwk("RS256", RSA, key_ops=["encrypt"]),
            jwk("RS256", RSA, key_ops=5),
        ),
        *(jwk("RS256", RSA, alg="PS256"), jwk("RS256", RSA, alg="HS256"), jwk("ES256", EC, alg="RS256")),
        *(jwk("RS256", RSA, kid=None), jwk("RS256", RSA, kid=1), jwk("RS256", RSA, kty=["RSA"])),
        *(jwk("RS256", RSA, kty="EC"), jwk("ES256", EC, kty="RSA"), jwk("RS256", RSA, crv="P-256")),
        *(jwk("ES256", EC, crv="P-384"), jwk("ES256", EC, x="AAAA"), jwk("ES256", EC, y=None)),
        *(jwk("RS256", RSA, n=None), jwk("RS256", RSA, n=5), jwk("RS256", RSA, e="AA")),
        *({"kty": "oct", "kid": "one", "k": "a2V5", "alg": "HS256"}, {}, "one", None),
    ],
)
def test_any_other_key_is_left_out_and_those_beside_it_are_used(entry: Any) -> None:
    assert to_key_set({"keys": [entry, jwk("ES256", EC, kid="two")]}) == {("two", "ES256"): EC}
