"""Properties of a template that the emulator would forget."""

import copy
import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from local_cloud.emulator import Emulator
from local_cloud.waiting import wait_until
from tests.localstack.functions import ROLE
from tests.patience import PATIENCE_S

NAME = f"test-{uuid.uuid4().hex[:12]}"


def policy(name: str, action: str) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
    return {"PolicyName": name, "PolicyDocument": {"Statement": [statement]}}


TEMPLATE: dict[str, Any] = {
    "Parameters": {"Days": {"Type": "Number", "Default": 14}},
    "Conditions": {"TwoWeeks": {"Fn::Equals": [{"Ref": "Days"}, "14"]}},
    "Resources": {
        "Table": {
            "Type": "AWS::DynamoDB::Table",
            "Properties": {
                "TableName": NAME,
                "BillingMode": "PAY_PER_REQUEST",
                "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
            },
        },
        "LogGroup": {
            "Type": "AWS::Logs::LogGroup",
            "Properties": {"LogGroupName": NAME, "RetentionInDays": {"Fn::If": ["TwoWeeks", 14, 1]}},
        },
        "Function": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "FunctionName": NAME,
                "Runtime": "python3.13",
                "Handler": "index.handler",
                "Role": ROLE,
                "Code": {"ZipFile": "def handler(event, context): pass"},
                "RecursiveLoop": "Allow",
                "ReservedConcurrentExecutions": 3,
            },
        },
        "Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []},
                "Policies": [policy(name, "sqs:SendMessage") for name in ("stays", "goes")],
            },
        },
    },
    "Outputs": {"Role": {"Value": {"Ref": "Role"}}},
}


@pytest.fixture(scope="module", autouse=True)
def stack(emulator: Emulator) -> Iterator[None]:
    client = emulator.client("cloudformation")
    client.create_stack(StackName=NAME, TemplateBody=json.dumps(TEMPLATE))
    assert wait_until(lambda: status(emulator) == "CREATE_COMPLETE", PATIENCE_S)
    yield
    client.delete_stack(StackName=NAME)


def status(emulator: Emulator) -> str:
    found = emulator.client("cloudformation").describe_stacks(StackName=NAME)
    return str(found["Stacks"][0]["StackStatus"])


def limits(emulator: Emulator) -> tuple[str, int | None]:
    """What the function's RecursiveLoop is, and how many of it may run at once."""
    client = emulator.client("lambda")
    return (
        client.get_function_recursion_config(FunctionName=NAME)["RecursiveLoop"],
        client.get_function_concurrency(FunctionName=NAME).get("ReservedConcurrentExecutions"),
    )


def test_a_table_has_point_in_time_recovery(emulator: Emulator) -> None:
    backups = emulator.client("dynamodb").describe_continuous_backups(TableName=NAME)
    recovery = backups["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    assert recovery["PointInTimeRecoveryStatus"] == "ENABLED"


def test_a_log_group_keeps_its_events_for_the_days_it_is_told(emulator: Emulator) -> None:
    (group,) = emulator.client("logs").describe_log_groups(logGroupNamePrefix=NAME)["logGroups"]
    assert group["retentionInDays"] == 14


def test_a_function_has_its_limits_and_an_update_that_leaves_them_out_takes_them_away(
    emulator: Emulator,
) -> None:
    assert limits(emulator) == ("Allow", 3)

    updated = copy.deepcopy(TEMPLATE)
    properties = updated["Resources"]["Function"]["Properties"]
    del properties["RecursiveLoop"], properties["ReservedConcurrentExecutions"]
    update(emulator, updated)

    assert limits(emulator) == ("Terminate", None)


def test_an_update_changes_the_policies_of_a_role(emulator: Emulator) -> None:
    updated = copy.deepcopy(TEMPLATE)
    policies = [policy("stays", "sqs:ReceiveMessage"), policy("comes", "sqs:SendMessage")]
    updated["Resources"]["Role"]["Properties"]["Policies"] = policies
    update(emulator, updated)

    iam = emulator.client("iam")
    stacks = emulator.client("cloudformation").describe_stacks(StackName=NAME)["Stacks"]
    role = stacks[0]["Outputs"][0]["OutputValue"]
    assert sorted(iam.list_role_policies(RoleName=role)["PolicyNames"]) == ["comes", "stays"]
    found = iam.get_role_policy(RoleName=role, PolicyName="stays")["PolicyDocument"]
    assert found["Statement"][0]["Action"] == "sqs:ReceiveMessage"


def update(emulator: Emulator, template: dict[str, Any]) -> None:
    emulator.client("cloudformation").update_stack(StackName=NAME, TemplateBody=json.dumps(template))
    assert wait_until(lambda: status(emulator) == "UPDATE_COMPLETE", PATIENCE_S)
