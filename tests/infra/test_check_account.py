"""The account of the synthetic check: made by the deployment, kept, and given a new password by a command."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from chalicelib.adapters.dynamodb.accounts import DynamoAccounts
from chalicelib.adapters.security.passwords import Argon2Passwords
from chalicelib.core.identity.account import Account, Role, new_username
from infra import check_account
from infra.errors import DeployError
from infra.exporting import TABLES, tables_of
from infra.target import Target
from tests.infra.cloud import REGION, Cloud
from tests.infra.documents import Document


@dataclass(frozen=True)
class Mocked(Target):
    """AWS as moto has it."""

    refused: str = ""  # the service that answers that nothing is allowed

    def client(self, service: str) -> Any:
        client = boto3.client(service, region_name=REGION)
        if service == self.refused:
            client.meta.events.register("before-call", refuse)
        return client


def refuse(**_: object) -> None:
    raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "Call")


@pytest.fixture
def outputs(template: Document) -> Iterator[dict[str, str]]:
    """Of a stack with a synthetic check that has no account yet."""
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        Cloud(template, patch)
        secret = boto3.client("secretsmanager").create_secret(Name="check")
        tables = {f"{name.capitalize()}Table": f"{name.capitalize()}Table" for name in TABLES}
        yield {check_account.OUTPUT: secret["ARN"], **tables}


def stored(outputs: dict[str, str]) -> dict[str, str]:
    found = boto3.client("secretsmanager").get_secret_value(SecretId=outputs[check_account.OUTPUT])
    credentials: dict[str, str] = json.loads(found["SecretString"])
    return credentials


def account_of(outputs: dict[str, str]) -> Account:
    account = DynamoAccounts(tables_of(Mocked(REGION), outputs)).by_username(stored(outputs)["username"])
    assert account is not None
    return account


def test_a_deployment_makes_it_once(outputs: dict[str, str]) -> None:
    told: list[str] = []
    for _ in range(2):
        check_account.prepare(Mocked(REGION), outputs, told.append)
    credentials, account = stored(outputs), account_of(outputs)
    assert told == [f"The synthetic check signs in as {credentials['username']}, with its password."]
    assert new_username(account.username) == account.username
    assert (account.role, account.disabled) == (Role.USER, False)
    assert Argon2Passwords().verify(account.password_hash, credentials["password"])


def test_the_command_gives_it_a_new_password(outputs: dict[str, str]) -> None:
    check_account.make(Mocked(REGION), outputs)
    before, account = stored(outputs), account_of(outputs)
    assert check_account.make(Mocked(REGION), outputs).endswith("with a new password.")
    after = stored(outputs)
    assert after["username"] == before["username"]
    assert account_of(outputs).user_id == account.user_id
    opens = [
        Argon2Passwords().verify(account_of(outputs).password_hash, of["password"]) for of in (before, after)
    ]
    assert opens == [False, True]


def test_the_audit_log_tells_of_it(outputs: dict[str, str]) -> None:
    check_account.make(Mocked(REGION), outputs)
    [entry] = boto3.client("dynamodb").scan(TableName="AuditTable")["Items"]
    assert (entry["action"]["S"], entry["subject"]["S"]) == (
        "make check account",
        stored(outputs)["username"],
    )


def test_a_stack_without_a_check_gets_none() -> None:
    check_account.prepare(Mocked(REGION), {}, pytest.fail)
    with pytest.raises(DeployError, match="set its parameter SyntheticCheck"):
        check_account.make(Mocked(REGION), {})


@pytest.mark.parametrize("refused", ["secretsmanager", "dynamodb"])
def test_whoever_may_not_make_it_is_told_the_command(outputs: dict[str, str], refused: str) -> None:
    told: list[str] = []
    check_account.prepare(Mocked(REGION, refused=refused), outputs, told.append)
    [line] = told
    assert "AccessDeniedException" in line
    assert line.endswith("localstack/run -m infra.operate --stack gurukool check-account")
