"""What SQS and the schedule start: the worker and the sweeper."""

from typing import Any

from chalice.app import Blueprint, CloudWatchEvent, SQSEvent

functions = Blueprint(__name__)

# infra/template.json puts the real queue here; Chalice wants a name or an ARN when it packages.
WAKE_UPS_ARN = "arn:aws:sqs:us-east-1:000000000000:wake-ups.fifo"


@functions.on_sqs_message(queue_arn=WAKE_UPS_ARN, batch_size=1, name="worker")
def worker(event: SQSEvent) -> dict[str, Any]:
    return {"batchItemFailures": []}


@functions.schedule("rate(1 minute)", name="sweeper")
def sweeper(event: CloudWatchEvent) -> None:
    return None
