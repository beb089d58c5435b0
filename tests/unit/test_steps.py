"""Steps of a handler: called once, with the result that is stored."""

import asyncio
from typing import Any

import msgspec
import pytest

from chalicelib.adapters.runtime.results import RESULT_LIMIT
from chalicelib.core.queueing.notes import NoteKind
from gurukool import PermanentError, Request, handler
from gurukool.testing import NotOnceError, Outside, Queue, crash_everywhere, run


class Receipt(msgspec.Struct):
    number: int


class Provider:
    """Somebody outside."""

    def __init__(self) -> None:
        self.charged: list[str] = []

    def charge(self, key: str) -> Receipt:
        self.charged.append(key)
        return Receipt(len(self.charged))


provider: Any = Provider()
sent = list[int]()


@pytest.fixture(autouse=True)
def _new_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "provider", Provider())
    sent.clear()


def charge(request: Request) -> Receipt:
    def call() -> Receipt:
        receipt: Receipt = provider.charge(request.key("charge"))
        return receipt

    return request.step("charge", call, type=Receipt)


@handler("pay", max_attempts=3)
def pay(payload: int, request: Request) -> int:
    receipt = charge(request)
    request.step("send", lambda: sent.append(receipt.number))
    if request.attempts <= payload:
        raise ValueError("It broke.")
    return receipt.number


def test_a_later_attempt_gets_the_stored_result_in_its_type() -> None:
    outcome = run(pay, 2)

    assert (outcome.status, outcome.attempts, outcome.result) == ("succeeded", 3, 1)
    assert provider.charged == ["user/1/charge"]
    assert sent == [1]


def test_the_steps_of_a_request_that_has_ended_are_deleted() -> None:
    queue = Queue()
    seq = queue.enqueue(pay, 1)
    queue.run()

    tables = queue._engine.store.tables
    assert tables.requests["user"][seq].noted
    assert not [key for _, key in tables.notes if key.kind is NoteKind.STEP]


def _first_result(function: Any, type_: Any = None) -> Any:
    seen = list[Any]()

    @handler("one", max_attempts=1)
    def one(payload: Any, request: Request) -> None:
        seen.append(request.step("a", function, type=type_))

    outcome = run(one)
    assert outcome.status == "succeeded", outcome.error
    return seen[0]


def test_the_first_result_is_what_a_later_attempt_would_get() -> None:
    def receipt() -> Receipt:
        return Receipt(7)

    assert _first_result(receipt) == Receipt(7), "by the annotation"
    assert _first_result(lambda: Receipt(7)) == {"number": 7}
    assert _first_result(lambda: (1, 2)) == [1, 2]
    assert _first_result(lambda: (1, 2), tuple[int, int]) == (1, 2)


async def _double(number: int) -> int:
    await asyncio.sleep(0)
    return number * 2


def test_a_step_may_be_awaited() -> None:
    calls = list[int]()

    async def double() -> int:
        calls.append(1)
        return await _double(21)

    @handler("later")
    async def later(payload: Any, request: Request) -> int:
        doubled = await request.step_async("double", double)
        if request.attempts == 1:
            raise ValueError("It broke.")
        return doubled

    assert (run(later).result, calls) == (42, [1])


def _error(body: Any) -> str:
    @handler("wrong", max_attempts=1)
    def wrong(payload: Any, request: Request) -> None:
        try:
            body(request)
        except (TypeError, ValueError) as error:
            raise PermanentError(str(error)) from error

    found = run(wrong).error
    assert found
    return found.message


def test_a_step_that_cannot_be_one_is_refused() -> None:
    def twice(request: Request) -> None:
        request.step("a", lambda: 1)
        request.step("a", lambda: 2)

    assert "two steps named 'a'" in _error(twice)
    assert "cannot be the name" in _error(lambda request: request.step("a b", lambda: 1))
    assert "await request.step_async" in _error(lambda request: request.step("a", lambda: _double(1)))


@pytest.mark.parametrize(
    ("returned", "kind", "message"),
    [
        ("x" * RESULT_LIMIT, "permanent", "The result of step 'charge' is larger than 128 KiB."),
        (object(), "error", "The result of step 'charge' cannot be expressed in JSON."),
        (
            float("nan"),
            "error",
            "The result of step 'charge' contains NaN or infinity, which JSON cannot express.",
        ),
    ],
)
def test_a_result_that_cannot_be_stored_is_told_as_the_step_s(
    returned: Any, kind: str, message: str, caplog: pytest.LogCaptureFixture
) -> None:
    @handler("large", max_attempts=1)
    def large(payload: Any, request: Request) -> None:
        request.step("charge", lambda: returned)

    found = run(large).error

    assert found
    assert (found.kind, found.message) == (kind, message)
    [line] = [record for record in caplog.records if record.getMessage() == "step not stored"]
    assert (line.levelname, vars(line)["fields"]["step"]) == ("ERROR", "charge")


def test_nothing_is_stored_of_a_step_that_raises() -> None:
    calls = list[int]()

    def flaky() -> int:
        calls.append(1)
        if len(calls) == 1:
            raise ValueError("It broke.")
        return len(calls)

    @handler("flaky")
    def flaky_handler(payload: Any, request: Request) -> int:
        return request.step("a", flaky)

    assert run(flaky_handler).result == 2


def test_a_crash_within_a_step_repeats_it_and_the_key_makes_that_harmless(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(globals(), "provider", Outside().watch(Provider()))
    with pytest.raises(NotOnceError) as found:
        crash_everywhere(pay, 0)
    [finding] = found.value.findings
    assert finding.what == "Provider.charge happens twice, and not once"
    assert finding.after.startswith("Provider.charge")
    assert finding.before == "step stored: charge"

    monkeypatch.setitem(globals(), "provider", Outside().watch(Provider(), key="key"))
    survived = crash_everywhere(pay, 0)
    assert "step stored: send" in survived.events
