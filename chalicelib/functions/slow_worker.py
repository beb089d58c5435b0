"""The Lambda function `slow_worker`: serves the wake-ups of the slow lane, so that they delay nobody else."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from chalicelib.core.queueing.lane import Lane

if TYPE_CHECKING:
    from chalice.app import Chalice, SQSEvent

    from chalicelib.container import Container
    from chalicelib.functions.serving import Server

# As in worker.py.
QUEUE_ARN = "arn:aws:sqs:us-east-1:000000000000:slow-wake-ups.fifo"


def register(app: Chalice, container: Container) -> Any:
    """Register the function, and return what Lambda calls."""

    @cache
    def server() -> Server:
        from chalicelib.functions.serving import Server

        return Server(container, Lane.SLOW)

    @app.on_sqs_message(queue_arn=QUEUE_ARN, batch_size=1, name="slow_worker")
    def slow_worker(event: SQSEvent) -> dict[str, Any]:
        return server()(event)

    return slow_worker
