"""The Lambda function `checker`: from time to time it does what a user does, through the public address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalicelib.adapters.runtime import invocation

if TYPE_CHECKING:
    from chalice.app import Chalice, CloudWatchEvent

    from chalicelib.container import Container

SECONDS = "seconds"  # of the event's detail: how long the outcome may take


def register(app: Chalice, container: Container) -> Any:
    """Register the function, and return what Lambda calls."""

    # infra/template/synthetic_check.yaml has the rate that the operator has chosen.
    @app.schedule("rate(5 minutes)", name="checker")
    def checker(event: CloudWatchEvent) -> None:
        context: Any = event.context
        container.begin(context)
        from chalicelib.functions import checking  # only a process of this function checks

        left_s = context.get_remaining_time_in_millis() / 1000
        checking.run(container, float(event.detail.get(SECONDS, checking.LONGEST_S)), left_s)
        invocation.end()

    return checker
