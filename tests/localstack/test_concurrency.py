"""What happens when more invocations of a function are wanted than may run, as on AWS."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from local_cloud.emulator import Emulator
from local_cloud.waiting import wait_until
from tests.localstack.functions import Function, deploy
from tests.localstack.queues import create_queue, worker_of
from tests.patience import PATIENCE_S

GROUPS = "ABCD"
RESERVED = 300


def test_an_event_source_tries_a_throttled_invocation_again_until_it_succeeds(
    emulator: Emulator, tmp_path: Path
) -> None:
    """No message goes back to the queue, which would count as a receive."""
    queue = create_queue(emulator)
    with worker_of(emulator, queue, tmp_path) as worker:
        worker.function.client.put_function_concurrency(
            FunctionName=worker.function.name, ReservedConcurrentExecutions=1
        )
        for group in GROUPS:
            queue.send(group, 1, until=str(tmp_path / "throttled"))
        assert wait_until(lambda: highest(emulator, "Throttles", worker.function) == 1, PATIENCE_S)
        (tmp_path / "throttled").touch()
        assert worker.has_ended(len(GROUPS))

    assert worker.most_at_once() == 1
    assert wait_until(lambda: highest(emulator, "ConcurrentExecutions", worker.function) == 1, PATIENCE_S)
    assert [note["delivery"] for note in worker.begun()] == [1] * len(GROUPS)


def test_what_is_reserved_is_claimed_of_the_account_whether_it_runs_or_not(emulator: Emulator) -> None:
    idle, busy = (deploy(emulator, "def handler(event, context): pass") for _ in range(2))
    idle.client.put_function_concurrency(FunctionName=idle.name, ReservedConcurrentExecutions=RESERVED)
    try:
        busy.invoke()
        assert wait_until(lambda: highest(emulator, "ClaimedAccountConcurrency") > RESERVED, PATIENCE_S)
    finally:
        idle.delete()
        busy.delete()


def highest(emulator: Emulator, metric: str, function: Function | None = None) -> float:
    """The highest value of one of Lambda's own metrics, of a function or of the account; 0 if it has none."""
    now = datetime.now(UTC)
    points = emulator.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/Lambda",
        MetricName=metric,
        Dimensions=[{"Name": "FunctionName", "Value": function.name}] if function else [],
        StartTime=now - timedelta(minutes=5),
        EndTime=now + timedelta(minutes=5),
        Period=3600,
        Statistics=["Maximum"],
    )["Datapoints"]
    return max((float(point["Maximum"]) for point in points), default=0)


def test_the_reason_of_a_refusal_is_the_limit_that_was_reached(emulator: Emulator) -> None:
    function = deploy(emulator, "def handler(event, context): pass")
    function.client.put_function_concurrency(FunctionName=function.name, ReservedConcurrentExecutions=0)

    with pytest.raises(ClientError) as raised:
        function.invoke()

    answer = raised.value.response
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 429
    assert answer["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
    function.delete()
