"""The account of the synthetic check: made by the deployment, kept, and given a new password by a command."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
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


def refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code}}, "Call")


DENIED, BUSY = refusal("AccessDeniedException"), refusal("ThrottlingException")
TAKEN = refusal("ConditionalCheckFailedException")
SILENT = EndpointConnectionError(endpoint_url="https://aws.example")


@dataclass(frozen=True)
class Mocked(Target):
    """AWS as moto has it."""

    refused: str = ""  # the call that does not succeed, such as `PutItem`, or `PutItem AccountsTable`
    error: Exception = DENIED

    def client(self, service: str) -> Any:
        client = boto3.client(service, region_name=REGION)
        client.meta.events.register("before-call", self._refuse)
        return client

    def _refuse(self, model: Any, params: dict[str, Any], **_: object) -> None:
        operation, *tables = self.refused.split() or [""]
        if model.name == operation and all(table in str(params["body"]) for table in tables):
            raise self.error


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
    assert "with a new password. If it has tried a wrong one" in check_account.make(Mocked(REGION), outputs)
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


UNSEEN = "Whether the synthetic check has an account could not be seen"
NOT_MADE = "The account of the synthetic check was not made"


@pytest.mark.parametrize(
    ("refused", "error", "sentence"),
    [
        ("DescribeSecret", DENIED, f"{UNSEEN} (AccessDeniedException)"),
        ("DescribeSecret", SILENT, f"{UNSEEN} (Could not connect"),
        ("PutSecretValue", DENIED, f"{NOT_MADE} (AccessDeniedException)"),
        ("PutItem", DENIED, f"{NOT_MADE} (AccessDeniedException)"),
        ("GetItem", DENIED, f"{NOT_MADE} (DynamoDB refuses it: AccessDeniedException)"),
        ("GetItem", SILENT, f"{NOT_MADE} (The store does not answer. Try again)"),
        ("GetItem", BUSY, f"{NOT_MADE} (The store does not answer. Try again)"),
        ("PutItem AccountsTable", TAKEN, f"{NOT_MADE} (Something else has changed the same item"),
    ],
)
def test_a_deployment_that_cannot_make_it_says_why_and_which_command_does(
    outputs: dict[str, str], refused: str, error: Exception, sentence: str
) -> None:
    told: list[str] = []
    check_account.prepare(Mocked(REGION, refused=refused, error=error), outputs, told.append)
    [line] = told
    assert line.startswith(sentence)
    assert line.endswith(f"localstack/run -m infra.operate --stack gurukool --region {REGION} check-account")


@pytest.mark.parametrize("refused", ["PutSecretValue", "PutItem"])
def test_what_fails_leaves_no_account_behind(outputs: dict[str, str], refused: str) -> None:
    for _ in range(2):
        with pytest.raises(ClientError):
            check_account.make(Mocked(REGION, refused=refused), outputs)
    assert boto3.client("dynamodb").scan(TableName="AccountsTable")["Items"] == []


def test_a_repetition_gives_the_secret_its_account(outputs: dict[str, str]) -> None:
    with pytest.raises(DeployError, match="The store does not answer"):
        check_account.make(Mocked(REGION, refused="PutItem AccountsTable", error=BUSY), outputs)
    before = stored(outputs)

    check_account.make(Mocked(REGION), outputs)

    assert stored(outputs)["username"] == before["username"]
    assert opens(outputs)


def test_a_secret_that_cannot_be_written_keeps_its_password(outputs: dict[str, str]) -> None:
    check_account.make(Mocked(REGION), outputs)
    with pytest.raises(ClientError):
        check_account.make(Mocked(REGION, refused="PutSecretValue"), outputs)
    assert opens(outputs)


def test_a_repetition_gives_the_account_the_password_of_the_secret(outputs: dict[str, str]) -> None:
    check_account.make(Mocked(REGION), outputs)
    with pytest.raises(DeployError, match="The store does not answer"):
        check_account.make(Mocked(REGION, refused="UpdateItem", error=BUSY), outputs)
    assert not opens(outputs)

    check_account.make(Mocked(REGION), outputs)

    assert opens(outputs)


@pytest.mark.parametrize("text", ["a password", "{}", "[]"])
def test_whatever_else_is_in_the_secret_is_replaced(outputs: dict[str, str], text: str) -> None:
    secret = outputs[check_account.OUTPUT]
    boto3.client("secretsmanager").put_secret_value(SecretId=secret, SecretString=text)
    check_account.make(Mocked(REGION), outputs)
    assert opens(outputs)


def opens(outputs: dict[str, str]) -> bool:
    """Whether the checker can sign in."""
    return Argon2Passwords().verify(account_of(outputs).password_hash, stored(outputs)["password"])
