"""A planted double charge is found and its point is named; what is sound passes."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from inspect import currentframe

import pytest

from gurukool import HandlerError, Request, handler
from gurukool.testing import NotOnceError, Outside, crash_everywhere

FILE = "tests/testing/test_crash_everywhere.py"
SUCCEEDED = "the outcome is written: succeeded"


@dataclass
class Payments:
    """The client of a payment service."""

    charged: list[int] = field(default_factory=list)

    def charge(self, cents: int) -> str:
        self.charged.append(cents)
        return "receipt"

    def charge_once(self, cents: int, idempotency_key: str) -> str:
        return self.charge(cents)

    async def charge_later(self, cents: int) -> str:
        await asyncio.sleep(0)
        return self.charge(cents)


@pytest.fixture
def payments() -> Payments:
    return Outside().watch(Payments(), key="idempotency_key")


def here() -> int:
    """The number of the caller's line."""
    frame = currentframe()
    assert frame
    assert frame.f_back
    return frame.f_back.f_lineno


def test_a_double_charge_is_found_and_its_point_is_named(payments: Payments) -> None:
    @handler("pay")
    def pay(payload: int) -> str:
        return payments.charge(payload)

    line = here() - 2
    with pytest.raises(NotOnceError) as caught:
        crash_everywhere(pay, 300)

    (finding,) = caught.value.findings
    assert finding.what == "Payments.charge happens twice, and not once"
    assert (finding.after, finding.before) == ("Payments.charge(300)", SUCCEEDED)
    assert finding.place
    assert (finding.place.file, finding.place.line, finding.place.function) == (FILE, line, "pay")
    assert [text.partition("  tests/")[0].strip() for text in finding.history] == [
        "attempt 1 begins",
        "Payments.charge(300)",
        "> the process ends here",
        "attempt 2 begins",
        "Payments.charge(300)",
        SUCCEEDED,
        "the queue is drained",
    ]


def test_the_point_is_between_the_call_and_the_next_one(payments: Payments) -> None:
    receive = Outside().call("notify", lambda receipt: None)

    @handler("pay")
    def pay(payload: int, request: Request) -> str:
        receipt = payments.charge_once(payload, f"{request.user_id}/{request.seq}")
        receive(receipt)
        return receipt

    with pytest.raises(NotOnceError) as caught:
        crash_everywhere(pay, 300)

    (finding,) = caught.value.findings
    assert finding.what == "notify happens twice, and not once"
    assert (finding.after, finding.before) == ("notify('receipt')", SUCCEEDED)


def test_a_call_that_is_recognised_by_its_key_happens_once(payments: Payments) -> None:
    @handler("pay")
    def pay(payload: int, request: Request) -> str:
        return payments.charge_once(payload, idempotency_key=f"{request.user_id}/{request.seq}")

    survived = crash_everywhere(pay, 300)

    assert survived.crashes == 2 * len(survived.events)
    assert survived.events == [
        "attempt 1 begins",
        "Payments.charge_once(300, idempotency_key='user/1')",
        SUCCEEDED,
        "the queue is drained",
    ]


def test_a_key_that_changes_with_the_attempt_helps_nobody(payments: Payments) -> None:
    @handler("pay")
    def pay(payload: int, request: Request) -> str:
        return payments.charge_once(payload, f"{request.seq}/{request.attempts}")

    with pytest.raises(NotOnceError, match=r"Payments\.charge_once happens twice"):
        crash_everywhere(pay, 300)


def test_a_handler_that_waits_for_its_calls_is_watched_too(payments: Payments) -> None:
    @handler("pay")
    async def pay(payload: int) -> str:
        return await payments.charge_later(payload)

    with pytest.raises(NotOnceError, match=r"Payments\.charge_later happens twice"):
        crash_everywhere(pay, 300)


def test_a_handler_cannot_catch_a_crash(payments: Payments) -> None:
    refund = Outside().call("refund", lambda: None)

    @handler("pay")
    def pay(payload: int) -> str:
        try:
            return payments.charge(payload)
        except BaseException:
            refund()  # a process that has ended does not get here
            raise

    with pytest.raises(NotOnceError) as caught:
        crash_everywhere(pay, 300)

    assert [finding.what for finding in caught.value.findings] == [
        "Payments.charge happens twice, and not once"
    ]


def test_calls_on_several_threads_are_watched(payments: Payments) -> None:
    @handler("pay")
    def pay(payload: int) -> list[str]:
        with ThreadPoolExecutor(2) as pool:
            return list(pool.map(payments.charge, [payload, payload]))

    with pytest.raises(NotOnceError, match=r"Payments\.charge happens [34] times, and not twice"):
        crash_everywhere(pay, 300)


def test_a_request_with_one_attempt_is_never_started_again(payments: Payments) -> None:
    @handler("pay", max_attempts=1)
    def pay(payload: int) -> str:
        return payments.charge(payload)

    assert crash_everywhere(pay, 300).events[1] == "Payments.charge(300)"


def test_what_is_left_undone_is_found(payments: Payments) -> None:
    paid = set[int]()

    @handler("pay")
    def pay(payload: int, request: Request) -> None:
        if request.seq not in paid:
            paid.add(request.seq)  # as a write to a table of the handler's would be
            payments.charge(payload)

    with pytest.raises(NotOnceError) as caught:
        crash_everywhere(pay, 300, setup=lambda _: paid.clear())

    (finding,) = caught.value.findings
    assert finding.what == "Payments.charge happens not at all, and not once"
    assert (finding.after, finding.before) == ("attempt 1 begins", "Payments.charge(300)")


def test_a_request_that_fails_because_it_was_interrupted_is_found(payments: Payments) -> None:
    paid = set[int]()

    @handler("pay")
    def pay(payload: int, request: Request) -> None:
        payments.charge_once(payload, "key")
        if request.seq in paid:
            raise HandlerError("It is paid already.")
        paid.add(request.seq)

    with pytest.raises(NotOnceError, match="the request has failed, and not succeeded"):
        crash_everywhere(pay, 300, setup=lambda _: paid.clear())


def test_a_handler_in_which_nothing_is_seen_is_refused() -> None:
    @handler("greet")
    def greet(payload: str) -> str:
        return f"Hello, {payload}"

    with pytest.raises(ValueError, match="Nothing was seen that could happen twice"):
        crash_everywhere(greet, "Ada")
