"""What an emulator with data has after its next start, however the last one ended."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local_cloud.data import Data
from local_cloud.emulator import Emulator
from local_cloud.ports import free_ports
from local_cloud.waiting import wait_until

NAME, BEGUN, DELETED, BY_HAND = "kept", "begun", "deleted", "made-by-hand"
SECONDS = 30
TWO_INDEXES = "Cannot perform more than one GSI creation or deletion in a single update"
KEY = [{"AttributeName": "id", "KeyType": "HASH"}]
DEFINITIONS = [{"AttributeName": "id", "AttributeType": "S"}]
ITEM = {"id": {"S": "one"}, "colour": {"S": "red"}}
TEMPLATE: dict[str, Any] = {
    "Resources": {
        "Table": {
            "Type": "AWS::DynamoDB::Table",
            "Properties": {
                "BillingMode": "PAY_PER_REQUEST",
                "KeySchema": KEY,
                "AttributeDefinitions": DEFINITIONS,
                "TimeToLiveSpecification": {"AttributeName": "expires", "Enabled": True},
                "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
            },
        },
        "Secret": {"Type": "AWS::SecretsManager::Secret", "Properties": {"GenerateSecretString": {}}},
        "Parameter": {
            "Type": "AWS::SSM::Parameter",
            "Properties": {"Type": "String", "Value": {"Fn::GetAtt": ["Table", "Arn"]}},
        },
    },
    "Outputs": {"Table": {"Value": {"Ref": "Table"}}, "Secret": {"Value": {"Ref": "Secret"}}},
}


PARAMETER = {
    "Resources": {"One": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "1"}}}
}


def with_indexes(*names: str) -> dict[str, Any]:
    """The template of a newer release."""
    template = copy.deepcopy(TEMPLATE)
    table = template["Resources"]["Table"]["Properties"]
    table["AttributeDefinitions"] = [{"AttributeName": n, "AttributeType": "S"} for n in ("id", *names)]
    table["TimeToLiveSpecification"] = {"AttributeName": "ends", "Enabled": True}
    table["GlobalSecondaryIndexes"] = [
        {
            "IndexName": name,
            "KeySchema": [{"AttributeName": name, "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "KEYS_ONLY"},
        }
        for name in names
    ]
    return template


class Cloud:
    """An emulator that is started again on the same data, with the clients of its services."""

    def __init__(self, directory: Path) -> None:
        self.data = Data(directory / "data")
        self.emulator = Emulator(free_ports(), directory / "state", data=self.data)
        self._connect()

    def start_again(self) -> None:
        """As after every process was killed, which is how it stops."""
        self.emulator.stop()
        self.emulator.start()

    def _connect(self) -> None:
        client = self.emulator.client
        self.stacks, self.tables = client("cloudformation"), client("dynamodb")
        self.secrets, self.parameters = client("secretsmanager"), client("ssm")

    def create(self, name: str) -> dict[str, str]:
        self.stacks.create_stack(StackName=name, TemplateBody=json.dumps(TEMPLATE))
        return self._outputs_when("CREATE_COMPLETE", name)

    def execute_change_set(self, name: str, template: dict[str, Any]) -> None:
        """Begins to make a stack, as our deployment does."""
        change = {"StackName": name, "ChangeSetName": "first"}
        self.stacks.create_change_set(**change, ChangeSetType="CREATE", TemplateBody=json.dumps(template))
        self.stacks.get_waiter("change_set_create_complete").wait(**change, WaiterConfig={"Delay": 1})
        self.stacks.execute_change_set(**change)

    def begin(self, name: str) -> None:
        """Only the table is made; the rest fails."""
        template = copy.deepcopy(TEMPLATE)
        template["Resources"]["Parameter"]["Properties"]["Type"] = "Nonsense"
        del template["Resources"]["Secret"], template["Outputs"]
        self.stacks.create_stack(StackName=name, TemplateBody=json.dumps(template))
        assert wait_until(lambda: self.describe(name)["StackStatus"] != "CREATE_IN_PROGRESS", SECONDS)
        assert self.reasons(name) != {""}

    def update(self, template: dict[str, Any], name: str = NAME) -> dict[str, str]:
        self.stacks.update_stack(StackName=name, TemplateBody=json.dumps(template))
        return self._outputs_when("UPDATE_COMPLETE", name)

    def delete(self, name: str) -> None:
        self.stacks.delete_stack(StackName=name)
        assert wait_until(lambda: name not in self.names(), SECONDS)

    def names(self) -> list[str]:
        found = self.stacks.describe_stacks()["Stacks"]
        return [stack["StackName"] for stack in found if stack["StackStatus"] != "DELETE_COMPLETE"]

    def describe(self, name: str = NAME) -> Any:
        return self.stacks.describe_stacks(StackName=name)["Stacks"][0]

    def reasons(self, name: str = NAME) -> set[str]:
        """Why something failed."""
        events = self.stacks.describe_stack_events(StackName=name)["StackEvents"]
        return {event.get("ResourceStatusReason", "") for event in events}

    def outputs(self, name: str = NAME) -> dict[str, str]:
        return {entry["OutputKey"]: entry["OutputValue"] for entry in self.describe(name).get("Outputs", ())}

    def _outputs_when(self, status: str, name: str) -> dict[str, str]:
        assert wait_until(lambda: self._has(status, name), SECONDS), self.describe(name)
        return self.outputs(name)

    def _has(self, status: str, name: str) -> bool:
        """With its outputs, which come a moment after the status."""
        return self.describe(name)["StackStatus"] == status and bool(self.outputs(name))


@pytest.fixture(scope="module")
def cloud(environment: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    cloud = Cloud(tmp_path_factory.mktemp("kept"))
    with cloud.emulator:
        yield cloud


@pytest.fixture(scope="module")
def before(cloud: Cloud) -> dict[str, str]:
    """The outputs of the stack before the second start, which has happened."""
    outputs = cloud.create(NAME)
    cloud.create(DELETED)
    cloud.delete(DELETED)
    cloud.begin(BEGUN)
    cloud.tables.put_item(TableName=outputs["Table"], Item=ITEM)
    cloud.secrets.put_secret_value(SecretId=outputs["Secret"], SecretString="rotated")
    cloud.secrets.create_secret(Name=BY_HAND, SecretBinary=b"\x00\xff")
    made = cloud.tables.create_table(
        TableName=BY_HAND, KeySchema=KEY, AttributeDefinitions=DEFINITIONS, BillingMode="PAY_PER_REQUEST"
    )
    arn = made["TableDescription"]["TableArn"]
    cloud.tables.tag_resource(ResourceArn=arn, Tags=[{"Key": "colour", "Value": "red"}])
    cloud.start_again()
    return outputs


def test_a_stack_is_there_and_a_deleted_one_is_not(cloud: Cloud, before: dict[str, str]) -> None:
    assert cloud.outputs() == before
    assert sorted(cloud.names()) == [BEGUN, NAME]


def test_items_and_what_is_set_of_their_table_are_there(cloud: Cloud, before: dict[str, str]) -> None:
    name = before["Table"]

    assert cloud.tables.get_item(TableName=name, Key={"id": {"S": "one"}})["Item"] == ITEM
    ttl = cloud.tables.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    assert ttl == {"AttributeName": "expires", "TimeToLiveStatus": "ENABLED"}
    backups = cloud.tables.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"


def test_a_first_deployment_that_was_not_completed_goes_on_with_its_tables(
    cloud: Cloud, before: dict[str, str]
) -> None:
    [table] = [name for name in cloud.tables.list_tables()["TableNames"] if name.startswith(BEGUN)]

    assert cloud.update(TEMPLATE, BEGUN)["Table"] == table


def test_a_table_that_no_stack_made_is_there(cloud: Cloud, before: dict[str, str]) -> None:
    arn = cloud.tables.describe_table(TableName=BY_HAND)["Table"]["TableArn"]

    assert cloud.tables.list_tags_of_resource(ResourceArn=arn)["Tags"] == [{"Key": "colour", "Value": "red"}]


def test_a_secret_is_there_with_its_former_version(cloud: Cloud, before: dict[str, str]) -> None:
    arn = before["Secret"]

    assert cloud.secrets.get_secret_value(SecretId=arn)["SecretString"] == "rotated"
    former = cloud.secrets.get_secret_value(SecretId=arn, VersionStage="AWSPREVIOUS")["SecretString"]
    assert len(former) == 32
    assert cloud.secrets.get_secret_value(SecretId=BY_HAND)["SecretBinary"] == b"\x00\xff"


def test_only_the_owner_may_read_it(cloud: Cloud, before: dict[str, str]) -> None:
    assert cloud.data.directory.stat().st_mode & 0o777 == 0o700
    documents = {path.name: path.stat().st_mode & 0o777 for path in cloud.data.directory.glob("*.json")}
    assert documents == dict.fromkeys(("secrets.json", "stacks.json", "tables.json"), 0o600)


def test_a_newer_template_updates_the_tables_and_makes_the_rest(cloud: Cloud, before: dict[str, str]) -> None:
    assert cloud.update(with_indexes("colour")) == before

    found: Any = cloud.tables.query(
        TableName=before["Table"],
        IndexName="colour",
        KeyConditionExpression="colour = :red",
        ExpressionAttributeValues={":red": {"S": "red"}},
    )
    assert found["Count"] == 1
    ttl = cloud.tables.describe_time_to_live(TableName=before["Table"])["TimeToLiveDescription"]
    assert ttl["AttributeName"] == "ends"
    parameters = cloud.parameters.describe_parameters()["Parameters"]
    values = [cloud.parameters.get_parameter(Name=p["Name"])["Parameter"]["Value"] for p in parameters]
    assert any(value.endswith(f":table/{before['Table']}") for value in values)


def test_a_stack_that_cannot_be_kept_has_failed(cloud: Cloud, before: dict[str, str]) -> None:
    """As with a full disk. Its deployment would otherwise never end."""
    obstacle = cloud.data.directory / "stacks.json.new"
    obstacle.mkdir()
    try:
        cloud.execute_change_set("unkept", PARAMETER)
        assert wait_until(lambda: "ROLLBACK" in cloud.describe("unkept")["StackStatus"], SECONDS)
    finally:
        obstacle.rmdir()
    assert "The stack cannot be kept: [Errno 21]" in cloud.describe("unkept")["StackStatusReason"]
    cloud.delete("unkept")


def test_after_an_update_that_failed_a_start_brings_the_last_one_back(
    cloud: Cloud, before: dict[str, str]
) -> None:
    cloud.stacks.update_stack(
        StackName=NAME, TemplateBody=json.dumps(with_indexes("size", "shape", "colour"))
    )
    assert wait_until(lambda: TWO_INDEXES in cloud.reasons(), SECONDS)

    cloud.start_again()

    assert cloud.describe()["StackStatus"] == "UPDATE_COMPLETE"
    assert cloud.outputs() == before
    assert cloud.update(TEMPLATE) == before
    assert "GlobalSecondaryIndexes" not in cloud.tables.describe_table(TableName=before["Table"])["Table"]
