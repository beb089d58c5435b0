"""The alarms ring for their real causes, and the dashboard's panels have data."""

import json
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.adapters.dynamodb.store import DynamoStore
from infra.target import STACK
from local_cloud.waiting import wait_until
from tests.alarm_causes import FIRED
from tests.conftest import DeployedStack
from tests.e2e.alarms import MOST_CLAIMED, MOST_SLOW_WORKERS, SLOW_CALL_MS, Alarms, Causes
from tests.e2e.checking import check, logged
from tests.e2e.sweeping import sweep
from tests.e2e.users import SignUp, User, outcome_of

SILENT = {"WorkerBusy", "WorkerDropped", "LongWorkerErrors", "SlowWakeUpsDeadLetters"}
# That are not the template's. The first is a parameter, and the second is how many workers there are.
THRESHOLDS = {
    "ConcurrencyClaimed": MOST_CLAIMED,
    "SlowWorkerBusy": MOST_SLOW_WORKERS,
    "SlowWakeUpsFull": 1,
    "SendCallsSlow": SLOW_CALL_MS,
    "ReadCallsSlow": SLOW_CALL_MS,
}
STOPPED, FAILING = "SweeperStopped", "CheckFailing"
PAUSE_S = 10  # in which the sweeper has not run, as it does once a minute; in which no check has passed
CHECKED_S = 60  # in which one has
LONGEST_S = 120
# What may be without data after some requests, by the first words of its label, and why.
NOT_HERE = {"AWS/DynamoDB": "DynamoDB Local writes no metrics"}
NO_CAUSE = {
    **dict.fromkeys(("TimedOut", "Crashed", "Expired", "Cancelled", "Halted"), "nothing went so"),
    **dict.fromkeys(("Throttled", "ServerErrors", "Throttles", "Errors"), "nothing was wrong"),
    "ConcurrentExecutions gurukool-long-worker": "no request takes minutes",
}
# Panels that are empty after a healthy demo.
EMPTY_PANELS = {
    "Throttled": "nothing is throttled, and DynamoDB Local writes no metrics",
    "Failed invocations": "none has failed",
}


@pytest.fixture
def alarms(stack: DeployedStack) -> Iterator[Alarms]:
    watched = Alarms(stack)
    yield watched
    watched.delete()
    stack.emulator.client("sqs").purge_queue(QueueUrl=stack.outputs["WakeUpsDeadLettersUrl"])


@pytest.fixture
def causes(stack: DeployedStack, store: DynamoStore, sign_up: SignUp) -> Iterator[Causes]:
    found = Causes(stack, store, sign_up)
    yield found
    found.allow_loops()


def test_each_alarm_rings_for_its_cause(stack: DeployedStack, alarms: Alarms, causes: Causes) -> None:
    """All at once, since an alarm is looked at every ten seconds, and queues are counted every 15."""
    alarms.watch(*FIRED - THRESHOLDS.keys() - {STOPPED, FAILING}, *SILENT)
    alarms.watch(STOPPED, seconds=PAUSE_S)
    for name, threshold in THRESHOLDS.items():
        alarms.watch(name, Threshold=threshold)

    with causes.few_slow_workers():
        chained = causes.forbid_loops()
        causes.send_nonsense("WakeUpsDeadLettersUrl")
        causes.send_nonsense("WakeUpsUrl")
        for function in ("SweeperFunction", "CheckerFunction"):
            causes.fail(function)
            causes.throttle(function)
        causes.claim_concurrency()
        causes.fail_cloudwatch()
        causes.stop_database()
        held, lost = causes.send_what_no_code_takes(), causes.leave_sweeper_no_time()
        sweep(stack)
        check(stack)
        alarms.watch(FAILING, seconds=CHECKED_S)
        assert wait_until(lambda: alarms.in_state("OK") >= {FAILING}, LONGEST_S)
    assert outcome_of(lost, 1)["status"] == "succeeded"
    assert wait_until(lambda: held.session.queue()["state"] == "held", LONGEST_S)
    sweep(stack)  # it says so, if the queue is due by now; if it is not, the next scheduled one does

    with causes.no_quick_worker():
        check(stack, seconds=2)
        alarms.watch(FAILING, seconds=PAUSE_S)
        assert wait_until(lambda: alarms.rung() >= FIRED, LONGEST_S), f"not {FIRED - alarms.rung()}"
    assert alarms.rung() == FIRED, "the others do not"
    assert "check failed" in logged(stack)
    for user in (held, chained):
        user.session.ask("POST", "/api/queue/purge")


def test_every_panel_of_the_dashboard_has_data(
    stack: DeployedStack, demo: subprocess.CompletedProcess[str], user: User
) -> None:
    """After `make demo`, a request that fails, a call that is refused, and a sweep."""
    assert demo.returncode == 0, demo.stderr
    user.session.ask("POST", "/api/queue/enqueue", {"type": "fail", "payload": {"times": 3}})
    user.session.enqueue("sleep", {"seconds": 0})
    assert outcome_of(user, 2)["status"] == "succeeded"
    assert user.session.call("GET", "/api/queue/requests/9").status == 404
    sweep(stack)
    body = stack.emulator.client("cloudwatch").get_dashboard(DashboardName=STACK)["DashboardBody"]
    panels = {
        widget["properties"]["title"]: widget["properties"]["metrics"]
        for widget in json.loads(body)["widgets"]
    }
    assert panels.keys() > EMPTY_PANELS.keys()

    def empty() -> set[str]:
        """Series that should have data, and panels without any."""
        missing = set[str]()
        for title, metrics in panels.items():
            found = data_of(stack, metrics)
            missing |= {name for name, is_there in found.items() if not is_there and not is_excused(name)}
            if not any(found.values()) and title not in EMPTY_PANELS:
                missing.add(title)
        return missing

    assert wait_until(lambda: not empty(), LONGEST_S), empty()


def is_excused(name: str) -> bool:
    return name.startswith(tuple(NO_CAUSE))


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
