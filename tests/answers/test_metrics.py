"""What administrators see of the deployment's metrics."""

from typing import Any

import pytest

from chalicelib.core.errors import UnavailableError
from chalicelib.core.identity.measurements import SPANS, Measure, Measured, Span
from tests.answers.service import Service
from tests.e2e.users import User

PATH = "/api/admin/metrics"


class Canned:
    """Metrics with a value in the last step but one, and none elsewhere."""

    def __init__(self) -> None:
        self.asked: list[Span] = []

    def read(self, span: Span) -> Measured:
        self.asked.append(span)
        empty = [None] * (len(span.moments) - 2)
        return Measured(span, {measure: [*empty, 7.0, None] for measure in Measure})


@pytest.mark.parametrize(
    ("period", "step", "steps"), [("hour", 60, 60), ("day", 900, 96), ("week", 7200, 84)]
)
def test_each_period_has_steps_that_a_chart_can_show(
    service: Service, admin: User, period: str, step: int, steps: int
) -> None:
    canned = Canned()
    service.container.adapters.monitoring.measurements = canned

    shown: Any = admin.session.ask("GET", f"{PATH}?period={period}")

    assert (shown["step_seconds"], len(shown["moments"])) == (step, steps)
    assert shown["traffic"]["accepted"][-2:] == [7, 0], "what nobody has counted did not happen"
    assert shown["times"]["wait_p99_ms"][-2:] == [7.0, None], "what was not measured is not known"
    assert len(shown["oldest_age_seconds"]) == len(shown["errors"]["throttled"]) == steps
    [span] = canned.asked
    assert (span.until - span.since, span.step_ms) == SPANS[period]
    assert span.until - span.step_ms <= service.container.adapters.clock.now() < span.until


def test_only_administrators_see_them(user: User) -> None:
    refused = user.session.call("GET", PATH)
    assert (refused.status, refused.body["code"]) == (403, "admin_only")


def test_a_period_that_is_none_is_refused(admin: User) -> None:
    assert admin.session.call("GET", f"{PATH}?period=year").status == 422


def test_a_cloudwatch_that_does_not_answer_is_told(service: Service, admin: User) -> None:
    class Away:
        def read(self, _: Span) -> Measured:
            raise UnavailableError("CloudWatch does not answer.", retry_after=5)

    service.container.adapters.monitoring.measurements = Away()
    answer = admin.session.call("GET", PATH)
    assert (answer.status, answer.body["code"], answer.headers["Retry-After"]) == (503, "unavailable", "5")


def test_a_deployment_without_metrics_says_so(admin: User) -> None:
    answer = admin.session.call("GET", PATH)
    assert (answer.status, answer.body["code"]) == (404, "metrics_off")
