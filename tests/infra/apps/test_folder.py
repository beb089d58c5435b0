"""What is wrong in an application's folder is told in a sentence that names the place."""

from pathlib import Path

import pytest

from infra.apps import folder
from infra.errors import DeployError
from tests.infra.apps.conftest import Read

QUEUE = "Resources:\n  q:\n    Type: AWS::SQS::Queue\n"


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DeployError, match=r"There is no application in .*nowhere.*infra\.new"):
        folder.read(tmp_path / "nowhere")


def test_a_folder_without_handlers_is_no_application(tmp_path: Path) -> None:
    with pytest.raises(DeployError, match="has no folder handlers"):
        folder.read(tmp_path)


@pytest.mark.parametrize(
    ("declaration", "sentence"),
    [
        (
            "settings.limit.type = 'int'",
            'settings.limit.type must be "boolean", "integer", "number" or "string"',
        ),
        ("settings.limit.typ = 'integer'", "settings.limit.typ is not known here"),
        ("settings.limit = 5", "settings.limit must be an object"),
        (
            "[settings.limit]\ntype = 'integer'\ndefault = 'five'",
            "settings.limit.default must be of type integer",
        ),
        ("[settings.on]\ntype = 'integer'\nlocal = true", "settings.on.local must be of type integer"),
        (
            "[settings.key]\nsecret = true\ndefault = 'sk_1'",
            "settings.key is secret: it is text, and has no default",
        ),
        ("[settings.Key]\nsecret = true", "settings.Key: a name has 1 to 40 characters"),
        ("settings.a_1 = {}\nsettings.a1 = {}", "the settings a1 and a_1 are too much alike"),
        ("permissions.balances = ['dynamodb:*']", "'dynamodb:*' is not an action such as dynamodb:GetItem"),
        (
            "permissions.balances = ['s3:GetObject']",
            "s3:GetObject is not for a resource of type AWS::DynamoDB::Table",
        ),
        ("permissions.balance = ['dynamodb:GetItem']", "resources.yaml has no 'balance'"),
        ("handlers.greet.timeout = 841", "handlers.greet.timeout must be a number"),
        ("worker.memory_mb = 1", "worker.memory_mb must be a whole number from 256 to 10240"),
        ("limits = {}", "limits is not known here"),
        ("settings = [", "application.toml is wrong"),
    ],
)
def test_a_wrong_declaration_is_told(read: Read, declaration: str, sentence: str) -> None:
    with pytest.raises(DeployError) as refused:
        read(declaration)

    assert sentence in str(refused.value)


@pytest.mark.parametrize(
    ("resources", "sentence"),
    [
        (
            "Resources:\n  f:\n    Type: AWS::Lambda::Function\n",
            "f is of type AWS::Lambda::Function; possible are",
        ),
        (f"{QUEUE}    Properties: {{QueueName: orders}}\n", "q must not have the QueueName 'orders'"),
        (f"{QUEUE}  Q:\n    Type: AWS::SQS::Queue\n", "q and Q must differ in more than case"),
        (
            "Resources:\n  my-queue:\n    Type: AWS::SQS::Queue\n",
            "'my-queue': a name has 1 to 64 letters and digits",
        ),
        ("Outputs: {}\n", "must have one section, Resources"),
        ("Resources: [", "resources.yaml cannot be read"),
    ],
)
def test_a_wrong_resource_is_told(read: Read, resources: str, sentence: str) -> None:
    with pytest.raises(DeployError) as refused:
        read("", resources)

    assert sentence in str(refused.value)


def test_a_service_that_botocore_does_not_know_is_told(read: Read) -> None:
    app = read("permissions.'*' = ['dynamo:GetItem', 'kafka-cluster:Connect', 's3:GetObject']")

    assert app.manifest.services == ["s3", "s3control"]
    dynamo, kafka = app.doubts()
    assert "permissions that begin with dynamo:, so handlers have no client" in dynamo
    assert "kafka-cluster:" in kafka


@pytest.mark.parametrize(
    ("action", "service"),
    [
        ("rds-db:connect", "rds"),
        ("elasticfilesystem:ClientMount", "efs"),
        ("mobiletargeting:SendMessages", "pinpoint"),
        ("aps:RemoteWrite", "amp"),
        ("states:StartExecution", "stepfunctions"),
    ],
)
def test_a_service_that_permissions_call_otherwise_is_found(read: Read, action: str, service: str) -> None:
    app = read(f"permissions.'*' = ['{action}']")

    assert app.manifest.services == [service]
    assert app.doubts() == []


@pytest.mark.parametrize(
    ("prefix", "services"),
    [
        ("es", {"es", "opensearch"}),
        ("ses", {"ses", "sesv2"}),
        ("sagemaker", {"sagemaker-runtime", "sagemaker-featurestore-runtime"}),
        ("bedrock", {"bedrock-runtime", "bedrock-agent-runtime"}),
        ("appconfig", {"appconfigdata"}),
        ("dynamodb", {"dynamodbstreams"}),
        ("execute-api", {"apigatewaymanagementapi"}),
    ],
)
def test_all_services_whose_calls_are_signed_for_a_prefix_are_found(
    read: Read, prefix: str, services: set[str]
) -> None:
    assert services <= set(read(f"permissions.'*' = ['{prefix}:Call']").manifest.services)


def test_without_its_files_an_application_declares_nothing(tmp_path: Path) -> None:
    (tmp_path / "handlers").mkdir()

    app = folder.read(tmp_path)

    assert (app.resources, app.statements, app.declared.settings) == ({}, [], {})
