"""The lines of a call have the id of its trace, in the form in which all lines have it."""

import json
import logging
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from chalice.app import Response

from chalicelib.adapters.runtime import invocation, tracing
from chalicelib.core.log_events import log_event
from chalicelib.web.middleware import Middleware

CONTEXT = SimpleNamespace(function_name="api", aws_request_id="r")
TRACE_ID = "0af7651916cd43dd8448eb211c80319c"
GIVEN = {"traceparent": f"00-{TRACE_ID}-b7ad6b7169203331-00"}  # it is not recorded, so nothing is sent
COLLECTOR = "http://127.0.0.1:9"


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    before = logging.getLogger().handlers[:]
    yield
    logging.getLogger().handlers[:] = before
    tracing.configure(on=False)


def answer(capsys: pytest.CaptureFixture[str], headers: dict[str, str], collector: str) -> set[str | None]:
    """The traces in the lines of a call: of its own, and of what is logged meanwhile."""
    request: Any = SimpleNamespace(
        lambda_context=CONTEXT,
        context={"requestId": "c"},
        headers=headers,
        method="GET",
        path="/api/queue",
        query_params=None,
    )
    cors: Any = SimpleNamespace(preflight=lambda *_: None, headers=lambda *_: {})

    def respond(_: object) -> Response:
        log_event("request accepted", user="ada", seq=1)
        return Response("")

    def begin(context: Any) -> None:
        invocation.begin(context, "INFO", traced=False, collector=collector)

    Middleware(begin, lambda: 0, list, cors)(request, respond)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["event"] for line in lines] == ["request accepted", "call answered"]
    return {line.get("trace") for line in lines}


def test_a_call_that_begins_a_trace_names_it_in_its_lines(capsys: pytest.CaptureFixture[str]) -> None:
    [trace] = answer(capsys, {}, COLLECTOR)
    assert trace is not None
    assert trace != TRACE_ID
    assert len(trace) == len(TRACE_ID)


@pytest.mark.parametrize("collector", ["", COLLECTOR])
def test_a_call_goes_on_with_the_trace_of_its_caller(
    capsys: pytest.CaptureFixture[str], collector: str
) -> None:
    assert answer(capsys, GIVEN, collector) == {TRACE_ID}


def test_without_traces_no_line_has_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert answer(capsys, {}, "") == {None}


def test_x_rays_id_is_written_like_all_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "_X_AMZN_TRACE_ID", "Root=1-0af76519-16cd43dd8448eb211c80319c;Parent=b7ad6b7169203331;Sampled=1"
    )
    assert tracing.trace_id() is None
    monkeypatch.setattr(tracing, "_on", True)
    assert tracing.trace_id() == TRACE_ID
    monkeypatch.delenv("_X_AMZN_TRACE_ID")
    assert tracing.trace_id() is None
