"""A local cloud with data that is started again and again, and a stack in it."""

import copy
import json
from pathlib import Path
from typing import Any

import requests

from local_cloud.data import Data
from local_cloud.emulator import Emulator
from local_cloud.waiting import wait_until
from tests.free_ports import free_ports
from tests.patience import PATIENCE_S

NAME, BEGUN, DELETED, BY_HAND = "kept", "begun", "deleted", "made-by-hand"
TWO_INDEXES = "Cannot perform more than one GSI creation or deletion in a single update"
KEY = [{"AttributeName": "id", "KeyType": "HASH"}]
DEFINITIONS = [{"AttributeName": "id", "AttributeType": "S"}]
OBJECTS = {"small": b"\x00\xff\n", "large": b"\n" * 1_000_000, "folder/empty": b""}
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
        "Bucket": {
            "Type": "AWS::S3::Bucket",
            "Properties": {
                "LifecycleConfiguration": {
                    "Rules": [{"Id": "one", "Status": "Enabled", "Prefix": "new/", "ExpirationInDays": 1}]
                }
            },
        },
        "Parameter": {
            "Type": "AWS::SSM::Parameter",
            "Properties": {"Type": "String", "Value": {"Fn::GetAtt": ["Table", "Arn"]}},
        },
    },
    "Outputs": {name: {"Value": {"Ref": name}} for name in ("Table", "Secret", "Bucket")},
}


PARAMETER = {
    "Resources": {"One": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "1"}}}
}


def with_indexes(*names: str) -> dict[str, Any]:
    """The template of a newer release."""
    template = copy.deepcopy(TEMPLATE)
    table = template["Resources"]["Table"]["Properties"]
    bucket = template["Resources"]["Bucket"]["Properties"]
    bucket["LifecycleConfiguration"]["Rules"][0]["ExpirationInDays"] = 2
    cors = {"AllowedMethods": ["PUT"], "AllowedOrigins": ["https://one.example"]}
    bucket["CorsConfiguration"] = {"CorsRules": [cors]}
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
        self.objects = client("s3")

    def post_object(self, bucket: str, key: str, file_name: str, data: bytes) -> None:
        """As the form of a web page does, with what the server has signed for it."""
        signed = self.objects.generate_presigned_post(bucket, key)
        answer = requests.post(
            signed["url"], data=signed["fields"], files={"file": (file_name, data)}, timeout=PATIENCE_S
        )
        answer.raise_for_status()

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
        del template["Resources"]["Secret"], template["Resources"]["Bucket"], template["Outputs"]
        self.stacks.create_stack(StackName=name, TemplateBody=json.dumps(template))
        assert wait_until(lambda: self.describe(name)["StackStatus"] != "CREATE_IN_PROGRESS", PATIENCE_S)
        assert self.reasons(name) != {""}

    def update(self, template: dict[str, Any], name: str = NAME) -> dict[str, str]:
        self.stacks.update_stack(StackName=name, TemplateBody=json.dumps(template))
        return self._outputs_when("UPDATE_COMPLETE", name)

    def delete(self, name: str) -> None:
        self.stacks.delete_stack(StackName=name)
        assert wait_until(lambda: name not in self.names(), PATIENCE_S)

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
        assert wait_until(lambda: self._has(status, name), PATIENCE_S), self.describe(name)
        return self.outputs(name)

    def _has(self, status: str, name: str) -> bool:
        """With its outputs, which come a moment after the status."""
        return self.describe(name)["StackStatus"] == status and bool(self.outputs(name))
