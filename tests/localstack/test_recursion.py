"""A function that invokes itself through a queue: AWS stops it after 16 hops, unless it is allowed to."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gurukool_localstack.lineage import parse, render
from local_cloud.emulator import Emulator
from local_cloud.waiting import wait_until
from tests.localstack.functions import Function, deploy
from tests.localstack.queues import Queue, create_queue
from tests.patience import PATIENCE_S

# Does what a function's SDK does: the trace header goes along with the message.
RINGER = """
    import json, os, urllib.parse, urllib.request, uuid

    def handler(event, context):
        for record in event["Records"]:
            with open(os.environ["NOTES"], "a") as notes:
                notes.write(record["body"] + "\\n")
            if int(record["body"]) < int(os.environ["RINGS"]):
                send(int(record["body"]) + 1)

    def send(n):
        fields = {"Action": "SendMessage", "QueueUrl": os.environ["QUEUE_URL"], "MessageBody": n,
                  "MessageGroupId": "A", "MessageDeduplicationId": uuid.uuid4().hex}
        endpoint, body = os.environ["AWS_ENDPOINT_URL"], urllib.parse.urlencode(fields).encode()
        request = urllib.request.Request(endpoint, body)
        request.add_header("X-Amzn-Trace-Id", urllib.parse.quote(os.environ["_X_AMZN_TRACE_ID"], safe="-=;:"))
        request.add_header("Authorization", "AWS4-HMAC-SHA256 SignedHeaders=host, Signature=none, "
                           "Credential=test/20200101/us-east-1/sqs/aws4_request")
        urllib.request.urlopen(request).read()
"""
RINGS = 20


@contextmanager
def ringer(emulator: Emulator, queue: Queue, notes: Path) -> Iterator[Function]:
    client = emulator.client("lambda")
    variables = {"NOTES": str(notes), "QUEUE_URL": queue.url, "RINGS": str(RINGS)}
    function = deploy(emulator, RINGER, variables, Timeout=5)
    function.invoke(Records=[])  # no message waits for the start of its process
    mapping = client.create_event_source_mapping(
        FunctionName=function.name, EventSourceArn=queue.arn, BatchSize=1
    )
    try:
        yield function
    finally:
        client.delete_event_source_mapping(UUID=mapping["UUID"])
        function.delete()


def rung(notes: Path) -> list[int]:
    return [int(line) for line in notes.read_text().splitlines()] if notes.exists() else []


def test_the_17th_invocation_of_a_chain_is_dropped_and_its_message_is_a_failed_delivery(
    emulator: Emulator, tmp_path: Path
) -> None:
    dead_letters = create_queue(emulator)
    policy = f'{{"deadLetterTargetArn": "{dead_letters.arn}", "maxReceiveCount": 1}}'
    queue = create_queue(emulator, RedrivePolicy=policy, VisibilityTimeout="5")
    with ringer(emulator, queue, tmp_path / "notes"):
        queue.client.send_message(
            QueueUrl=queue.url, MessageBody="1", MessageGroupId="A", MessageDeduplicationId="1"
        )
        assert wait_until(lambda: dead_letters.size() == 1, PATIENCE_S)
    assert rung(tmp_path / "notes") == list(range(1, 17))
    assert [message["Body"] for message in dead_letters.receive()] == ["17"]


def test_a_function_that_is_allowed_to_recur_goes_on(emulator: Emulator, tmp_path: Path) -> None:
    queue = create_queue(emulator)
    with ringer(emulator, queue, tmp_path / "notes") as function:
        emulator.client("lambda").put_function_recursion_config(
            FunctionName=function.name, RecursiveLoop="Allow"
        )
        queue.client.send_message(
            QueueUrl=queue.url, MessageBody="1", MessageGroupId="A", MessageDeduplicationId="1"
        )
        assert wait_until(lambda: len(rung(tmp_path / "notes")) == RINGS, PATIENCE_S)


@pytest.mark.parametrize(
    ("text", "hops"),
    [
        (None, {}),
        ("", {}),
        ("a1:1|b2:16", {"a1": 1, "b2": 16}),
        ("a1:1%7Cb2:16", {"a1": 1, "b2": 16}),
        ("nonsense|a1:|:3x|b2:-1", {}),
    ],
)
def test_a_lineage_says_how_often_each_function_was_invoked(text: str | None, hops: dict[str, int]) -> None:
    assert parse(text) == hops
    assert parse(render(parse(text))) == hops
