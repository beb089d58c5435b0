"""The queues in memory do what real ones do, and time passes only when it is told to."""

import time
from typing import Any

import msgspec
import pytest

from gurukool import (
    HandlerError,
    InvalidInputError,
    PermanentError,
    Request,
    RetryLaterError,
    Settings,
    handler,
)
from gurukool.testing import ConflictError, Error, Queue, run

HOUR = 3600.0


class Greeting(msgspec.Struct, forbid_unknown_fields=True):
    name: str


@handler("greet")
def greet(payload: Greeting, request: Request) -> dict[str, Any]:
    return {"said": f"Hello, {payload.name}", "seq": request.seq}


@handler("flaky", max_attempts=3)
def flaky(payload: int, request: Request) -> int:
    if request.attempts <= payload:
        raise RetryLaterError("Not yet.", after=HOUR)
    return request.attempts


@handler("transfer", max_attempts=1, on_failure="halt")
def transfer(payload: str) -> str:
    if payload == "bad":
        raise PermanentError("There is not enough money.")
    return payload


@pytest.fixture
def queue() -> Queue:
    return Queue()


def test_requests_run_in_their_order_and_have_outcomes_as_the_api_shows_them(queue: Queue) -> None:
    for name in ("Ada", "Grace"):
        queue.enqueue(greet, Greeting(name))
    queue.enqueue(greet, {"name": "Edsger"}, user="another")

    assert [outcome.status for outcome in queue.outcomes()] == ["queued", "queued"]
    queue.run()

    assert [outcome.result for outcome in queue.outcomes()] == [
        {"said": "Hello, Ada", "seq": 1},
        {"said": "Hello, Grace", "seq": 2},
    ]
    assert queue.outcome(1, user="another").result == {"said": "Hello, Edsger", "seq": 1}


@pytest.mark.parametrize("payload", [{"nam": "Ada"}, {"name": 7}, None])
def test_a_payload_that_the_handler_does_not_take_is_refused_at_once(queue: Queue, payload: object) -> None:
    with pytest.raises(InvalidInputError, match="payload"):
        queue.enqueue(greet, payload)

    assert queue.outcomes() == []


def test_attempts_wait_for_each_other_without_anybody_waiting_for_them(queue: Queue) -> None:
    begun = time.monotonic()
    queue.enqueue(flaky, 2)
    queue.enqueue(greet, Greeting("Ada"))

    queue.run()

    assert queue.outcome(1).attempts == 3
    assert [outcome.status for outcome in queue.outcomes()] == ["succeeded", "succeeded"]
    assert time.monotonic() - begun < HOUR


def test_time_passes_as_far_as_it_is_told_to(queue: Queue) -> None:
    queue.enqueue(flaky, 1)

    queue.advance(HOUR - 1)
    waiting = queue.outcome(1)
    queue.advance(61)

    assert (waiting.status, waiting.attempts, waiting.error) == ("queued", 1, Error("error", "Not yet."))
    assert queue.outcome(1).result == 2


def test_a_request_that_may_not_start_yet_holds_the_line(queue: Queue) -> None:
    queue.enqueue(greet, Greeting("Ada"), not_before=7 * 24 * HOUR)
    queue.enqueue(greet, Greeting("Grace"))

    queue.advance(6 * 24 * HOUR)
    assert [outcome.status for outcome in queue.outcomes()] == ["queued", "queued"]
    queue.run()
    assert [outcome.status for outcome in queue.outcomes()] == ["succeeded", "succeeded"]


def test_a_queue_halts_until_somebody_skips_or_retries(queue: Queue) -> None:
    for payload in ("bad", "good", "bad", "good"):
        queue.enqueue(transfer, payload)

    queue.run()
    assert queue.state() == "halted"
    assert queue.outcome(1).error == Error("permanent", "There is not enough money.")
    queue.skip(1)
    queue.run()
    queue.retry(3)
    queue.run()

    assert [outcome.status for outcome in queue.outcomes()] == ["failed", "succeeded", "queued", "queued"]
    assert queue.outcome(3).attempts == 2


def test_what_waits_can_be_cancelled_and_a_queue_paused(queue: Queue) -> None:
    queue.pause()
    for name in ("Ada", "Grace"):
        queue.enqueue(greet, Greeting(name))
    queue.run()
    queue.cancel(1)
    queue.resume()
    queue.run()

    assert [outcome.status for outcome in queue.outcomes()] == ["cancelled", "succeeded"]
    with pytest.raises(ConflictError, match="it is succeeded"):
        queue.cancel(2)


def test_a_handler_that_takes_too_long_is_stopped() -> None:
    @handler("slow", timeout=0.01, max_attempts=1)
    def slow(payload: float) -> None:
        time.sleep(payload)

    assert run(slow, 30.0).error == Error("timeout", "The handler took longer than 0.01 seconds.")
    unlimited = Queue(time_limits=False)
    unlimited.enqueue(slow, 0.02)
    unlimited.run()
    assert unlimited.outcome(1).status == "succeeded"


def test_run_has_the_outcome_of_one_request_after_all_its_attempts() -> None:
    @handler("fail")
    def fail(payload: str) -> None:
        raise HandlerError(payload)

    outcome = run(fail, "It broke.")

    assert (outcome.status, outcome.attempts) == ("failed", 3)
    assert outcome.error == Error("error", "It broke.")
    assert run(fail, "It broke.", max_attempts=1).attempts == 1


def test_a_function_that_is_no_handler_is_named() -> None:
    with pytest.raises(LookupError, match=r"<built-in function len> is not declared as a handler\."):
        run(len)


def test_two_functions_for_one_type_are_refused(queue: Queue) -> None:
    @handler("greet")
    def another(payload: str) -> str:
        return payload

    queue.enqueue(greet, Greeting("Ada"))
    with pytest.raises(ValueError, match="there is already a handler for 'greet'"):
        queue.enqueue(another, "Ada")


def test_handlers_get_settings_and_secrets() -> None:
    @handler("pay", max_attempts=1)
    def pay(payload: str, request: Request) -> list[Any]:
        return [request.settings["fee"], request.settings.secret(payload)]

    queue = Queue(settings={"fee": 3}, secrets={"stripe": "sk_test"})
    for name in ("stripe", "paypal"):
        queue.enqueue(pay, name)
    queue.run()

    assert queue.outcome(1).result == [3, "sk_test"]
    assert queue.outcome(2).error == Error("error", "The handler raised UndeclaredError.")


def test_the_handlers_own_check_refuses_a_payload_with_the_settings() -> None:
    def affordable(payload: int, settings: Settings) -> None:
        if payload > settings["limit"]:
            raise InvalidInputError("That is too much.")

    @handler("pay", check=affordable)
    def pay(payload: int) -> int:
        return payload

    assert run(pay, 5, settings={"limit": 5}).result == 5
    with pytest.raises(InvalidInputError, match="That is too much"):
        run(pay, 6, settings={"limit": 5})


def test_a_handler_that_is_stopped_hears_of_it_and_ends_as_cancelled() -> None:
    queue, said = Queue(), []

    @handler("turn")
    def turn(payload: str, request: Request) -> str:
        try:
            for word in payload.split():
                request.raise_if_stopping()
                said.append(word)
                if word == "two":  # in the middle, its user presses stop
                    queue.stop(1)
        finally:
            said.append("cleaned up")
        return "all"

    queue.enqueue(turn, "one two three")
    queue.enqueue(turn, "four")
    queue.run()

    assert said == ["one", "two", "cleaned up", "four", "cleaned up"]
    assert [outcome.status for outcome in queue.outcomes()] == ["cancelled", "succeeded"]


@handler("paced", rate="10/h", max_attempts=2)
def paced(payload: str, request: Request) -> int:
    if payload == "fails" and request.attempts == 1:
        raise RetryLaterError("Not yet.", after=0)
    return request.started_at


def test_attempts_begin_at_the_rate_of_the_handler_and_nobody_waits_for_it(queue: Queue) -> None:
    for payload in ("a", "fails", "b"):
        queue.enqueue(paced, payload)
    queue.enqueue(paced, "another's", user="another")

    queue.run()

    begun = [outcome.result for outcome in queue.outcomes()]
    assert [later - begun[0] for later in begun] == [0, 2 * 360_000, 3 * 360_000]
    assert queue.outcomes(user="another")[0].result == begun[0]
