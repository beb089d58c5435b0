"""Large payloads and results: written before what refers to them, read when needed, kept while they wait."""

from itertools import pairwise
from typing import Any
from zlib import crc32

import pytest

from chalicelib.core.errors import EffectRefusedError, UnavailableError
from chalicelib.core.queueing.attempt import Result
from chalicelib.core.queueing.enqueue import Work
from chalicelib.core.queueing.idempotency import IdempotencyKey
from chalicelib.core.queueing.keeping import MINUTE_MS, MINUTES
from chalicelib.core.queueing.pages import Extent
from chalicelib.core.queueing.request import Request, Status
from chalicelib.core.queueing.texts import DAY_MS, PAYLOAD, READ_BYTES, SCARCE_MS, TextKey
from tests.unit.core.queue_harness import BROKEN, SESSION, USER, QueueHarness

LARGE = f'"{"x" * 2_000}"'


def send(
    harness: QueueHarness, *payloads: str, key: IdempotencyKey | None = None, type_: str = "skip"
) -> None:
    harness.enqueue(USER, SESSION, [Work(type_, payload) for payload in payloads], key)


def fail_at(harness: QueueHarness, monkeypatch: pytest.MonkeyPatch, method: str, error: Exception) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(harness.store.requests, method, fail)


def texts(harness: QueueHarness) -> set[TextKey]:
    return {key for _, key in harness.store.tables.texts}


def test_a_handler_gets_the_payload_and_the_request_never_holds_it(harness: QueueHarness) -> None:
    seen = list[str]()

    def look(request: Request) -> Result:
        seen.append(request.payload)
        return Result("null")

    harness.script = {1: [BROKEN, look], 2: [look]}
    send(harness, LARGE, '"small"')
    assert harness.request(1).payload == ""

    harness.run()

    assert seen == [LARGE, '"small"']
    assert harness.request(1).payload == ""


def test_small_texts_are_no_items_of_their_own(harness: QueueHarness) -> None:
    harness.script[1] = [Result('"ok"')]
    send(harness, "x" * 1024)
    harness.run()

    assert texts(harness) == set()
    assert (harness.request(1).payload, harness.request(1).result) == ("x" * 1024, '"ok"')


def test_all_payloads_are_there_before_the_first_request(
    harness: QueueHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_at(harness, monkeypatch, "write", UnavailableError())

    with pytest.raises(UnavailableError):
        send(harness, LARGE, "null", LARGE)

    assert texts(harness) == {TextKey(1, PAYLOAD), TextKey(3, PAYLOAD)}
    assert harness.statuses() == []


def test_a_payload_that_cannot_be_read_costs_no_attempt(
    harness: QueueHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(harness, LARGE)
    with monkeypatch.context() as patch:
        fail_at(harness, patch, "read_texts", UnavailableError())
        with pytest.raises(UnavailableError):
            harness.wake()

    assert harness.request(1).attempts == 0


def test_a_request_whose_payload_is_gone_has_failed_and_the_next_one_runs(harness: QueueHarness) -> None:
    send(harness, LARGE, "null")
    harness.store.tables.texts.clear()

    harness.run()

    assert harness.statuses() == [Status.FAILED, Status.SUCCEEDED]
    error = harness.request(1).error
    assert error
    assert (error.kind, harness.request(1).attempts) == ("permanent", 1)


def test_a_result_is_there_before_the_outcome(harness: QueueHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    harness.script[1] = [Result(LARGE)]
    send(harness, "null")
    fail_at(harness, monkeypatch, "finish", UnavailableError())

    with pytest.raises(UnavailableError):
        harness.wake()

    assert texts(harness) == {TextKey(1, 1)}
    assert harness.request(1).status is Status.RUNNING


def test_a_result_that_cannot_be_stored_is_a_failed_attempt(
    harness: QueueHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    harness.script[1] = [Result(LARGE)] * 3
    send(harness, "null")
    fail_at(harness, monkeypatch, "write_texts", EffectRefusedError("Too large."))

    harness.run()

    assert harness.started == [1, 1, 1]
    error = harness.request(1).error
    assert error
    assert error.kind == "conflict"


def test_whoever_is_shown_a_result_is_shown_a_large_one(harness: QueueHarness) -> None:
    harness.script[1] = [Result(LARGE)]
    key = IdempotencyKey("key", "fingerprint")
    send(harness, LARGE, key=key)
    harness.run()

    shown, _ = harness.watch.request(USER, SESSION, 1)
    page, _ = harness.watch.page(USER, SESSION, 0, Extent(10))
    read, _ = harness.outcomes(USER, SESSION, None, Extent(10))
    replayed = harness.enqueue(USER, SESSION, [Work("skip", LARGE)], key)
    dequeued = harness.dequeue(USER, SESSION)

    assert (shown.payload, shown.result) == (LARGE, LARGE)
    assert dequeued
    for request in (*page.requests, *read.requests, *replayed.requests, dequeued):
        assert request.result == LARGE


def test_results_are_read_in_few_calls_and_not_more_than_a_page_holds(
    harness: QueueHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    harness.make_room(100)
    result = "x" * (READ_BYTES // 10)
    harness.script = {seq: [Result(result)] for seq in range(1, 26)}
    send(harness, *["null"] * 25)
    harness.run()
    calls, read = list[int](), harness.store.requests.read_texts

    def count(user_id: str, keys: Any) -> Any:
        calls.append(len(keys))
        return read(user_id, keys)

    monkeypatch.setattr(harness.store.requests, "read_texts", count)

    harness.outcomes(USER, SESSION, 0, Extent(25))
    assert calls == [10, 10, 5]

    calls.clear()
    harness.outcomes(USER, SESSION, 0, Extent(25, lambda request: request.seq < 3))
    assert calls == [10], "what does not fit is not read"


def test_a_failed_request_with_a_large_payload_can_be_sent_again(harness: QueueHarness) -> None:
    harness.script[1] = [BROKEN] * 3
    send(harness, LARGE)
    harness.run()

    harness.controls.retry(USER, SESSION, 1)

    again, _ = harness.watch.request(USER, SESSION, 2)
    assert (again.payload, again.origin) == (LARGE, 1)


def sweep_for_a_day(harness: QueueHarness) -> None:
    for _ in range(MINUTES // 10):  # the minute in which this queue is looked at, and some others
        harness.sweep()
        harness.clock.advance(10 * MINUTE_MS)


def go_to_its_minute(harness: QueueHarness) -> None:
    left = -(harness.clock.now() // MINUTE_MS + crc32(USER.encode())) % 10
    harness.clock.advance(left * MINUTE_MS)


def test_the_payloads_of_a_line_that_stands_for_weeks_are_kept(harness: QueueHarness) -> None:
    send(harness, "null", LARGE)
    harness.controls.pause(USER, None)
    go_to_its_minute(harness)
    for _ in range(200):
        sweep_for_a_day(harness)
        harness.store.tables.remove_expired(harness.clock.now())

    harness.controls.resume(USER, None)
    harness.run()

    assert harness.statuses() == [Status.SUCCEEDED, Status.SUCCEEDED]
    until = harness.request(2).payload_until
    assert until
    assert harness.store.tables.texts[USER, TextKey(2, PAYLOAD)].expires_at == until


def test_a_payload_is_kept_with_few_writes_and_nothing_is_read_for_it_before(
    harness: QueueHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(harness, LARGE)
    harness.controls.pause(USER, None)
    go_to_its_minute(harness)
    kept, reads = list[int](), list[int]()
    keep, read = harness.store.requests.keep_text, harness.store.requests.list_without_payloads

    def count(*args: Any) -> None:
        kept.append(harness.clock.now())
        keep(*args)

    def count_reads(*args: Any) -> Any:
        reads.append(harness.clock.now())
        return read(*args)

    monkeypatch.setattr(harness.store.requests, "keep_text", count)
    monkeypatch.setattr(harness.store.requests, "list_without_payloads", count_reads)

    for day in range(1, 21):
        sweep_for_a_day(harness)
        if day < 5:
            assert reads == []

    assert 3 <= len(kept) <= 4
    assert min(b - a for a, b in pairwise(kept)) >= SCARCE_MS - DAY_MS
