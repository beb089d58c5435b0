"""The Lambda function `callbacks`: pushes outcomes to the URLs that their requests name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalicelib.functions.lane_worker import QUEUE_ARN

if TYPE_CHECKING:
    from chalice.app import Chalice, SQSEvent

    from chalicelib.container import Container


def register(app: Chalice, container: Container) -> Any:
    """Register the function, and return what Lambda calls."""

    # One message at a time, as the workers: a receiver that is slow keeps nobody else's outcomes waiting.
    @app.on_sqs_message(queue_arn=QUEUE_ARN.format("callback-wake-ups"), batch_size=1, name="callbacks")
    def callbacks(event: SQSEvent) -> dict[str, Any]:
        from chalicelib.functions.calling import serve  # only a process of this function calls

        return serve(container, event)

    return callbacks
