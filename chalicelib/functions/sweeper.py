"""The Lambda function `sweeper`: once a minute it finds queues that should move and do not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalicelib.adapters.runtime import invocation
from chalicelib.core.log_events import log_event

if TYPE_CHECKING:
    from chalice.app import Chalice, CloudWatchEvent

    from chalicelib.container import Container


def register(app: Chalice, container: Container) -> Any:
    """Register the function, and return what Lambda calls."""

    @app.schedule("rate(1 minute)", name="sweeper")
    def sweeper(event: CloudWatchEvent) -> None:
        context: Any = event.context
        container.begin(context)
        from chalicelib.core.queueing.queue_store import Part
        from chalicelib.core.queueing.removing import LAST_CALL_MS
        from chalicelib.core.queueing.sweep_run import OF, PART, WAKE_UPS_LOST

        detail = event.detail  # empty, if EventBridge has made the event
        part = Part(int(detail.get(PART, 0)), int(detail.get(OF, container.settings.sweepers)))
        allowed_ms = context.get_remaining_time_in_millis() - LAST_CALL_MS
        lost = bool(detail.get(WAKE_UPS_LOST))
        swept = container.queueing.sweep(allowed_ms, wake_ups_lost=lost, part=part)
        log_event("queues swept", **swept.fields())
        invocation.end()

    return sweeper
