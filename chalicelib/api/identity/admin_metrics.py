"""How the deployment runs, for administrators."""

from typing import Annotated, Any, Literal

import msgspec

from chalicelib.adapters.runtime.logs import iso
from chalicelib.api.moments import Moment
from chalicelib.api.permissions import ADMIN
from chalicelib.api.queueing.measures import Number, Seconds
from chalicelib.container import Container
from chalicelib.core.errors import NotFoundError
from chalicelib.core.identity.account import Principal
from chalicelib.core.identity.measurements import SPANS, Measure, Measured, Span
from chalicelib.web.routes import Routes

routes = Routes("Administration", permission=ADMIN)

type Period = Annotated[
    Literal["hour", "day", "week"],
    msgspec.Meta(description="In steps of one minute, a quarter of an hour, two hours"),
]
type Counts = Annotated[list[int], msgspec.Meta(description="Of each step")]
type Durations = Annotated[
    list[float | None], msgspec.Meta(description="Of each step; null where nothing was measured")
]


class TrafficAnswer(msgspec.Struct):
    accepted: Counts
    started: Counts
    succeeded: Counts


class UnsuccessfulAnswer(msgspec.Struct):
    failed: Counts
    cancelled: Counts
    expired: Counts
    retried: Counts
    timed_out: Counts
    crashed: Counts


class TimesAnswer(msgspec.Struct):
    wait_p50_ms: Durations
    wait_p99_ms: Durations
    run_p50_ms: Durations
    run_p99_ms: Durations


class ErrorsAnswer(msgspec.Struct):
    client_errors: Counts
    throttled: Counts
    server_errors: Counts
    errors: Annotated[list[int], msgspec.Meta(description="Log lines at ERROR, except those of handlers")]


class MetricsAnswer(msgspec.Struct):
    step_seconds: Number
    moments: Annotated[list[Moment], msgspec.Meta(description="When each step begins; the last is not over")]
    traffic: TrafficAnswer
    unsuccessful: UnsuccessfulAnswer
    times: TimesAnswer
    oldest_age_seconds: Annotated[
        list[Seconds | None],
        msgspec.Meta(description="For how long the most overdue request should have begun"),
    ]
    errors: ErrorsAnswer


@routes.endpoint(
    "GET", "/api/admin/metrics", "Show how the deployment has run lately", raises=(NotFoundError,)
)
def metrics(container: Container, principal: Principal, period: Period = "hour") -> MetricsAnswer:
    container.identity.administration.require_admin(principal)
    span = Span.before(container.adapters.clock.now(), *SPANS[period])
    return metrics_view(container.adapters.measurements.read(span))


def metrics_view(measured: Measured) -> MetricsAnswer:
    return MetricsAnswer(
        step_seconds=measured.span.step_ms // 1000,
        moments=[iso(moment) for moment in measured.span.moments],
        traffic=TrafficAnswer(**_counts(measured, TrafficAnswer)),
        unsuccessful=UnsuccessfulAnswer(**_counts(measured, UnsuccessfulAnswer)),
        times=TimesAnswer(**_durations(measured, TimesAnswer)),
        oldest_age_seconds=list(measured.values[Measure.OLDEST_AGE_SECONDS]),
        errors=ErrorsAnswer(**_counts(measured, ErrorsAnswer)),
    )


def _counts(measured: Measured, answer: type[msgspec.Struct]) -> dict[str, Any]:
    """Of what nobody has counted there was none."""
    names = answer.__struct_fields__
    return {name: [round(value or 0) for value in measured.values[Measure(name)]] for name in names}


def _durations(measured: Measured, answer: type[msgspec.Struct]) -> dict[str, Any]:
    return {name: list(measured.values[Measure(name)]) for name in answer.__struct_fields__}
