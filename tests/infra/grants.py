"""What the policies allow, and what is done in a function's name by others than its code."""

from tests.infra.cloud import Call
from tests.infra.documents import Document, resource_name, statements

# What Lambda's poller, its log agent and the X-Ray daemon do in a function's name.
POLLS = ("sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage")
X_RAY = {("xray:PutTelemetryRecords", "*"), ("xray:PutTraceSegments", "*")}


def logs(function: str) -> set[Call]:
    return {("logs:CreateLogStream", f"{function}Logs"), ("logs:PutLogEvents", f"{function}Logs")}


def polls(queue: str) -> set[Call]:
    return {(action, queue) for action in POLLS}


def granted(template: Document, role: str) -> set[Call]:
    return {
        (action, resource_name(resource))
        for actions, resources in statements(template, role)
        for action in actions
        for resource in resources
    }
