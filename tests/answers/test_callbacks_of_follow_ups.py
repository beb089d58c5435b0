"""What a handler enqueues may have a callback: to the hosts to which the API lets users push outcomes."""

from typing import Any

import pytest

from chalicelib.core.queueing.registry import Registry
from gurukool import Effects, handler
from tests.answers.callback_service import CallbackService, OutcomeReceiver


@handler("order", max_attempts=1)
def order(payload: str, effects: Effects) -> None:
    effects.enqueue("ada", "echo", {"n": 1}, callback=payload)


def run_order(receiver: OutcomeReceiver, url: str) -> Any:
    """Its outcome, when all that follows has been pushed."""
    service = CallbackService(receiver.origin)
    service.handlers.update(Registry.of(order))
    user = service.sign_up()
    user.session.ask("POST", "/api/queue/enqueue", {"type": "order", "payload": url})
    service.work()
    service.call_back()
    return user.session.ask("GET", "/api/queue/dequeue")


def test_the_outcome_of_a_follow_up_is_pushed() -> None:
    with OutcomeReceiver() as receiver:
        assert run_order(receiver, receiver.url)["status"] == "succeeded"

    [push] = receiver.pushes
    assert (push.outcome["user"], push.outcome["seq"], push.outcome["result"]) == ("ada", 1, {"n": 1})


@pytest.mark.parametrize("url", ["https://elsewhere.example/", "no url"])
def test_a_callback_that_the_api_would_refuse_fails_the_attempt(url: str) -> None:
    with OutcomeReceiver() as receiver:
        outcome = run_order(receiver, url)

    assert outcome["status"] == "failed"
    assert outcome["error"]["message"].startswith("effects.enqueue: callback: ")
    assert receiver.pushes == []
