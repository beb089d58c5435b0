"""Events become metrics in CloudWatch's embedded metric format."""

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.adapters.memory.clock import ManualClock
from chalicelib.adapters.runtime import invocation
from chalicelib.adapters.runtime.embedded_metrics import LONGEST_MS, MOST_VALUES, EmbeddedMetrics
from chalicelib.core.log_events import log_event, observe

NOW = 1_790_000_000_000
CONTEXT = SimpleNamespace(function_name="f", aws_request_id="r")
ECHO: dict[str, Any] = {"user": "ada", "seq": 1, "type": "echo"}

Document = dict[str, Any]


class Watched:
    """The events of this process, observed by metrics, and the lines that are written."""

    def __init__(self, capsys: pytest.CaptureFixture[str], *, by_type: bool = False) -> None:
        self.clock = ManualClock(NOW)
        self.metrics = EmbeddedMetrics("gurukool", self.clock.now, by_type=by_type)
        self._capsys = capsys
        self.begin()

    def begin(self, level: str = "INFO") -> None:
        invocation.begin(CONTEXT, level, traced=False)
        observe(self.metrics)

    def lines(self) -> list[Document]:
        """What was written since the last look."""
        return [json.loads(line) for line in self._capsys.readouterr().out.splitlines()]

    def documents(self) -> list[Document]:
        return [line for line in self.lines() if "_aws" in line]


@pytest.fixture
def watched(capsys: pytest.CaptureFixture[str]) -> Iterator[Watched]:
    before = logging.getLogger().handlers[:]
    yield Watched(capsys)
    observe(None)
    logging.getLogger().handlers[:] = before


def published(document: Document) -> dict[tuple[str, ...], dict[str, Any]]:
    """The values of the metrics, by the names of their dimensions, as CloudWatch takes them from the line."""
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    for directive in document["_aws"]["CloudWatchMetrics"]:
        assert directive["Namespace"] == "Gurukool"
        for names in directive["Dimensions"]:
            assert all(isinstance(document[name], str) for name in names)
            values = {metric["Name"]: document[metric["Name"]] for metric in directive["Metrics"]}
            found.setdefault(tuple(names), {}).update(values)
    return found


def run_three(type_: str = "echo") -> None:
    for seq in range(3):
        log_event("request started", user="ada", seq=seq, type=type_, attempt=1, waited_ms=100 * seq)
        log_event("request succeeded", user="ada", seq=seq, type=type_, attempt=1, took_ms=7)


def test_the_requests_of_one_drain_share_a_line(watched: Watched) -> None:
    run_three()
    assert not watched.documents()

    watched.metrics.flush()

    [document] = watched.documents()
    assert document["stack"] == "gurukool"
    assert document["_aws"]["Timestamp"] == NOW
    assert published(document) == {
        ("stack",): {"Started": 3, "WaitMs": [0, 100, 200], "Succeeded": 3, "RunMs": [7, 7, 7]}
    }
    watched.metrics.flush()
    assert not watched.lines(), "nothing is written twice"


def test_a_failure_is_counted_by_its_kind_and_what_became_of_its_attempts(watched: Watched) -> None:
    log_event("request started", **ECHO, after="crash")
    log_event("request will be retried", **ECHO, kind="timeout", took_ms=10)
    log_event("request failed", **ECHO, kind="permanent", took_ms=11)
    log_event("request failed", **ECHO, kind="of its own")
    log_event("request halts the queue", **ECHO, kind="crash")
    log_event("queue halted", user="ada", seq=1)
    watched.metrics.flush()

    [document] = watched.documents()

    assert published(document)["stack",] == {
        "Started": 1,
        "Crashed": 2,
        "TimedOut": 1,
        "Retried": 1,
        "Failed": 2,
        "FailedByPermanent": 1,
        "FailedByOther": 1,
        "Halted": 1,
        "RunMs": [10, 11],
    }


def test_the_line_of_a_call_carries_what_was_measured_in_it(watched: Watched) -> None:
    for _ in range(2):
        log_event("request accepted", **ECHO)
    log_event("call answered", method="POST", path="/api/queue/enqueue", status=202, took_ms=12)

    [answered] = watched.documents()

    assert answered["event"] == "call answered"
    assert published(answered) == {("stack",): {"Accepted": 2, "SendMs": 12}}


def test_each_request_of_a_batch_is_counted(watched: Watched, capsys: pytest.CaptureFixture[str]) -> None:
    batch: dict[str, Any] = {"user": "ada", "seq": 2, "last_seq": 4, "types": {"echo": 2, "sleep": 1}}
    log_event("request accepted", **ECHO)
    log_event("requests accepted", **batch)
    watched.metrics.flush()
    [document] = watched.documents()
    assert published(document) == {("stack",): {"Accepted": 4}}

    by_type = Watched(capsys, by_type=True)
    log_event("requests accepted", **batch)
    by_type.metrics.flush()
    found = {document["type"]: document["Accepted"] for document in by_type.documents()}
    assert found == {"echo": 2, "sleep": 1}


def test_what_a_sweep_does_not_know_has_no_value(watched: Watched) -> None:
    log_event("callback given up", level=logging.WARNING)
    log_event("queues swept", held=2, not_looked_at=1)
    [swept] = watched.documents()
    counted = {"CallbacksGivenUp": 1, "QueuesHeld": 2, "QueuesNotLookedAt": 1}
    assert published(swept) == {("stack",): counted}


@pytest.mark.parametrize(
    ("status", "name"),
    [(404, "ClientErrors"), (429, "Throttled"), (500, "ServerErrors"), (503, "ServerErrors")],
)
def test_an_answer_that_refuses_is_counted(watched: Watched, status: int, name: str) -> None:
    log_event("call answered", method="GET", path="/api/queue", status=status, took_ms=3)
    [answered] = watched.documents()
    assert published(answered)["stack",] == {"ReadMs": 3, name: 1}


def test_a_call_that_waits_has_no_latency(watched: Watched) -> None:
    log_event("call answered", method="GET", path="/api/queue/dequeue", status=204, took_ms=20_000, wait=True)
    [answered] = watched.lines()
    assert "_aws" not in answered


def test_metrics_are_written_whatever_the_level_of_the_log_is(watched: Watched) -> None:
    watched.begin("ERROR")
    run_three()
    log_event("call answered", method="GET", path="/", status=200, took_ms=1)
    assert [line["event"] for line in watched.lines()] == ["call answered"]


def test_errors_are_counted_except_those_of_handlers(watched: Watched) -> None:
    log_event("worker failed", level=logging.CRITICAL)
    for of_handlers in ("handler raised", "step not stored", "effects refused", "payload not read"):
        log_event(of_handlers, level=logging.ERROR)
    watched.metrics.flush()
    [document] = watched.documents()
    assert published(document) == {("stack",): {"Errors": 1}}


def test_a_line_has_no_more_values_than_the_format_allows(watched: Watched) -> None:
    for _ in range(MOST_VALUES + 1):
        log_event("request started", **ECHO, waited_ms=1)
    watched.metrics.flush()
    documents = watched.documents()
    assert [document["WaitMs"] for document in documents] == [[1] * MOST_VALUES, 1]
    assert sum(document["Started"] for document in documents) == MOST_VALUES + 1


def test_what_happened_minutes_apart_keeps_its_minute(watched: Watched) -> None:
    """An attempt in the long lane may take 14 of them."""
    log_event("request started", **ECHO, waited_ms=1)
    watched.clock.advance(LONGEST_MS + 1)
    log_event("request succeeded", **ECHO, took_ms=LONGEST_MS)
    watched.metrics.flush()
    moments = [document["_aws"]["Timestamp"] for document in watched.documents()]
    assert moments == [NOW, NOW + LONGEST_MS + 1]


def test_each_type_is_measured_for_itself_if_that_is_wanted(
    watched: Watched, capsys: pytest.CaptureFixture[str]
) -> None:
    watched = Watched(capsys, by_type=True)
    run_three("echo")
    run_three("sleep")
    watched.metrics.flush()

    documents = watched.documents()

    assert [document["type"] for document in documents] == ["echo", "sleep"]
    for document in documents:
        found = published(document)
        assert found["stack",] == found["stack", "type"]
        assert found["stack",]["Succeeded"] == 3


def test_without_metrics_nobody_observes(watched: Watched) -> None:
    invocation.begin(CONTEXT, "INFO", traced=False)
    run_three()
    invocation.end()
    written = watched.lines()
    assert written
    assert not [line for line in written if "_aws" in line]


def test_an_invocation_writes_what_no_line_has_carried(watched: Watched) -> None:
    invocation.begin(CONTEXT, "INFO", traced=False, measured="mine")
    run_three()
    invocation.end()
    [document] = watched.documents()
    assert (document["event"], document["stack"]) == ("requests measured", "mine")


SWITCHED_OFF = """
import sys
from types import SimpleNamespace
from chalicelib.container import Container

container = Container({"METRICS": "off", "STACK_NAME": "mine"})
container.begin(SimpleNamespace(function_name="f", aws_request_id="r"))
print([name for name in sys.modules if "metric" in name])
"""


def test_what_is_switched_off_is_not_imported() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", SWITCHED_OFF], capture_output=True, text=True, check=True, timeout=60
    )
    assert ran.stdout.strip() == "[]"
