"""Start the sweeper once, so that what the former code has held goes on at once and not within a minute.

If the wake-ups are lost, the sweeper wakes everything.
"""

import json

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.core.queueing.sweep_run import OF, WAKE_UPS_LOST
from infra.errors import reason_of
from infra.events import Report
from infra.target import Target

# As EventBridge calls it every minute. The sweeper needs none of it; Chalice reads all of these names.
EVENT = {
    "version": "0",
    "id": "deployment",
    "detail-type": "Deployment",
    "source": "gurukool",
    "account": "",
    "time": "",
    "region": "",
    "resources": [],
    "detail": {},
}


def invoke(target: Target, report: Report, *, wake_ups_lost: bool = False) -> None:
    """One sweep of everything, whose end is not awaited.

    If it cannot be started, its schedule does that within a minute.
    """
    function = f"{target.stack}-sweeper"
    event = {**EVENT, "detail": {OF: 1, WAKE_UPS_LOST: wake_ups_lost}}
    try:
        target.client("lambda").invoke(
            FunctionName=function, InvocationType="Event", Payload=json.dumps(event).encode()
        )
    except (BotoCoreError, ClientError) as error:
        report(f"{function} was not started ({reason_of(error)}): it starts within a minute.")
