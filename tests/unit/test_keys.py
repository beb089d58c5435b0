"""Rotation of the keys that sign: two live keys, and a new one known as soon as it is met."""

import json
import re
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError
from moto import mock_aws

from chalicelib.adapters.security import secret_keys
from chalicelib.adapters.security.secret_keys import SecretKeys
from chalicelib.core.errors import UnavailableError
from infra import keys
from infra.errors import DeployError

FIRST = {"kid": "1", "key": "a" * 64}
NOW = 1_800_000_000


class Vault:
    def __init__(self) -> None:
        self.secret: dict[str, Any] = FIRST
        self.reads = 0

    def get_secret_value(self, **_: Any) -> dict[str, str]:
        self.reads += 1
        return {"SecretString": json.dumps(self.secret), "VersionId": f"version {self.secret['kid']}"}

    def put_secret_value(self, SecretString: str, **_: Any) -> None:  # noqa: N803 - as boto3 has it
        self.secret = json.loads(SecretString)


def test_the_key_before_still_verifies() -> None:
    renewed = keys.after(FIRST, NOW, compromised=False)

    assert renewed["kid"] == "2"
    assert renewed["previous"] == FIRST
    assert len(renewed["key"]) == 64


def test_keys_are_not_rotated_while_the_one_before_the_last_is_needed() -> None:
    renewed = keys.after(FIRST, NOW, compromised=False)

    with pytest.raises(DeployError, match="Wait 4199 seconds"):
        keys.after(renewed, NOW + 1, compromised=False)
    assert "previous" not in keys.after(renewed, NOW + 1, compromised=True)
    assert keys.after(renewed, NOW + keys.OVERLAP_S, compromised=False)["kid"] == "3"


@pytest.mark.parametrize(
    ("for_deliveries", "compromised", "said"),
    [
        (False, False, "Key 2 signs from now on; key 1 is still accepted."),
        (False, True, "stops accepting key 1 within five minutes.*does not answer, within 24 hours"),
        (
            True,
            False,
            "signed with key 2 and with key 1. Give the receivers their new secrets before the next",
        ),
        (True, True, "Receivers accept what is signed with key 1 until they drop their old secrets"),
    ],
)
def test_a_rotation_says_until_when_the_old_key_counts(
    for_deliveries: bool, compromised: bool, said: str
) -> None:
    vault = Vault()

    assert re.search(said, keys.rotate(vault, "arn", NOW, compromised, for_deliveries=for_deliveries))
    assert vault.secret["kid"] == "2"
    assert ("previous" in vault.secret) is not compromised


def test_of_two_rotations_at_once_the_second_changes_nothing() -> None:
    """Otherwise both would make a key 2, and whoever knows one of them would refuse what the other signs."""
    with mock_aws():
        vault = boto3.client("secretsmanager", "us-east-1")
        arn = vault.create_secret(Name="keys", SecretString=json.dumps(FIRST))["ARN"]
        read = vault.get_secret_value(SecretId=arn)
        assert "Key 2 signs" in keys.rotate(vault, arn, NOW, compromised=False)
        kept = vault.get_secret_value(SecretId=arn)["SecretString"]

        late = SimpleNamespace(get_secret_value=lambda **_: read, put_secret_value=vault.put_secret_value)
        with pytest.raises(DeployError, match="Nothing was changed: another rotation"):
            keys.rotate(late, arn, NOW, compromised=True)

        assert vault.get_secret_value(SecretId=arn)["SecretString"] == kept
        assert "Key 3 signs" in keys.rotate(vault, arn, NOW, compromised=True)


def test_a_key_that_is_not_known_is_looked_up_but_not_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    vault = Vault()
    ring = SecretKeys(vault, "arn")
    assert ring.knowing("1").current == "1"
    vault.secret = keys.after(FIRST, NOW, compromised=False)

    assert "2" not in ring.knowing("2").all  # read a moment ago
    monkeypatch.setattr(secret_keys, "LOOK_AGAIN_S", -1)
    assert set(ring.knowing("2").all) == {"1", "2"}
    assert vault.reads == 2


def test_keys_at_hand_are_used_while_they_cannot_be_read_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    vault = Vault()
    ring = SecretKeys(vault, "arn")
    assert ring().current == "1"

    def refuse(**_: Any) -> dict[str, str]:
        raise EndpointConnectionError(endpoint_url="nowhere")

    monkeypatch.setattr(vault, "get_secret_value", refuse)
    monkeypatch.setattr(secret_keys, "FRESH_S", -1)
    monkeypatch.setattr(secret_keys, "LOOK_AGAIN_S", -2)

    assert ring().current == ring.knowing("2").current == "1"
    with pytest.raises(UnavailableError):
        SecretKeys(vault, "arn")()


class Away(Vault):
    """Secrets Manager, which does not answer any more after the first read."""

    def get_secret_value(self, **_: Any) -> dict[str, str]:
        if self.reads:
            self.reads += 1
            raise EndpointConnectionError(endpoint_url="nowhere")
        return super().get_secret_value()


class Time:
    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Time:
    monkeypatch.setattr(secret_keys, "time", made := Time())
    return made


def test_pauses_grow_while_the_keys_cannot_be_read(clock: Time) -> None:
    first, impatient = Vault(), Away()
    impatient.reads = 1
    ring = SecretKeys(first, "arn", lambda: impatient)
    assert ring().current == "1"
    clock.now += secret_keys.FRESH_S
    tried = []
    for second in range(1, 200):
        before, clock.now = impatient.reads, clock.now + 1
        assert ring().current == ring.knowing("2").current == "1"
        if impatient.reads > before:
            tried.append(second)

    assert tried == [1, 7, 18, 39, 80, 141]  # 5, 10, 20, 40, 60 and 60 seconds
    assert first.reads == 1


def test_keys_that_cannot_be_read_again_are_not_used_for_ever(clock: Time) -> None:
    ring = SecretKeys(vault := Away(), "arn")
    ring()
    clock.now += secret_keys.KEPT_S
    assert ring().current == "1"
    clock.now += secret_keys.LONGEST_PAUSE_S
    for _ in range(3):
        with pytest.raises(UnavailableError):
            ring()
    assert vault.reads == 3  # not each time: a read may take long


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '"x"', "7", '{"kid": 1, "key": "k"}', '{"kid": "1", "key": "k", "previous": 3}']
)
def test_a_secret_that_cannot_be_used_is_a_failure_of_ours(
    text: str, clock: Time, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Not of the users, whose tokens are valid: keys that are known stay in use."""
    ring = SecretKeys(vault := Vault(), "arn")
    ring()
    monkeypatch.setattr(vault, "get_secret_value", lambda **_: {"SecretString": text})
    clock.now += secret_keys.FRESH_S + 1

    assert ring().current == "1"
    [line] = [record for record in caplog.records if record.levelname == "ERROR"]
    assert line.message == "secret of signing keys not usable"
    with pytest.raises(UnavailableError):
        SecretKeys(vault, "arn")()


def test_a_secret_without_text_is_a_failure_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vault := Vault(), "get_secret_value", lambda **_: {"SecretBinary": b"x"})

    with pytest.raises(UnavailableError):
        SecretKeys(vault, "arn")()
