"""The Lambda function `worker`: serves the wake-ups of the quick lane."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from chalicelib.core.queueing.lane import Lane

if TYPE_CHECKING:
    from chalice.app import Chalice, SQSEvent

    from chalicelib.container import Container
    from chalicelib.functions.serving import Server

# infra/template/functions.yaml puts the real queue here; Chalice wants a name or an ARN when it packages.
QUEUE_ARN = "arn:aws:sqs:us-east-1:000000000000:wake-ups.fifo"


def register(app: Chalice, container: Container) -> Any:
    """Register the function, and return what Lambda calls."""

    @cache
    def server() -> Server:
        from chalicelib.functions.serving import Server  # not for the API function, which has this module too

        return Server(container, Lane.QUICK)

    # One message at a time: an invocation serves one user. So what a user's request does to its process (a
    # crash, an overrun, all the memory) cannot touch another user's request.
    @app.on_sqs_message(queue_arn=QUEUE_ARN, batch_size=1, name="worker")
    def worker(event: SQSEvent) -> dict[str, Any]:
        return server()(event)

    return worker
