"""Everything that may fail has its alarm, and every alarm a page for whoever it calls."""

import json
import re
from collections import Counter
from typing import Any

import pytest

from bootstrap.cache import CHECKOUT
from chalicelib.adapters.runtime import metric_names
from tests.alarm_causes import FIRED, NOT_SEEN
from tests.infra.documents import Document, at

PAGE = (CHECKOUT / "docs" / "operations.md").read_text()
TABLE = "AWS::DynamoDB::Table"
INDEXES = "GlobalSecondaryIndexes"
FREE_METRICS = 50  # of a dashboard, of which an account has three
MADE = {f"FailedBy{kind.title()}" for kind in {*metric_names.KINDS, "other"}}
PUBLISHED = (
    *metric_names.COUNTED.values(),
    *(name for _, name in metric_names.TIMED.values()),
    *metric_names.ATTEMPTS_LOST.values(),
    *metric_names.SWEPT.values(),
    *("SendMs", "ReadMs", "SignInMs", "OtherCallMs", "ClientErrors", "Throttled", "ServerErrors", "Errors"),
)


def alarms(template: Document) -> dict[str, Document]:
    return of_type(template, "AWS::CloudWatch::Alarm")


def of_type(template: Document, type_: str) -> dict[str, Document]:
    return {name: of for name, of in template["Resources"].items() if of["Type"] == type_}


def watched(template: Document, *metrics: str) -> list[dict[str, Any]]:
    """The dimensions of the alarms on any of these metrics."""
    return [
        {dimension["Name"]: dimension["Value"] for dimension in alarm["Properties"]["Dimensions"]}
        for alarm in alarms(template).values()
        if alarm["Properties"]["MetricName"] in metrics
    ]


@pytest.mark.parametrize("metric", ["Errors", "Throttles"])
def test_every_function_has_its_alarms(template: Document, metric: str) -> None:
    functions = of_type(template, "AWS::Serverless::Function")
    assert len(functions) > 5
    for name in functions:
        assert {"FunctionName": {"Ref": name}} in watched(template, metric)


def test_an_alarm_of_a_scheduled_function_has_an_invocation_in_each_period(template: Document) -> None:
    """Otherwise too few periods could have a fault, even if each invocation had one."""
    longest = {name: between(template, schedule) for name, schedule in scheduled(template).items()}
    assert longest == {"Sweeper": 60, "Checker": 300}
    for name, seconds in longest.items():
        periods = {
            alarm["Properties"]["Period"]
            for alarm in alarms(template).values()
            if {"Name": "FunctionName", "Value": {"Ref": name}} in alarm["Properties"]["Dimensions"]
        }
        assert min(periods) >= seconds


def scheduled(template: Document) -> dict[str, Any]:
    """The schedules of the functions that have one."""
    return {
        name: event["Properties"]["Schedule"]
        for name, function in of_type(template, "AWS::Serverless::Function").items()
        for event in function["Properties"].get("Events", {}).values()
        if "Schedule" in event["Properties"]
    }


def between(template: Document, schedule: Any) -> int:
    """The longest time between two invocations, in seconds. A parameter may have the schedule."""
    rates = (
        template["Parameters"][schedule["Ref"]]["AllowedValues"] if isinstance(schedule, dict) else [schedule]
    )
    return max(60 * int(minutes) for rate in rates for minutes in re.findall(r"rate\((\d+) minutes?\)", rate))


def test_every_queue_has_its_alarm(template: Document) -> None:
    """Of messages that were given up, or of too many in flight."""
    queues = of_type(template, "AWS::SQS::Queue")
    for name, queue in queues.items():
        metric = "NotVisible" if "RedrivePolicy" in queue["Properties"] else "Visible"
        dimension = {"QueueName": {"Fn::GetAtt": [name, "QueueName"]}}
        assert dimension in watched(template, f"ApproximateNumberOfMessages{metric}")


@pytest.mark.parametrize("metric", ["ReadThrottleEvents", "WriteThrottleEvents"])
def test_every_table_and_every_index_has_its_alarms(template: Document, metric: str) -> None:
    found = watched(template, metric)
    for name, table in of_type(template, TABLE).items():
        assert {"TableName": {"Ref": name}} in found
        for index in table["Properties"].get(INDEXES, []):
            index_name = index.get("Fn::If", [None, index])[1]["IndexName"]
            assert {"TableName": {"Ref": name}, "GlobalSecondaryIndexName": index_name} in found


def test_an_alarm_exists_only_with_what_it_watches(template: Document) -> None:
    """And with somebody to tell."""
    conditions = template["Conditions"]
    for alarm in alarms(template).values():
        condition = conditions[alarm["Condition"]]
        held = {part["Condition"] for part in condition.get("Fn::And", [{"Condition": alarm["Condition"]}])}
        assert "Alarmed" in held
        for dimension in alarm["Properties"]["Dimensions"]:
            value = dimension["Value"]
            if isinstance(value, dict) and value.get("Ref") != "AWS::StackName":
                watched_id = value.get("Ref") or value["Fn::GetAtt"][0]
                assert template["Resources"][watched_id].get("Condition") in {None, *held}
        if alarm["Properties"]["Namespace"] == metric_names.NAMESPACE:
            assert "Measured" in held


def test_every_alarm_tells_somebody_where_to_read_what_to_do(template: Document) -> None:
    sections = {heading.lower().replace(" ", "-") for heading in re.findall(r"^#+ (.+)$", PAGE, re.MULTILINE)}
    for alarm in alarms(template).values():
        properties = alarm["Properties"]
        assert properties["AlarmActions"] == properties["OKActions"] == [{"Ref": "AlarmTopic"}]
        assert properties["AlarmDescription"].rpartition("docs/operations.md#")[2] in sections
        assert properties["DatapointsToAlarm"] <= properties["EvaluationPeriods"]


def test_each_alarm_was_seen_firing_or_the_page_says_why_not(template: Document) -> None:
    """One is like another on the same metric that looks at as many periods of the same length."""
    kinds = {name.removeprefix("Alarm"): kind(alarm) for name, alarm in alarms(template).items()}
    fired = {kinds[name] for name in FIRED}
    assert {metric for _, metric, *periods in {*kinds.values()} - fired} == NOT_SEEN
    assert {metric for _, metric, *periods in fired}.isdisjoint(NOT_SEEN)
    table = PAGE.partition("### Which were seen\n")[2].partition("\n## ")[0].partition("|---|---|\n")[2]
    explained = {name for row in table.splitlines() for name in re.findall(r"`(\w+)`", row.split("|")[1])}
    assert explained == NOT_SEEN


def kind(alarm: Document) -> tuple[Any, ...]:
    looked_at = ("Namespace", "MetricName", "Period", "DatapointsToAlarm", "EvaluationPeriods")
    return tuple(alarm["Properties"][name] for name in looked_at)


def test_the_concurrency_of_the_account_and_the_gateway_are_watched(template: Document) -> None:
    assert {} in watched(template, "ClaimedAccountConcurrency")
    assert {"ApiName": {"Ref": "AWS::StackName"}} in watched(template, "5XXError")


def test_nobody_is_told_unless_there_is_an_address(template: Document) -> None:
    assert template["Parameters"]["AlarmEmail"]["Default"] == ""
    assert template["Resources"]["AlarmTopic"]["Condition"] == "Alarmed"


def own_metrics(template: Document) -> set[str]:
    """That alarms or the dashboard name."""
    shown = {metric[1] for metric in panel_metrics(template) if metric[0] == metric_names.NAMESPACE}
    rung = {
        alarm["Properties"]["MetricName"]
        for alarm in alarms(template).values()
        if alarm["Properties"]["Namespace"] == metric_names.NAMESPACE
    }
    return shown | rung


def panel_metrics(template: Document) -> list[list[Any]]:
    """Of both dashboards: of a stack with callbacks, and of one without."""
    return [metric for body in dashboards(template) for metric in metrics_of(body)]


def dashboards(template: Document) -> list[Document]:
    [condition, *bodies] = at(template, "Resources.StackDashboard.Properties.DashboardBody")["Fn::If"]
    assert condition == "HasCallbacks"
    return [json.loads(body["Fn::Sub"]) for body in bodies]


def metrics_of(dashboard: Document) -> list[list[Any]]:
    return [metric for widget in dashboard["widgets"] for metric in widget["properties"]["metrics"]]


def test_what_alarms_and_the_dashboard_name_is_published(template: Document) -> None:
    assert own_metrics(template) <= set(PUBLISHED)


def test_the_dashboard_is_one_of_those_that_are_free(template: Document) -> None:
    for dashboard in dashboards(template):
        metrics = metrics_of(dashboard)
        assert len(metrics) <= FREE_METRICS
        labels = Counter(metric[-1]["label"] for metric in metrics)
        assert all(label and count <= 2 for label, count in labels.items())


def test_the_dashboard_of_a_stack_with_callbacks_shows_them(template: Document) -> None:
    """And that of another one shows nothing that does not exist."""
    shown = [json.dumps(dashboard) for dashboard in dashboards(template)]
    for what in ("OldestCallbackSeconds", "CallbacksGivenUp", "-callback-wake-ups-dead-letters.fifo"):
        assert [what in dashboard for dashboard in shown] == [True, False]


def test_an_alarm_on_queues_rings_as_long_as_something_is_wrong_with_them(template: Document) -> None:
    """Each sweep says again what it sees. One that can read nothing says nothing, and ends no alarm."""
    found = {name.removeprefix("Alarm"): alarm["Properties"] for name, alarm in alarms(template).items()}
    for name in ("QueuesStuck", "QueuesHeld", "CallbacksStuck"):
        assert found[name]["MetricName"] in metric_names.SWEPT.values()
        assert (found[name]["Statistic"], found[name]["TreatMissingData"]) == ("Maximum", "ignore")


def test_each_of_several_sweepers_has_to_run(template: Document) -> None:
    assert at(template, "Resources.AlarmSweeperStopped.Properties.Threshold") == {"Ref": "Sweepers"}


@pytest.mark.parametrize("name", [*PUBLISHED, *sorted(MADE)])
def test_the_page_explains_every_metric(name: str) -> None:
    assert f"`{name}`" in PAGE
