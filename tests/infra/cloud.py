"""The functions' code on moto, with what each of them asks of AWS written down."""

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from chalice.app import Chalice

from chalicelib import functions
from chalicelib.adapters.memory.clock import ManualClock
from chalicelib.adapters.runtime.clock import SystemClock
from chalicelib.api import assembly
from chalicelib.container import ROOT, Container
from chalicelib.container.adapters import Adapters
from chalicelib.core.time import Clock
from chalicelib.settings import Settings
from infra.target import STACK, local_cloud
from tests.answers.in_process import InProcessApi
from tests.infra.documents import TABLES, WORKERS, Document, environment, shape_of

CONTEXT = SimpleNamespace(
    function_name="gurukool-worker", aws_request_id="0" * 36, get_remaining_time_in_millis=lambda: 50_000
)
REGION = "us-east-1"
SECRETS = ("TokenKeys", "WebhookKeys")
CALLBACKS = "CallbackWakeUps"

Call = tuple[str, str]
"""Action and resource, in the words of the policies: `dynamodb:Query` and `QueuesTable/index/working`."""


class Recorder:
    def __init__(self, names: dict[str, str]) -> None:
        """`names`: what the template calls a resource, by what AWS calls it."""
        self._names = names
        self.calls: set[Call] = set()
        self.made: list[Call] = []  # each of them, in order

    def __call__(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        prefix = model.service_model.endpoint_prefix
        if prefix == "s3":
            return  # its objects have keys: see test_permissions_of_uploads.py
        service = {"monitoring": "cloudwatch"}.get(prefix, prefix)
        for item in params.get("TransactItems", []):
            for action, inner in item.items():
                self._add(f"{service}:{action}Item", inner)
        for table in params.get("RequestItems", {}):
            self._add(f"{service}:{model.name}", {"TableName": table})
        if not params.keys() & {"TransactItems", "RequestItems"}:
            self._add(f"{service}:{model.name}", params)

    def _add(self, action: str, params: dict[str, Any]) -> None:
        target = next((params[key] for key in ("TableName", "QueueUrl", "SecretId") if key in params), "*")
        index = f"/index/{params['IndexName']}" if "IndexName" in params else ""
        call = (action, self._names.get(target, target) + index)
        self.calls.add(call)
        self.made.append(call)


class Cloud:
    """The stack's tables, queue and secret."""

    def __init__(self, template: Document, patch: pytest.MonkeyPatch, root: Path = ROOT) -> None:
        """`root`: where an application is unpacked, if the template has one."""
        self._template = template
        self._root = root
        self.app = Chalice("gurukool", configure_logs=False)  # that of the function which the code has become
        self.api = InProcessApi(self.app)
        patch.setenv("AWS_DEFAULT_REGION", REGION)
        self._dynamodb = boto3.client("dynamodb")
        self._sqs = boto3.client("sqs")
        self._ids = {
            table: self._create_table(table) for table in (*TABLES, *_tables_of_application(template))
        }
        self._ids |= {
            **{queue: self._create_queue(queue) for queue in (*WORKERS.values(), CALLBACKS)},
            **{name: self._create_secret(name) for name in SECRETS},
        }

    def become(self, function: str, clock: Clock | None = None, **overrides: str) -> Recorder:
        """A new process, with the environment of that function, in which each call of AWS is recorded.

        There are no callbacks, unless `overrides` say so.

        `clock`: instead of the system's.
        """

        def in_the_tests_process(settings: Settings) -> Adapters:
            """Workers must not fork this process: it has threads, sockets and a browser."""
            adapters = Adapters(settings)
            adapters.overrun_watch = None
            if clock:
                adapters.clock = clock
            return adapters

        variables = environment(self._template, function)
        resolved = {name: self._value(value) for name, value in variables.items() if "Fn::If" not in value}
        container = self.container = Container(resolved | overrides, in_the_tests_process, self._root)
        self.app = Chalice("gurukool", configure_logs=False)
        self.functions = functions.register(self.app, container)
        assembly.mount(self.app, container)
        self.api.app = self.app
        recorder = Recorder({physical: logical for logical, physical in self._ids.items()})
        connection = container.adapters.tables.connection
        for calls in (
            connection.session,
            connection.client.meta.events,
        ):  # clients to come, and the one there
            calls.register("before-parameter-build", recorder)
        return recorder

    @property
    def with_callbacks(self) -> dict[str, str]:
        """Variables of a function in a stack that has callbacks."""
        return {"CALLBACK_HOSTS": "http://127.0.0.1:9", "CALLBACK_WAKE_UPS_URL": self._ids[CALLBACKS]}

    def function(self, name: str) -> Callable[[Document, Any], Any]:
        """What Lambda calls for the function that has this name in the template."""
        handler: str = self._template["Resources"][name]["Properties"]["Handler"]
        called: Callable[[Document, Any], Any] = getattr(self.functions, handler.removeprefix("app."))
        return called

    def deliver(self, worker: Callable[[Document, Any], Any], queue: str, receives: int = 1) -> None:
        """The queue's next wake-up, as Lambda does it: deleted when it is done."""
        queue_url = {"QueueUrl": self._ids[queue]}
        message = self._sqs.receive_message(**queue_url)["Messages"][0]
        record = {
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "attributes": {"ApproximateReceiveCount": str(receives)},
        }
        worker({"Records": [record | {"body": message["Body"]}]}, CONTEXT)
        self._sqs.delete_message(**queue_url, ReceiptHandle=message["ReceiptHandle"])

    def has_messages(self, queue: str) -> bool:
        """Whether a wake-up can be delivered now."""
        return self.count_messages(queue) > 0

    def count_messages(self, queue: str) -> int:
        """How many wake-ups can be delivered, each when those before it of its group are done."""
        asked = {"QueueUrl": self._ids[queue], "AttributeNames": ["ApproximateNumberOfMessages"]}
        return int(self._sqs.get_queue_attributes(**asked)["Attributes"]["ApproximateNumberOfMessages"])

    def put(self, table: str, items: Sequence[Any]) -> None:
        """Items with DynamoDB's types, as they are."""
        for item in items:
            self._dynamodb.put_item(TableName=table, Item=item)

    def scan(self, table: str) -> list[Any]:
        """All items of a table, with DynamoDB's types."""
        pages = self._dynamodb.get_paginator("scan").paginate(TableName=table)
        return [item for page in pages for item in page["Items"]]

    def change_queue(self, user_id: str, expression: str, one: int = 1) -> None:
        """An UpdateExpression, in which `:one` is 1 if nothing else is said: also a moment long ago."""
        self._dynamodb.update_item(
            TableName="QueuesTable",
            Key={"user_id": {"S": user_id}},
            UpdateExpression=expression,
            ExpressionAttributeValues={":one": {"N": str(one)}},
        )

    def make_admin(self, username: str) -> None:
        self._dynamodb.update_item(
            TableName="AccountsTable",
            Key={"username": {"S": username}},
            UpdateExpression="SET #role = :admin",
            ExpressionAttributeNames={"#role": "role"},
            ExpressionAttributeValues={":admin": {"S": "admin"}},
        )

    def _value(self, given: Document) -> str:
        if "Ref" in given:
            return self._resolve(given["Ref"])
        return re.sub(r"\$\{([\w:]+)\}", lambda found: self._resolve(found[1]), given["Fn::Sub"])

    def _resolve(self, name: str) -> str:
        if name == "AWS::StackName":
            return STACK
        local = local_cloud("").parameters  # the samples are on, for the tests to work with
        return self._ids.get(name) or local.get(name) or str(self._template["Parameters"][name]["Default"])

    def _create_table(self, name: str) -> str:
        properties = self._template["Resources"][name]["Properties"]
        mode = properties["BillingMode"]
        self._dynamodb.create_table(TableName=name, BillingMode=mode, **shape_of(properties))
        return name

    def _create_queue(self, name: str) -> str:
        queue = self._sqs.create_queue(QueueName=f"{name}.fifo", Attributes={"FifoQueue": "true"})
        return str(queue["QueueUrl"])

    def _create_secret(self, name: str) -> str:
        keys = json.dumps({"kid": "1", "key": "k" * 64})
        secret = boto3.client("secretsmanager").create_secret(Name=name, SecretString=keys)
        return str(secret["ARN"])


def _tables_of_application(template: Document) -> list[str]:
    tables = [name for name, of in template["Resources"].items() if of["Type"] == "AWS::DynamoDB::Table"]
    return [name for name in tables if name.startswith("App")]


def still_clock() -> ManualClock:
    """For a worker whose calls are counted: the head is not written because the machine is busy."""
    return ManualClock(SystemClock().now())
