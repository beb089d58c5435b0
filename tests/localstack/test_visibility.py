"""Lambda demands that messages stay invisible for as long as their function may run; AWS's words."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_cloud.emulator import Emulator
from tests.localstack.functions import Function, deploy
from tests.localstack.queues import create_queue

LONGEST = 900  # seconds that Lambda lets a function run
NOTHING = "def handler(event, context): pass"


@pytest.fixture
def function(emulator: Emulator) -> Iterator[Function]:
    """It may run for 60 s."""
    function = deploy(emulator, NOTHING, Timeout=60)
    yield function
    function.delete()


@pytest.fixture
def mapping(emulator: Emulator, function: Function) -> Iterator[dict[str, Any]]:
    """Of a queue that fits."""
    created = connect(emulator, function, visibility=70)
    yield created
    function.client.delete_event_source_mapping(UUID=created["UUID"])


def connect(emulator: Emulator, function: Function, visibility: int) -> dict[str, Any]:
    queue = create_queue(emulator, VisibilityTimeout=str(visibility))
    created: dict[str, Any] = function.client.create_event_source_mapping(
        FunctionName=function.name, EventSourceArn=queue.arn, BatchSize=1
    )
    return created


def refused(raised: pytest.ExceptionInfo[ClientError]) -> tuple[str, str]:
    error = raised.value.response["Error"]
    return error["Code"], error["Message"]


def test_a_queue_whose_messages_come_back_too_early_is_refused(
    emulator: Emulator, function: Function
) -> None:
    with pytest.raises(ClientError) as raised:
        connect(emulator, function, visibility=30)

    assert refused(raised) == (
        "InvalidParameterValueException",
        "Queue visibility timeout: 30 seconds is less than Function timeout: 60 seconds",
    )


def test_a_mapping_is_looked_at_again_when_it_changes(
    emulator: Emulator, function: Function, mapping: dict[str, Any]
) -> None:
    sqs = emulator.client("sqs")
    name = mapping["EventSourceArn"].rpartition(":")[2]
    url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "59"})

    with pytest.raises(ClientError, match="59 seconds is less than Function timeout: 60 seconds"):
        function.client.update_event_source_mapping(UUID=mapping["UUID"], BatchSize=2)


@pytest.mark.usefixtures("mapping")
def test_a_function_with_a_queue_cannot_be_given_more_time_than_its_messages(function: Function) -> None:
    def timeout() -> int:
        found = function.client.get_function_configuration(FunctionName=function.name)
        return int(found["Timeout"])

    with pytest.raises(ClientError, match="70 seconds is less than Function timeout: 71 seconds"):
        function.client.update_function_configuration(FunctionName=function.name, Timeout=71)
    assert timeout() == 60

    function.client.update_function_configuration(FunctionName=function.name, Timeout=70)
    assert timeout() == 70


def test_a_function_may_have_a_quarter_of_an_hour(emulator: Emulator) -> None:
    function = deploy(emulator, NOTHING, Timeout=LONGEST)
    created = connect(emulator, function, visibility=LONGEST)

    assert created["EventSourceArn"]

    function.client.delete_event_source_mapping(UUID=created["UUID"])
    function.delete()
