"""What the exporters send of the spans of an invocation; nothing of them is imported when all is off."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chalicelib.adapters.runtime import otlp, spans, tracing
from chalicelib.adapters.runtime.x_ray import context_of
from chalicelib.core.trace_context import TraceContext
from chalicelib.settings import CHOICES, SettingError
from tests.unit.canned_server import answer, serving
from tests.unit.certificates import Certificates

PARENT = TraceContext("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", sampled=True)


@pytest.fixture(autouse=True)
def off_afterwards() -> Iterator[None]:
    yield
    tracing.configure(on=False)
    spans.take()


def test_a_collector_gets_the_spans_as_otlp() -> None:
    with serving(answer(b"{}")) as server:
        tracing.configure(on=False, otlp=server.url)
        tracing.begin_call(PARENT)
        tracing.end_call("POST /x", {"http.response.status_code": 500}, "failed")
        tracing.export("gurukool-api")
        tracing.export("gurukool-api")  # there is nothing left
        [(_, body)] = server.requests

    [resource] = json.loads(body)["resourceSpans"]
    assert resource["resource"]["attributes"][0]["value"] == {"stringValue": "gurukool-api"}
    [span] = resource["scopeSpans"][0]["spans"]
    assert (span["traceId"], span["parentSpanId"], span["kind"]) == (PARENT.trace_id, PARENT.span_id, 2)
    assert span["status"] == {"code": 2, "message": "failed"}
    assert span["attributes"] == [{"key": "http.response.status_code", "value": {"intValue": "500"}}]


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "http://collector:70000", "http://a..b:4318"])
def test_a_collector_that_is_away_fails_nothing(url: str, caplog: pytest.LogCaptureFixture) -> None:
    otlp.exporter(url)("service", [])

    assert [record.message for record in caplog.records] == ["traces not sent"]


@pytest.mark.parametrize(("name", "logged"), [("127.0.0.1", []), ("other.test", ["traces not sent"])])
def test_a_collector_with_https_must_prove_its_name(
    name: str,
    logged: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    certificates = Certificates(tmp_path)
    monkeypatch.setattr(otlp, "_verifying", certificates.client)
    with serving(answer(b"{}"), tls=certificates.server(name)) as server:
        otlp.exporter(server.url)("service", [])

    assert [record.message for record in caplog.records] == logged
    assert len(server.requests) == 1 - len(logged)


@pytest.mark.parametrize("url", ["http://collector:70000", "http://a..b:4318"])
def test_an_address_that_no_collector_can_have_is_refused_as_a_setting(url: str) -> None:
    [setting] = [choice for choice in CHOICES if choice.name == "OTLP_ENDPOINT"]
    with pytest.raises(SettingError):
        setting.parse(url)
    assert setting.parse("http://Collector.example:4318/a/") == "http://Collector.example:4318/a/"


PROLOGUE = """
from chalicelib.adapters.runtime import spans, traced_calls, tracing
from chalicelib.core.exchanges import Exchange
from chalicelib.core.trace_context import TraceContext
tracing.configure(on=True)
parent = TraceContext("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", True)
"""
CALL = """
tracing.begin_call(parent)
tracing.end_call("POST /api/queue/enqueue", {"http.response.status_code": 500, "call": "5c1e"}, "failed")
tracing.export("api")
"""
EXCHANGE = """
exchange = Exchange("POST", "https", "hooks.test", 8443, {"seq": 7, "attempt": 2}, parent.header)
with traced_calls.recorded(exchange):
    exchange.status = 404
tracing.export("slow-worker")
"""


def sent_to_the_daemon(program: str) -> dict[str, Any]:
    """The document that X-Ray's daemon gets."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as daemon:
        daemon.bind(("127.0.0.1", 0))
        daemon.settimeout(30)
        address = f"127.0.0.1:{daemon.getsockname()[1]}"
        environment = {"AWS_XRAY_DAEMON_ADDRESS": address, "PYTHONPATH": ":".join(sys.path)}
        subprocess.run([sys.executable, "-c", PROLOGUE + program], env=environment, check=True)
        return dict(json.loads(daemon.recv(65_535).partition(b"\n")[2]))


def test_the_daemon_of_x_ray_gets_segments() -> None:
    segment = sent_to_the_daemon(CALL)

    assert segment["trace_id"] == "1-0af76519-16cd43dd8448eb211c80319c"
    assert (segment["parent_id"], segment["fault"]) == (PARENT.span_id, True)
    assert segment["http"] == {"response": {"status": 500}}
    assert segment["annotations"] == {"service": "api", "call": "5c1e", "error": "failed"}


def test_a_call_that_was_refused_is_no_failure_of_the_service() -> None:
    """As for a collector, which gets the status and no error."""
    segment = sent_to_the_daemon(CALL.replace("500", "422").replace(', "failed"', ""))

    assert segment["http"] == {"response": {"status": 422}}
    assert not {"error", "fault", "throttle"} & segment.keys()


def test_a_receiver_at_an_address_of_ipv6_has_a_valid_url() -> None:
    segment = sent_to_the_daemon(EXCHANGE.replace("hooks.test", "::1"))

    assert segment["http"]["request"]["url"] == "https://[::1]:8443/"


def test_a_request_to_a_receiver_is_a_subsegment_of_a_remote_service() -> None:
    segment = sent_to_the_daemon(EXCHANGE)

    assert (segment["type"], segment["namespace"], segment["name"]) == ("subsegment", "remote", "hooks.test")
    assert segment["trace_id"] == "1-0af76519-16cd43dd8448eb211c80319c"
    assert segment["parent_id"] == PARENT.span_id
    assert segment["http"] == {
        "request": {"method": "POST", "url": "https://hooks.test:8443/"},
        "response": {"status": 404},
    }
    assert (segment["error"], segment.get("fault")) == (True, None)
    assert segment["annotations"] == {
        "service": "slow-worker",
        "seq": 7,
        "attempt": 2,
        "error": "answered 404",
    }


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
