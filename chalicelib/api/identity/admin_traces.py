"""What one call has caused, for administrators."""

from typing import TYPE_CHECKING, Annotated

import msgspec

from chalicelib.adapters.runtime.logs import iso
from chalicelib.api.moments import Moment
from chalicelib.api.permissions import ADMIN
from chalicelib.api.queueing.measures import Number
from chalicelib.container import Container
from chalicelib.core.errors import NotFoundError
from chalicelib.core.identity.account import Principal
from chalicelib.web.routes import Routes

if TYPE_CHECKING:
    from chalicelib.core.identity.traces import TracedSpan

routes = Routes("Administration", permission=ADMIN)

type TraceId = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^([0-9a-f]{32}|1-[0-9a-f]{8}-[0-9a-f]{24})\Z",
        description="As in a traceparent and in `trace_id` of a request, or as X-Ray writes it",
    ),
]
type Milliseconds = Annotated[float, msgspec.Meta(ge=0)]


class SpanAnswer(msgspec.Struct):
    id: str
    parent_id: Annotated[str, msgspec.Meta(description="May be a span of another service")] | None
    depth: Annotated[int, msgspec.Meta(ge=0, description="Of how many spans of this list it is a part")]
    service: str
    name: str
    after_ms: Annotated[Milliseconds, msgspec.Meta(description="From the beginning of the trace to its own")]
    took_ms: Milliseconds
    failed: bool
    attributes: dict[str, str | int | float | bool]


class TraceAnswer(msgspec.Struct):
    trace_id: str
    begun_at: Moment
    took_ms: Number
    spans: Annotated[
        list[SpanAnswer], msgspec.Meta(description="Each below the span that it is a part of, in their order")
    ]


@routes.endpoint(
    "GET", "/api/admin/traces/{trace_id}", "Show what a call has caused", raises=(NotFoundError,)
)
def trace(container: Container, principal: Principal, trace_id: TraceId) -> TraceAnswer:
    from chalicelib.core.identity.traces import waterfall  # needed by few calls

    container.identity.administration.require_admin(principal)
    plain = trace_id.removeprefix("1-").replace("-", "")
    spans = container.adapters.monitoring.traces.read(plain)
    begun, ended = min(span.begun for span in spans), max(span.ended for span in spans)
    return TraceAnswer(
        trace_id=plain,
        begun_at=iso(round(begun)),
        took_ms=round(ended - begun),
        spans=[_span_view(span, depth, begun) for depth, span in waterfall(spans)],
    )


def _span_view(span: "TracedSpan", depth: int, begun: float) -> SpanAnswer:
    return SpanAnswer(
        id=span.id,
        parent_id=span.parent_id,
        depth=depth,
        service=span.service,
        name=span.name,
        after_ms=round(span.begun - begun, 3),
        took_ms=round(max(0.0, span.ended - span.begun), 3),
        failed=span.failed,
        attributes=dict(span.attributes),
    )
