"""How the deployment runs, for administrators."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec

from chalicelib.adapters.runtime.logs import iso
from chalicelib.api.moments import Moment
from chalicelib.api.permissions import ADMIN
from chalicelib.api.queueing.measures import Number, Seconds
from chalicelib.container import Container
from chalicelib.core.errors import NotFoundError
from chalicelib.core.identity.account import Principal
from chalicelib.web.routes import Routes

if TYPE_CHECKING:
    from chalicelib.core.identity.measurements import Measured

routes = Routes("Administration", permission=ADMIN)

type Period = Annotated[
    Literal["hour", "day", "week"],
    msgspec.Meta(description="In steps of one minute, a quarter of an hour, two hours"),
]
type Counts = Annotated[list[int], msgspec.Meta(description="Of each step")]
type Values = Mapping[str, Sequence[float | None]]
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
    from chalicelib.core.identity.measurements import SPANS, Span  # needed by few calls

    container.identity.administration.require_admin(principal)
    span = Span.before(container.adapters.clock.now(), *SPANS[period])
    return metrics_view(container.adapters.monitoring.measurements.read(span))


def metrics_view(measured: "Measured") -> MetricsAnswer:
    values = {measure.value: of for measure, of in measured.values.items()}
    return MetricsAnswer(
        step_seconds=measured.span.step_ms // 1000,
        moments=[iso(moment) for moment in measured.span.moments],
        traffic=TrafficAnswer(**_counts(values, TrafficAnswer)),
        unsuccessful=UnsuccessfulAnswer(**_counts(values, UnsuccessfulAnswer)),
        times=TimesAnswer(**_durations(values, TimesAnswer)),
        oldest_age_seconds=list(values["oldest_age_seconds"]),
        errors=ErrorsAnswer(**_counts(values, ErrorsAnswer)),
    )


def _counts(values: Values, answer: type[msgspec.Struct]) -> dict[str, Any]:
    """Of what nobody has counted there was none."""
    names = answer.__struct_fields__
    return {name: [round(value or 0) for value in values[name]] for name in names}


def _durations(values: Values, answer: type[msgspec.Struct]) -> dict[str, Any]:
    return {name: list(values[name]) for name in answer.__struct_fields__}
