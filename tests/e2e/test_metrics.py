"""What requests leave in CloudWatch, as any tool of AWS reads it."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from infra import metrics as report
from infra import roles
from infra.target import STACK
from local_cloud.waiting import wait_until
from tests.conftest import DeployedStack
from tests.e2e.users import User, outcome_of

PERIOD_S = 3600
NAMES = ("Accepted", "Started", "Succeeded", "Failed", "FailedByError", "WaitMs", "RunMs")


class Metrics:
    """The metrics of the last hour."""

    def __init__(self, stack: DeployedStack) -> None:
        self._client = stack.emulator.client("cloudwatch")

    def value(self, name: str, statistic: str) -> float | None:
        dimensions = [{"Name": "stack", "Value": STACK}]
        metric = {"Namespace": "Gurukool", "MetricName": name, "Dimensions": dimensions}
        query = {"Id": "m", "MetricStat": {"Metric": metric, "Period": PERIOD_S, "Stat": statistic}}
        now = datetime.now(UTC)
        found = self._client.get_metric_data(
            MetricDataQueries=[query], StartTime=now - timedelta(hours=1), EndTime=now + timedelta(minutes=1)
        )["MetricDataResults"][0]["Values"]
        if statistic == "Sum":  # the hour may lie in two periods
            return float(sum(found))
        return float(found[0]) if found else None


def test_requests_are_measured(stack: DeployedStack, user: User) -> None:
    metrics = Metrics(stack)
    before = {name: metrics.value(name, "Sum") or 0 for name in NAMES}
    for number in range(3):
        user.session.enqueue("echo", {"number": number})
    user.session.ask("POST", "/api/queue/enqueue", {"type": "fail", "max_attempts": 1})
    assert outcome_of(user, 4)["status"] == "failed"

    def grown() -> dict[str, float]:
        return {name: (metrics.value(name, "Sum") or 0) - before[name] for name in NAMES[:5]}

    expected = {"Accepted": 4, "Started": 4, "Succeeded": 3, "Failed": 1, "FailedByError": 1}
    assert wait_until(lambda: all(grown()[name] >= count for name, count in expected.items()), 20), grown()
    for name in ("WaitMs", "RunMs"):
        half, most, longest = (metrics.value(name, statistic) for statistic in ("p50", "p99", "Maximum"))
        assert half is not None
        assert most is not None
        assert longest is not None
        assert 0 <= half <= most <= longest
    assert metrics.value("SendMs", "p50")
    assert metrics.value("SignInMs", "p99")
    shown = report.report(stack.emulator.client("cloudwatch"), STACK)
    assert re.search(r"The last hour\n  requests +[1-9]\d* accepted, [1-9]\d* succeeded", shown), shown
    assert re.search(r"waits +p50 [\d.]+ m?s, p99 [\d.]+ m?s", shown), shown


def test_an_administrator_sees_them_by_one_call(stack: DeployedStack, user: User) -> None:
    tables = roles.Tables(stack.outputs["AccountsTable"], stack.outputs["AuditTable"])
    roles.give(stack.emulator.client("dynamodb"), tables, user.username, "admin")
    admin = user.session.api.sign_in(user.username, user.password)
    shown: dict[str, Any] = {}

    def is_shown() -> bool:
        shown.update(admin.ask("GET", "/api/admin/metrics?period=day"))
        return any(shown["traffic"]["succeeded"])

    user.session.enqueue("echo", {"number": 1})
    assert wait_until(is_shown, 20), shown
    assert any(value is not None for value in shown["times"]["wait_p99_ms"])
    assert len(shown["moments"]) == len(shown["traffic"]["accepted"]) == 96
