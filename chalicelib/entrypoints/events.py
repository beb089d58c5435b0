"""What SQS and the schedule start: the worker and the sweeper."""

from typing import Any
from uuid import uuid4

from chalice.app import Blueprint, CloudWatchEvent, SQSEvent, SQSRecord

from chalicelib import wiring
from chalicelib.entrypoints.invocation import begin

functions = Blueprint(__name__)

# infra/template/functions.yaml puts the real queue here; Chalice wants a name or an ARN when it packages.
WAKE_UPS_ARN = "arn:aws:sqs:us-east-1:000000000000:wake-ups.fifo"

SHORTEST_TIMER_S = 1.0  # SQS counts in whole seconds
# A message that is invisible locks its group: nobody could be woken when the head is cancelled meanwhile.
LONGEST_TIMER_S = 20.0
# Then a fresh one takes over as the timer: SQS gives a message up that it has handed out 150 times.
MOST_RECEIVES = 100

LAST_CALL_MS = 10_000  # the sweeper begins nothing so shortly before its time-out: a call may be slow


# One message at a time: an invocation serves one user, so that what one user's request does to its process
# (a crash, an overrun, all the memory) cannot touch another user's request.
@functions.on_sqs_message(queue_arn=WAKE_UPS_ARN, batch_size=1, name="worker")
def worker(event: SQSEvent) -> dict[str, Any]:
    begin(event.context)
    returned = [record for record in event if not _served(record)]
    return {"batchItemFailures": [{"itemIdentifier": r.to_dict()["messageId"]} for r in returned]}


def _served(record: SQSRecord) -> bool:
    """False if the wake-up has to come back, which it does when its visibility ends."""
    # Not for the API function, which has this module too.
    from chalicelib.adapters.sqs import from_message
    from chalicelib.core.attempt import Wait

    user_id, seq = from_message(record.body)
    lease = wiring.lease(record.receipt_handle)
    ending = wiring.drain()(user_id, lease)
    if not isinstance(ending, Wait):
        return True
    if int(record.to_dict().get("attributes", {}).get("ApproximateReceiveCount", 1)) > MOST_RECEIVES:
        wiring.wake_ups().ring(user_id, seq, uuid4().hex)
        return True
    wait = (ending.until - wiring.CLOCK.now()) / 1000
    lease.hold(min(LONGEST_TIMER_S, max(SHORTEST_TIMER_S, wait)))
    return False


@functions.schedule("rate(1 minute)", name="sweeper")
def sweeper(event: CloudWatchEvent) -> None:
    context: Any = event.context
    begin(context)
    wiring.sweep()(context.get_remaining_time_in_millis() - LAST_CALL_MS)
