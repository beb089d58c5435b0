"""Properties of a template that the emulator would forget."""

import json
import uuid
from collections.abc import Iterator

import pytest

from local_cloud.emulator import Emulator
from local_cloud.waiting import wait_until

STACK_SECONDS = 30
NAME = f"test-{uuid.uuid4().hex[:12]}"
TEMPLATE = {
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
            "Properties": {"LogGroupName": NAME, "RetentionInDays": 14},
        },
    }
}


@pytest.fixture(scope="module", autouse=True)
def stack(emulator: Emulator) -> Iterator[None]:
    client = emulator.client("cloudformation")
    client.create_stack(StackName=NAME, TemplateBody=json.dumps(TEMPLATE))

    def created() -> bool:
        return bool(client.describe_stacks(StackName=NAME)["Stacks"][0]["StackStatus"] == "CREATE_COMPLETE")

    assert wait_until(created, STACK_SECONDS)
    yield
    client.delete_stack(StackName=NAME)


def test_a_table_has_point_in_time_recovery(emulator: Emulator) -> None:
    backups = emulator.client("dynamodb").describe_continuous_backups(TableName=NAME)
    recovery = backups["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    assert recovery["PointInTimeRecoveryStatus"] == "ENABLED"


def test_a_log_group_keeps_its_events_for_the_days_it_is_told(emulator: Emulator) -> None:
    (group,) = emulator.client("logs").describe_log_groups(logGroupNamePrefix=NAME)["logGroups"]
    assert group["retentionInDays"] == 14
