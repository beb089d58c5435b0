"""What the Lambda functions `worker`, `slow_worker` and `long_worker` have in common: all but their lane."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chalice.app import Chalice, SQSEvent

    from chalicelib.container import Container
    from chalicelib.core.queueing.lane import Lane
    from chalicelib.functions.serving import Server

# infra/template/functions.yaml puts the real queues here; Chalice wants a name or an ARN when it packages.
QUEUE_ARN = "arn:aws:sqs:us-east-1:000000000000:{}.fifo"


def register(app: Chalice, container: Container, lane: Lane, name: str, queue: str) -> Any:
    """Register the function `name`, which serves the wake-ups in `queue`, and return what Lambda calls."""

    @cache
    def server() -> Server:
        from chalicelib.functions.serving import Server  # only a process of this function serves

        return Server(container, lane)

    def serve(event: SQSEvent) -> dict[str, Any]:
        return server()(event)

    serve.__name__ = name  # Chalice has Lambda call the application's attribute of this name: `app.worker`
    # One message at a time: an invocation serves one user. So what a user's request does to its process (a
    # crash, an overrun, all the memory) cannot touch another user's request.
    return app.on_sqs_message(queue_arn=QUEUE_ARN.format(queue), batch_size=1, name=name)(serve)
