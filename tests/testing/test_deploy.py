"""Deployments in the queues of the testing kit: what the new handler cannot take is held."""

import msgspec

from gurukool import handler
from gurukool.testing import Queue


class Old(msgspec.Struct):
    name: str


class New(msgspec.Struct, forbid_unknown_fields=True):
    first: str
    last: str = ""


@handler("greet.person")
def greet_old(payload: Old) -> str:
    return payload.name


@handler("greet.person")
def greet_new(payload: New) -> str:
    return payload.first


@handler("greet.person", upgrade=lambda old: {"first": old["name"]})
def greet_either(payload: New) -> str:
    return f"{payload.first} {payload.last}".strip()


def test_what_a_deployment_cannot_take_is_held_until_one_can() -> None:
    queue = Queue()
    queue.enqueue(greet_old, Old("Ada"))
    queue.deploy(greet_new)

    queue.run()
    assert queue.state() == "held"
    assert [(outcome.status, outcome.attempts) for outcome in queue.outcomes()] == [("queued", 0)]

    queue.deploy(greet_either)
    queue.enqueue(greet_either, New("Grace", "Hopper"))
    queue.run()

    assert [outcome.result for outcome in queue.outcomes()] == ["Ada", "Grace Hopper"]
    assert queue.state() == "open"


def test_a_held_request_can_be_skipped() -> None:
    queue = Queue()
    queue.enqueue(greet_old, Old("Ada"))
    queue.deploy(greet_new)
    queue.run()

    queue.skip(1)

    error = queue.outcome(1).error
    assert error
    assert error.kind == "invalid_payload"
