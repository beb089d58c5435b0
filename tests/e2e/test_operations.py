"""The alarms ring for their real causes, and the dashboard's panels have data."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.adapters.dynamodb.store import DynamoStore
from chalicelib.adapters.runtime.clock import SystemClock
from infra.target import STACK
from local_cloud.waiting import wait_until
from tests.conftest import DeployedStack
from tests.e2e.rendered import Rendered
from tests.e2e.sweeping import accept_without_wake_up, sweep
from tests.e2e.users import User, outcome_of

PERIOD_S = 30  # longer than the time between two looks at an alarm, so that each event is seen
PAUSE_S = 10  # for which the sweeper must not have run; it does once a minute
LONGEST_S = 120
# What may be without data after some requests, by the first words of its label, and why.
NOT_HERE = {"AWS/DynamoDB": "DynamoDB Local writes no metrics"}
NO_CAUSE = {
    **dict.fromkeys(("TimedOut", "Crashed", "Expired", "Cancelled", "Halted", "Held"), "nothing went so"),
    **dict.fromkeys(("Throttled", "ServerErrors", "Throttles", "Errors"), "nothing was wrong"),
    "ConcurrentExecutions gurukool-long-worker": "no request takes minutes",
}


class Alarms:
    """The alarms of the template, which look at one period of seconds instead of several of a minute."""

    def __init__(self, stack: DeployedStack) -> None:
        self._client = stack.emulator.client("cloudwatch")
        self._rendered = Rendered(stack).alarms()
        self._names: list[str] = []

    def watch(self, *names: str, seconds: int = PERIOD_S) -> None:
        for name in names:
            properties = self._rendered[f"Alarm{name}"] | {
                "Period": seconds,
                "EvaluationPeriods": 1,
                "DatapointsToAlarm": 1,
                "AlarmActions": [],
                "OKActions": [],
            }
            self._client.put_metric_alarm(**properties)
            self._names.append(properties["AlarmName"])

    def ringing(self) -> set[str]:
        found = self._client.describe_alarms(AlarmNames=self._names)["MetricAlarms"]
        return {alarm["AlarmName"].rpartition("-")[2] for alarm in found if alarm["StateValue"] == "ALARM"}

    def delete(self) -> None:
        self._client.delete_alarms(AlarmNames=self._names)


@pytest.fixture
def alarms(stack: DeployedStack) -> Iterator[Alarms]:
    watched = Alarms(stack)
    yield watched
    watched.delete()
    stack.emulator.client("sqs").purge_queue(QueueUrl=stack.outputs["WakeUpsDeadLettersUrl"])


def test_each_alarm_rings_for_its_cause(
    stack: DeployedStack, alarms: Alarms, store: DynamoStore, user: User
) -> None:
    causes: dict[str, Callable[[], None]] = {
        "WakeUpsDeadLetters": lambda: send(stack, "WakeUpsDeadLettersUrl"),
        "ErrorsLogged": lambda: send(stack, "WakeUpsUrl"),
        "SweeperErrors": lambda: fail_sweeper(stack),
        "SweeperThrottles": lambda: throttle_sweeper(stack),
        "QueuesStuck": lambda: accept_without_wake_up(store, user, SystemClock().now() - 600_000),
    }
    expected, seen = {*causes, "SweeperStopped"}, set[str]()
    alarms.watch(*causes, "QueuesHeld", "WorkerBusy")
    alarms.watch("SweeperStopped", seconds=PAUSE_S)

    for cause in causes.values():
        cause()
    sweep(stack)

    def all_ring() -> bool:
        seen.update(alarms.ringing())
        return expected <= seen

    assert wait_until(all_ring, LONGEST_S), f"not {expected - seen}"
    assert seen == expected, "the others do not"
    assert user.session.request(1, wait=20)["status"] == "succeeded"


def send(stack: DeployedStack, queue: str) -> None:
    """A message that is no wake-up."""
    stack.emulator.client("sqs").send_message(
        QueueUrl=stack.outputs[queue], MessageBody="?", MessageGroupId="?", MessageDeduplicationId="?"
    )


def fail_sweeper(stack: DeployedStack) -> None:
    client = stack.emulator.client("lambda")
    answer = client.invoke(FunctionName=stack.outputs["SweeperFunction"], Payload=b"{}")
    assert "FunctionError" in answer


def throttle_sweeper(stack: DeployedStack) -> None:
    client, name = stack.emulator.client("lambda"), stack.outputs["SweeperFunction"]
    client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    with pytest.raises(client.exceptions.TooManyRequestsException):
        client.invoke(FunctionName=name, Payload=json.dumps({}))
    client.delete_function_concurrency(FunctionName=name)


def test_every_panel_of_the_dashboard_has_data(stack: DeployedStack, user: User) -> None:
    user.session.enqueue("echo", {"number": 1})
    user.session.ask("POST", "/api/queue/enqueue", {"type": "fail", "payload": {"times": 3}})
    user.session.enqueue("sleep", {"seconds": 0})
    assert outcome_of(user, 3)["status"] == "succeeded"
    assert user.session.call("GET", "/api/queue/requests/9").status == 404
    sweep(stack)
    body = stack.emulator.client("cloudwatch").get_dashboard(DashboardName=STACK)["DashboardBody"]
    panels = [widget["properties"]["metrics"] for widget in json.loads(body)["widgets"]]

    def empty() -> set[str]:
        found = dict[str, bool]()
        for metrics in panels:
            found |= data_of(stack, metrics)
        return {
            name for name, is_there in found.items() if not is_there and not name.startswith(tuple(NO_CAUSE))
        }

    assert wait_until(lambda: not empty(), LONGEST_S), empty()


def query(number: int, metric: list[Any]) -> dict[str, Any]:
    """As GetMetricData takes it, of a metric as a dashboard has it."""
    namespace, name, *dimensions, shown = metric
    pairs = zip(dimensions[::2], dimensions[1::2], strict=True)
    of = {
        "Namespace": namespace,
        "MetricName": name,
        "Dimensions": [{"Name": key, "Value": value} for key, value in pairs],
    }
    statistic = {"Metric": of, "Period": 60, "Stat": shown["stat"]}
    return {"Id": f"m{number}", "Label": f"{name} {dimensions[-1]} {shown['stat']}", "MetricStat": statistic}


def data_of(stack: DeployedStack, metrics: list[list[Any]]) -> dict[str, bool]:
    """Whether there is any, by the label of the metric; without those that nobody writes here."""
    queries = [query(number, metric) for number, metric in enumerate(metrics) if metric[0] not in NOT_HERE]
    if not queries:
        return {}
    now = datetime.now(UTC)
    answer = stack.emulator.client("cloudwatch").get_metric_data(
        MetricDataQueries=queries, StartTime=now - timedelta(hours=1), EndTime=now + timedelta(minutes=1)
    )
    return {result["Label"]: bool(result["Values"]) for result in answer["MetricDataResults"]}
