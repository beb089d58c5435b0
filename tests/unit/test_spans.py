"""What is recorded of a request's way."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.adapters.runtime import spans, traced_calls, tracing
from chalicelib.core.exchanges import Exchange
from chalicelib.core.queueing.attempt import Ran, Result
from chalicelib.core.queueing.request import Failure, Request, Status
from chalicelib.core.trace_context import TraceContext

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


def carried_out_by(work: Callable[[], object]) -> dict[str, spans.Span]:
    """The spans of an attempt that does this, by name."""

    def run(*_: Any) -> Ran:
        work()
        return Result("1")

    run_traced: Any = traced_calls.traced(run)
    run_traced(None, REQUEST)
    return {span.name: span for span in spans.take()}


def test_steps_that_are_under_way_at_once_are_side_by_side() -> None:
    async def step(name: str, begun: asyncio.Event, until: asyncio.Event) -> None:
        with tracing.part(name):
            begun.set()
            await until.wait()

    async def steps() -> None:
        """The first one ends before the second one, which began later; a third one comes after them."""
        first, second, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()
        one = asyncio.create_task(step("first", first, until=second))
        two = asyncio.create_task(step("second", second, until=ended))
        await one
        ended.set()
        await two
        with tracing.part("third"):
            pass

    found = carried_out_by(lambda: asyncio.run(steps()))

    attempt = found["attempt echo"].context.span_id
    assert [found[name].parent_id for name in ("first", "second", "third")] == [attempt] * 3


def test_a_step_on_another_thread_and_a_step_within_a_step_have_their_place() -> None:
    def on_another_thread() -> None:
        with tracing.part("outer"), tracing.part("inner"):
            pass

    def steps() -> None:
        thread = threading.Thread(target=on_another_thread)
        thread.start()
        thread.join()

    found = carried_out_by(steps)

    assert found["outer"].parent_id == found["attempt echo"].context.span_id
    assert found["inner"].parent_id == found["outer"].context.span_id


def test_a_failed_attempt_says_why_and_a_later_one_has_not_waited() -> None:
    _, (_, attempt) = carried_out(replace(REQUEST, attempts=2), FAILED)

    assert attempt.error == "error: It broke."


@pytest.mark.parametrize("trace", [None, PARENT._replace(sampled=False).header])
def test_nothing_is_recorded_of_a_request_that_nobody_traces(trace: str | None) -> None:
    assert carried_out(replace(REQUEST, trace=trace), Result("1"))[1] == []


def test_a_call_without_a_trace_begins_one() -> None:
    place = tracing.begin_call(None)
    tracing.end_call("POST /api/queue/enqueue", {"http.response.status_code": 202})

    [span] = spans.take()
    assert place == span.context
    assert (span.parent_id, span.kind) == (None, "server")


def exchange_with(
    status: int, traceparent: str | None = PARENT.header
) -> tuple[str | None, list[spans.Span]]:
    """The traceparent that the receiver gets, and the spans."""
    exchange = Exchange(
        "POST", "https", "hooks.test", 443, {"seq": 7, "attempt": 2}, traceparent, redirects=1
    )
    with traced_calls.recorded(exchange):
        sent = exchange.traceparent
        exchange.status = status
    return sent, spans.take()


def test_a_receiver_is_told_the_span_of_the_request_to_it() -> None:
    sent, [span] = exchange_with(200)

    assert (sent, span.parent_id) == (span.context.header, PARENT.span_id)
    assert (span.name, span.kind, span.error) == ("POST hooks.test", "client", None)
    assert span.attributes == {
        "http.request.method": "POST",
        "url.scheme": "https",
        "server.address": "hooks.test",
        "server.port": 443,
        "seq": 7,
        "attempt": 2,
        "http.request.resend_count": 1,
        "http.response.status_code": 200,
    }


def test_a_request_that_is_refused_has_failed() -> None:
    assert exchange_with(503)[1][0].error == "answered 503"


def test_a_request_without_an_answer_has_failed_and_has_no_status() -> None:
    exchange = Exchange("GET", "https", "hooks.test", 443, {}, PARENT.header)
    with pytest.raises(TimeoutError), traced_calls.recorded(exchange):
        raise TimeoutError

    [span] = spans.take()
    assert span.error == "TimeoutError"
    assert "http.response.status_code" not in (span.attributes or {})


@pytest.mark.parametrize("traceparent", [None, PARENT._replace(sampled=False).header])
def test_nothing_is_recorded_of_a_request_to_a_receiver_that_nobody_traces(traceparent: str | None) -> None:
    assert exchange_with(200, traceparent)[1] == []
