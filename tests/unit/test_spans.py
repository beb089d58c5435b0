"""What is recorded of a request's way, and what the exporters send of it."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.adapters.runtime import otlp, spans, traced_calls, tracing
from chalicelib.adapters.runtime.x_ray import context_of
from chalicelib.core.queueing.attempt import Ran, Result
from chalicelib.core.queueing.request import Failure, Request, Status
from chalicelib.core.trace_context import TraceContext
from tests.unit.canned_server import answer, serving

PARENT = TraceContext("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", sampled=True)
STARTED = Request("ada", 7, "echo", '"x"', Status.RUNNING, enqueued_at=1_000, attempts=1, started_at=3_000)
REQUEST = replace(STARTED, trace=PARENT.header)
FAILED = Failure("error", "It broke.")


@pytest.fixture(autouse=True)
def recording() -> Iterator[None]:
    spans.take()
    tracing.configure(on=False, otlp="http://127.0.0.1:9")
    yield
    tracing.configure(on=False)
    spans.take()


def carried_out(request: Request, ran: Ran) -> tuple[str | None, list[spans.Span]]:
    """The traceparent that the handler sees, and the spans."""
    seen: list[str | None] = []

    def run(_handler: Any, request: Request, *_: Any) -> Ran:
        seen.append(request.trace)
        with tracing.part("step charge"):
            return ran

    run_traced: Any = traced_calls.traced(run)
    assert run_traced(None, request) is ran
    return seen[0], spans.take()


def test_an_attempt_is_a_span_beside_the_wait_and_above_its_steps() -> None:
    seen, (wait, step, attempt) = carried_out(REQUEST, Result("1"))

    assert [span.name for span in (wait, step, attempt)] == ["wait echo", "step charge", "attempt echo"]
    assert {span.context.trace_id for span in (wait, step, attempt)} == {PARENT.trace_id}
    assert wait.parent_id == attempt.parent_id == PARENT.span_id
    assert step.parent_id == attempt.context.span_id
    assert seen == attempt.context.header
    assert (wait.begun, wait.ended, attempt.begun) == (1_000, 3_000, 3_000)
    assert attempt.attributes == {"user": "ada", "seq": 7, "type": "echo", "attempt": 1}
    assert attempt.error is None


def test_a_failed_attempt_says_why_and_a_later_one_has_not_waited() -> None:
    _, (_, attempt) = carried_out(replace(REQUEST, attempts=2), FAILED)

    assert attempt.error == "error: It broke."


@pytest.mark.parametrize("trace", [None, PARENT._replace(sampled=False).header])
def test_nothing_is_recorded_of_a_request_that_nobody_traces(trace: str | None) -> None:
    assert carried_out(replace(REQUEST, trace=trace), Result("1"))[1] == []


def test_a_call_without_a_trace_begins_one() -> None:
    place = tracing.begin_call(None)
    tracing.end_call("POST /api/queue/enqueue", {"status": 202})

    [span] = spans.take()
    assert place == span.context
    assert (span.parent_id, span.kind) == (None, "server")


def test_a_collector_gets_the_spans_as_otlp() -> None:
    with serving(answer(b"{}")) as server:
        tracing.configure(on=False, otlp=server.url)
        tracing.begin_call(PARENT)
        tracing.end_call("POST /x", {"status": 500}, "failed")
        tracing.export("gurukool-api")
        tracing.export("gurukool-api")  # there is nothing left
        [(_, body)] = server.requests

    [resource] = json.loads(body)["resourceSpans"]
    assert resource["resource"]["attributes"][0]["value"] == {"stringValue": "gurukool-api"}
    [span] = resource["scopeSpans"][0]["spans"]
    assert (span["traceId"], span["parentSpanId"], span["kind"]) == (PARENT.trace_id, PARENT.span_id, 2)
    assert span["status"] == {"code": 2, "message": "failed"}
    assert span["attributes"] == [{"key": "status", "value": {"intValue": "500"}}]


def test_a_collector_that_is_away_fails_nothing(caplog: pytest.LogCaptureFixture) -> None:
    otlp.exporter("http://127.0.0.1:9")("service", [])

    assert [record.message for record in caplog.records] == ["traces not sent"]


X_RAY = """
from chalicelib.adapters.runtime import spans, tracing
from chalicelib.core.trace_context import TraceContext
tracing.configure(on=True)
parent = TraceContext("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", True)
tracing.begin_call(parent)
tracing.end_call("POST /api/queue/enqueue", {"status": 500}, "failed")
tracing.export("api")
"""


def test_the_daemon_of_x_ray_gets_segments() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as daemon:
        daemon.bind(("127.0.0.1", 0))
        daemon.settimeout(30)
        address = f"127.0.0.1:{daemon.getsockname()[1]}"
        environment = {"AWS_XRAY_DAEMON_ADDRESS": address, "PYTHONPATH": ":".join(sys.path)}
        subprocess.run([sys.executable, "-c", X_RAY], env=environment, check=True)
        segment = json.loads(daemon.recv(65_535).partition(b"\n")[2])

    assert segment["trace_id"] == "1-0af76519-16cd43dd8448eb211c80319c"
    assert (segment["parent_id"], segment["fault"]) == (PARENT.span_id, True)
    assert segment["annotations"] == {"service": "api", "status": 500, "error": "failed"}


@pytest.mark.parametrize(
    "header", ["", "Root=1-x;Parent=y", "Sampled=1", "Root=1-5759e988-bd862e3fe1be46a9942727"]
)
def test_a_header_of_x_ray_without_a_place_is_none(header: str) -> None:
    assert context_of(header) is None


OFF = """
import sys
from chalicelib.adapters.runtime import current_call, runner, tracing
tracing.configure(on=False, otlp="")
tracing.begin_call(None)
with tracing.part("x"):
    tracing.end_call("x", {})
tracing.export("x")
wanted = ("spans", "traced_calls", "otlp", "x_ray")
print([name for name in sys.modules if name.rpartition(".")[2] in wanted or name.startswith("aws_xray_sdk")])
"""


def test_nothing_is_imported_when_traces_are_off() -> None:
    ran = subprocess.run([sys.executable, "-c", OFF], capture_output=True, text=True, check=True)

    assert ran.stdout.strip() == "[]"
