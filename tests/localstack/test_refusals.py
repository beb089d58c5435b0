"""Functions and event source mappings that AWS refuses."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_cloud.emulator import Emulator
from tests.localstack.functions import Function, deploy
from tests.localstack.queues import Queue, create_queue

NOTHING = "def handler(event, context): pass"


@pytest.fixture(scope="module")
def function(emulator: Emulator) -> Iterator[Function]:
    function = deploy(emulator, NOTHING)
    yield function
    function.delete()


@pytest.fixture(scope="module")
def queue(emulator: Emulator) -> Queue:
    return create_queue(emulator)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"MaximumBatchingWindowInSeconds": 1}, "Batching window is not supported for FIFO queues"),
        ({"BatchSize": 11, "MaximumBatchingWindowInSeconds": 0}, "must not be greater than 10"),
        ({"ScalingConfig": {"MaximumConcurrency": 1001}}, "'1001' at 'scalingConfig.maximumConcurrency'"),
        ({"BatchSize": 10_001}, "'10001' at 'batchSize'.*less than or equal to 10000"),
    ],
)
def test_a_mapping_that_aws_refuses_is_refused(
    function: Function, queue: Queue, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ClientError, match=message):
        function.client.create_event_source_mapping(
            FunctionName=function.name, EventSourceArn=queue.arn, **options
        )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"Timeout": 901}, "'901' at 'timeout'.*less than or equal to 900"),
        ({"MemorySize": 20_000}, "'20000' at 'memorySize'.*less than or equal to 10240"),
    ],
)
def test_a_function_that_aws_refuses_is_refused(
    emulator: Emulator, function: Function, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ClientError, match=message):
        deploy(emulator, NOTHING, **options)
    with pytest.raises(ClientError, match=message):
        function.client.update_function_configuration(FunctionName=function.name, **options)
