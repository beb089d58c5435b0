"""Start the sweeper once, so that what the former code has held goes on at once and not within a minute."""

import json

from botocore.exceptions import ClientError

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


def invoke(target: Target, report: Report) -> None:
    """Does not wait for its end. If it cannot be started, its schedule does that within a minute."""
    function = f"{target.stack}-sweeper"
    try:
        target.client("lambda").invoke(
            FunctionName=function, InvocationType="Event", Payload=json.dumps(EVENT).encode()
        )
    except ClientError as error:
        report(f"{function} was not started ({error.response['Error']['Code']}): it starts within a minute.")
