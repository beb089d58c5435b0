"""The adapters for what administrators are shown of how the deployment runs."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from chalicelib.core.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.core.identity.measurements import Measurements
    from chalicelib.core.identity.traces import Traces
    from chalicelib.settings import Settings

NOT_IN_X_RAY = (
    "Traces are shown here from X-Ray, to which this deployment sends none: its parameter Tracing is off."
)
COLLECTED = " Look at them where the collector that OtlpEndpoint names sends them."


class Monitoring:
    """Each is made when it is first asked for."""

    def __init__(self, settings: Settings, session: Callable[[], Any]) -> None:
        """`session` is botocore's."""
        self._settings = settings
        self._session = session

    @cached_property
    def measurements(self) -> Measurements:
        """Raises NotFoundError if the deployment writes no metrics."""
        from chalicelib.adapters.cloudwatch.metrics import CloudWatchMetrics

        if not self._settings.measured_stack:
            raise NotFoundError(
                "This deployment writes no metrics: its parameter Metrics is off.", code="metrics_off"
            )
        return CloudWatchMetrics(self._session().create_client, self._settings.measured_stack)

    @cached_property
    def traces(self) -> Traces:
        """Raises NotFoundError unless the deployment records its traces in X-Ray."""
        from chalicelib.adapters.cloudwatch.traces import XRayTraces

        if not self._settings.tracing:
            elsewhere = COLLECTED if self._settings.otlp_endpoint else ""
            raise NotFoundError(f"{NOT_IN_X_RAY}{elsewhere}", code="traces_off")
        return XRayTraces(self._session().create_client, self._settings.resource("STACK_NAME"))
