"""What a deployment says about the secrets of an application."""

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from infra.apps import secret_settings
from infra.apps.naming import secret_output
from infra.target import Target
from tests.infra.apps.conftest import Read
from tests.infra.test_check_account import DENIED, SILENT, Mocked

DECLARATION = """
[settings.first]
secret = true

[settings.second]
secret = true
"""
COMMAND = "localstack/run -m infra.operate --stack gurukool --region us-east-1 secret"


def told_of(read: Read, target: Target, *with_value: str, declaration: str = DECLARATION) -> list[str]:
    """After the deployment of two secrets, of which these have values."""
    app, told = read(declaration), list[str]()
    client = boto3.client("secretsmanager", region_name=target.region)
    values = {name: {"SecretString": "a value"} if name in with_value else {} for name in ("first", "second")}
    outputs = {
        secret_output(name): client.create_secret(Name=name, **of)["ARN"] for name, of in values.items()
    }
    secret_settings.prepare(target, outputs, app, told.append)
    return told


@mock_aws
def test_a_secret_without_a_value_is_told_with_the_command_that_sets_it(read: Read) -> None:
    told = told_of(read, Mocked("us-east-1"), "second")
    assert told == [f"The secret first has no value yet: {COMMAND} first"]


@mock_aws
@pytest.mark.parametrize(("error", "reason"), [(DENIED, "AccessDeniedException"), (SILENT, str(SILENT))])
def test_a_secret_that_cannot_be_read_is_told_and_the_deployment_does_not_fail(
    read: Read, error: ClientError, reason: str
) -> None:
    told = told_of(read, Mocked("us-east-1", refused="DescribeSecret", error=error))
    assert told == [
        f"Whether the secret {name} has a value could not be seen ({reason}). If not: {COMMAND} {name}"
        for name in ("first", "second")
    ]


@mock_aws
@pytest.mark.parametrize(("error", "reason"), [(DENIED, "AccessDeniedException"), (SILENT, str(SILENT))])
def test_a_stand_in_that_cannot_be_written_is_told_and_the_deployment_does_not_fail(
    read: Read, error: ClientError, reason: str
) -> None:
    declaration = DECLARATION.replace("[settings.second]", 'local = "stand-in"\n\n[settings.second]')
    local = Mocked("us-east-1", endpoint="http://local", refused="PutSecretValue", error=error)
    command = "localstack/run -m local_cloud.operate secret"
    assert told_of(read, local, declaration=declaration) == [
        f"The stand-in of the secret first could not be written ({reason}): {command} first",
        f"The secret second has no value yet: {command} second",
    ]
