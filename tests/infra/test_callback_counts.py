"""What callbacks cost, and what the function may do that makes them; docs/performance.md has the figures."""

import pytest

from chalicelib.webhooks.deliverer import Deliverer
from chalicelib.webhooks.transport import Answer
from tests.infra.caller import Caller
from tests.infra.cloud import CALLBACKS, Cloud, Recorder, still_clock
from tests.infra.documents import Document
from tests.infra.grants import X_RAY, granted, logs, polls

URL = "http://127.0.0.1:9/outcomes"


@pytest.fixture
def caller(cloud: Cloud) -> Caller:
    return Caller(cloud, idempotency_key=None)


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The statuses that receivers answer, one after the other; 200 at the end."""
    statuses: list[int] = []

    def send(*_: object) -> Answer:
        return Answer(statuses.pop(0) if statuses else 200, {}, b"", truncated=False)

    monkeypatch.setattr(Deliverer, "send", send)
    return statuses


def made(recorder: Recorder) -> list[tuple[str, str]]:
    calls = [(action.partition(":")[2], name) for action, name in recorder.made]
    recorder.made.clear()
    return calls


def work(cloud: Cloud, caller: Caller, *orders: Document) -> Recorder:
    """A worker carries out what was sent in one call."""
    cloud.become("APIHandler", None, **cloud.with_callbacks)
    caller.call("POST", "/api/queue/enqueue/batch", {"requests": list(orders)})
    recorder = cloud.become("Worker", still_clock(), **cloud.with_callbacks)
    cloud.deliver(cloud.functions.worker, "WakeUps")
    return recorder


def call_back(cloud: Cloud) -> Recorder:
    recorder = cloud.become("Callbacks", None, **cloud.with_callbacks)
    cloud.deliver(cloud.functions.callbacks, CALLBACKS)
    return recorder


ECHO = {"type": "echo", "callback": URL}


def test_a_worker_sends_one_wake_up_for_all_callbacks_that_are_owed(cloud: Cloud, caller: Caller) -> None:
    cloud.become("APIHandler")
    caller.enqueue_as("ada")
    plain = made(work(cloud, caller, {"type": "echo"}, {"type": "echo"}))
    cloud.become("APIHandler")
    caller.enqueue_as("bob")

    calls = made(work(cloud, caller, ECHO, ECHO))

    assert calls.count(("SendMessage", CALLBACKS)) == 1
    assert [call for call in calls if call != ("SendMessage", CALLBACKS)] == plain


def test_each_callback_costs_one_write_and_a_part_of_a_query(
    cloud: Cloud, caller: Caller, answers: list[int]
) -> None:
    cloud.become("APIHandler")
    caller.enqueue_as("ada")
    work(cloud, caller, ECHO, ECHO, ECHO)

    assert made(call_back(cloud)) == [
        ("GetItem", "QueuesTable"),
        ("Query", "RequestsTable"),
        ("GetSecretValue", "WebhookKeys"),
        ("UpdateItem", "QueuesTable"),
        ("UpdateItem", "QueuesTable"),
        ("UpdateItem", "QueuesTable"),
    ]


def test_the_function_may_do_what_it_does_and_no_more(
    template: Document, cloud: Cloud, caller: Caller, answers: list[int]
) -> None:
    """A large result; an outcome that is given up, and pushed by a replay; a call that has failed."""
    answers += [410, 200, 200, 503]
    cloud.become("APIHandler")
    caller.enqueue_as("ada")
    work(cloud, caller, {**ECHO, "payload": {"text": "x" * 2_000}}, ECHO)
    recorder = call_back(cloud)
    calls = set(recorder.calls)
    cloud.become("APIHandler", None, **cloud.with_callbacks)
    caller.call("POST", "/api/queue/callbacks/replay", {"from": 1})
    calls |= call_back(cloud).calls

    assert calls | polls(CALLBACKS) | X_RAY | logs("Callbacks") == granted(template, "CallbacksRole")
