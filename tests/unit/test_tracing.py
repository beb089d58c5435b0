"""X-Ray segments when they are switched on, and no cost when they are not.

Each in a process of its own: the SDK patches botocore for good.
"""

import subprocess
import sys

TRACED = """
from aws_xray_sdk.core import xray_recorder
from chalicelib.adapters.runtime import tracing

tracing.configure(on=True)
xray_recorder.configure(context_missing="RUNTIME_ERROR", sampling=False)
segment = xray_recorder.begin_segment("invocation")
with tracing.subsegment("echo", user="u1", seq=7):
    pass
[subsegment] = segment.subsegments
print(subsegment.name, subsegment.annotations)
"""

UNTRACED = """
import sys
from chalicelib.adapters.runtime import runner
from chalicelib.adapters.runtime import tracing

tracing.configure(on=False)
with tracing.subsegment("echo", user="u1", seq=7):
    pass
print([name for name in sys.modules if name.startswith("aws_xray_sdk")])
"""

OUTSIDE = """
from chalicelib.adapters.runtime import tracing

tracing.configure(on=True)
with tracing.subsegment("echo", user="u1", seq=7):
    print("went on")
"""


def printed_by(program: str) -> str:
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return run.stdout.strip()


def test_a_request_is_a_subsegment_that_can_be_searched_for() -> None:
    assert printed_by(TRACED) == "echo {'user': 'u1', 'seq': 7}"


def test_the_sdk_is_not_imported_when_tracing_is_off() -> None:
    assert printed_by(UNTRACED) == "[]"


def test_a_trace_that_cannot_be_recorded_fails_nothing() -> None:
    assert printed_by(OUTSIDE) == "went on"


CALLS = """
from aws_xray_sdk.core import xray_recorder
from botocore.session import get_session
from chalicelib.adapters.aws.quick_calls import quicken
from chalicelib.adapters.runtime import tracing
from tests.unit.canned_server import answer, serving

with serving(answer(b"{}")) as server:
    client = get_session().create_client(
        "sqs", "us-east-1", endpoint_url=server.url, aws_access_key_id="a", aws_secret_access_key="b"
    )
    quicken(client)
    tracing.configure(on=True)
    xray_recorder.configure(context_missing="RUNTIME_ERROR", sampling=False)
    segment = xray_recorder.begin_segment("invocation")
    client.send_message(QueueUrl="q", MessageBody="m")
    [(headers, _)] = server.requests
[subsegment] = segment.subsegments
print(subsegment.name, f"Parent={subsegment.id}" in headers["x-amzn-trace-id"])
"""


def test_a_call_is_a_subsegment_which_the_service_is_told() -> None:
    assert printed_by(CALLS) == "sqs True"
