"""What SQS and the schedule start: the worker and the sweeper."""

from typing import Any

from chalice.app import Blueprint, CloudWatchEvent, SQSEvent

from chalicelib import wiring
from chalicelib.core.queueing.lane import Lane
from chalicelib.functions.invocation import begin

functions = Blueprint(__name__)

# infra/template/functions.yaml puts the real queue here; Chalice wants a name or an ARN when it packages.
WAKE_UPS_ARN = "arn:aws:sqs:us-east-1:000000000000:wake-ups.fifo"
SLOW_WAKE_UPS_ARN = "arn:aws:sqs:us-east-1:000000000000:slow-wake-ups.fifo"

LAST_CALL_MS = 10_000  # the sweeper begins nothing so shortly before its time-out: a call may be slow


# One message at a time: an invocation serves one user, so that what one user's request does to its process
# (a crash, an overrun, all the memory) cannot touch another user's request.
@functions.on_sqs_message(queue_arn=WAKE_UPS_ARN, batch_size=1, name="worker")
def worker(event: SQSEvent) -> dict[str, Any]:
    return _serve(event, Lane.QUICK)


@functions.on_sqs_message(queue_arn=SLOW_WAKE_UPS_ARN, batch_size=1, name="slow_worker")
def slow_worker(event: SQSEvent) -> dict[str, Any]:
    return _serve(event, Lane.SLOW)


def _serve(event: SQSEvent, lane: Lane) -> dict[str, Any]:
    # Not for the API function, which has this module too.
    from chalicelib.functions.serving import serve

    return serve(event, lane)


@functions.schedule("rate(1 minute)", name="sweeper")
def sweeper(event: CloudWatchEvent) -> None:
    context: Any = event.context
    begin(context)
    wiring.sweep()(context.get_remaining_time_in_millis() - LAST_CALL_MS)
