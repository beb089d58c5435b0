"""The port for the functions' calls of SQS: the same results and the same errors as at the edge."""

import uuid
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import boto3
import pytest
import urllib3
from botocore.config import Config
from botocore.exceptions import ClientError

from local_cloud.emulator import Emulator
from tests.localstack.functions import deploy

TRACE = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"
SOURCE = """
    import os
    def handler(event, context):
        return os.environ["AWS_ENDPOINT_URL_SQS"]
"""
ON_PURPOSE = {"X-Gurukool-Faults": "yes"}
FIFO = {"MessageGroupId": "ada", "MessageBody": "{}"}


@pytest.fixture(scope="module")
def port(emulator: Emulator) -> Iterator[str]:
    """The address, as a function has it."""
    function = deploy(emulator, SOURCE)
    yield str(function.invoke().payload)
    function.delete()


@pytest.fixture(scope="module")
def clients(emulator: Emulator, port: str) -> list[Any]:
    """At the edge, and at the port."""
    options: dict[str, Any] = {
        "region_name": "us-east-1",
        "aws_access_key_id": "test",
        "aws_secret_access_key": "test",
        "config": Config(parameter_validation=False, retries={"total_max_attempts": 1}),
    }
    made = [boto3.client("sqs", endpoint_url=url, **options) for url in (emulator.edge_url, port)]
    for client in made:
        client.meta.events.register("before-call", lambda params, **_: params["headers"].update(traced()))
    return made


def traced() -> dict[str, str]:
    return {"X-Amzn-Trace-Id": TRACE}


def new_queue(client: Any) -> str:
    attributes = {"FifoQueue": "true", "VisibilityTimeout": "60"}
    return str(client.create_queue(QueueName=f"{uuid.uuid4().hex}.fifo", Attributes=attributes)["QueueUrl"])


def outcome(call: Any, **parameters: Any) -> Any:
    """What came back, without what differs from call to call."""
    try:
        result = call(**parameters)
    except ClientError as error:
        result = error.response
    metadata = result.pop("ResponseMetadata")
    assert metadata.get("RequestId") or metadata["HTTPStatusCode"] == HTTPStatus.SERVICE_UNAVAILABLE
    for name in ("MessageId", "SequenceNumber"):
        assert result.pop(name, "some")
    return result | {"status": metadata["HTTPStatusCode"]}


def test_a_message_is_sent_held_and_deleted_as_at_the_edge(clients: list[Any]) -> None:
    seen = []
    for client in clients:
        url = new_queue(client)
        sent = outcome(client.send_message, QueueUrl=url, MessageDeduplicationId="1", **FIFO)
        again = outcome(client.send_message, QueueUrl=url, MessageDeduplicationId="1", **FIFO)
        [message] = client.receive_message(QueueUrl=url, MessageSystemAttributeNames=["All"])["Messages"]
        handle = {"QueueUrl": url, "ReceiptHandle": message["ReceiptHandle"]}
        held = outcome(client.change_message_visibility, VisibilityTimeout=0, **handle)
        [back] = client.receive_message(QueueUrl=url)["Messages"]
        deleted = outcome(client.delete_message, QueueUrl=url, ReceiptHandle=back["ReceiptHandle"])
        left = client.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
        attributes = message["Attributes"]
        kept = {name: attributes[name] for name in ("SenderId", "MessageGroupId", "AWSTraceHeader")}
        seen.append((sent, again, held, deleted, kept, left["Attributes"]))

    assert seen[1] == seen[0]
    assert seen[1][4]["AWSTraceHeader"] == TRACE


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("send_message", {"MessageGroupId": "ada"}),
        ("send_message", {"MessageBody": "no group", "MessageDeduplicationId": "1"}),
        ("send_message", {**FIFO, "MessageDeduplicationId": "1", "MessageBody": ""}),
        ("send_message", {**FIFO, "MessageDeduplicationId": "2", "MessageBody": "x" * 2**20 + "x"}),
        ("send_message", {**FIFO, "MessageDeduplicationId": "3", "MessageBody": "\x00"}),
        ("send_message", {**FIFO, "MessageDeduplicationId": "4", "DelaySeconds": 1}),
        ("send_message", {**FIFO, "MessageDeduplicationId": "5", "QueueUrl": "http://127.0.0.1/0/none"}),
        (
            "send_message",
            {**FIFO, "MessageDeduplicationId": "6", "MessageAttributes": {"a": {"DataType": "No"}}},
        ),
        ("change_message_visibility", {"ReceiptHandle": "none", "VisibilityTimeout": 1}),
        ("change_message_visibility", {"ReceiptHandle": "none"}),
        ("delete_message", {"ReceiptHandle": "none"}),
        ("delete_message", {}),
        ("get_queue_attributes", {"AttributeNames": ["FifoQueue"]}),
    ],
)
def test_what_is_refused_is_refused_in_the_same_words(
    clients: list[Any], operation: str, parameters: dict[str, Any]
) -> None:
    url = new_queue(clients[0])

    at_edge, at_port = (
        outcome(getattr(client, operation), **{"QueueUrl": url, **parameters}) for client in clients
    )

    assert at_port == at_edge


def test_a_requested_fault_is_one_at_the_port_too(emulator: Emulator, clients: list[Any]) -> None:
    url, faults = new_queue(clients[0]), f"{emulator.edge_url}/_gurukool/faults?service=sqs&seconds="
    with urllib3.PoolManager() as http:
        assert http.request("POST", f"{faults}30", headers=ON_PURPOSE).status == HTTPStatus.NO_CONTENT
        failing = outcome(clients[1].send_message, QueueUrl=url, MessageDeduplicationId="1", **FIFO)
        assert http.request("POST", f"{faults}0", headers=ON_PURPOSE).status == HTTPStatus.NO_CONTENT
        working = outcome(clients[1].send_message, QueueUrl=url, MessageDeduplicationId="1", **FIFO)

    assert failing["status"] == HTTPStatus.SERVICE_UNAVAILABLE
    assert working["status"] == HTTPStatus.OK


def test_a_page_of_another_place_cannot_send_a_message(port: str, clients: list[Any]) -> None:
    url = new_queue(clients[0])
    signature = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/sqs/aws4_request"
    headers = {"X-Amz-Target": "AmazonSQS.SendMessage", "Authorization": signature}
    headers |= {"Content-Type": "application/x-amz-json-1.0", "Origin": "https://evil.example"}
    body = (
        f'{{"QueueUrl": "{url}", "MessageBody": "b", "MessageGroupId": "g", "MessageDeduplicationId": "d"}}'
    )
    with urllib3.PoolManager() as http:
        answer = http.request("POST", f"{port}/", body=body, headers=headers)

    assert answer.status == HTTPStatus.FORBIDDEN
    assert "Messages" not in clients[0].receive_message(QueueUrl=url)
