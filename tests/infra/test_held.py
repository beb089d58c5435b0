"""Deployments while requests wait: what the code cannot take is held, and runs with the right code."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from moto import mock_aws

from chalicelib.adapters.memory.clock import ManualClock
from chalicelib.adapters.runtime.clock import SystemClock
from chalicelib.core.queueing.queue import HoldReason
from tests.infra.caller import PASSWORD, Caller
from tests.infra.cloud import CONTEXT, Cloud
from tests.infra.documents import Document
from tests.upgrade.upgraded import MINUTE

REQUESTS = 50


class Strict(msgspec.Struct, forbid_unknown_fields=True):
    """Refuses what was accepted before."""

    amount: int


class Deployments:
    """Of one stack: each has other code, and the sweeper is started at its end."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.clock = ManualClock(SystemClock().now())
        self.caller = Caller(cloud, idempotency_key=None)
        self.ran: list[int] = []
        cloud.become("APIHandler", self.clock)
        self.caller.call("POST", "/api/auth/register", {"username": "ada", "password": PASSWORD})
        self.caller.sign_in("ada")

    def deploy(self, code: str, payload_type: Any = None) -> None:
        """Code with another type for an echo's payload, or without a handler for it."""
        self.sweep(code)
        self._become("Worker", code)
        handlers = self.cloud.container.handlers
        echo = handlers.get("echo")
        assert echo
        handlers.remove("echo")
        if payload_type:
            handlers.add(replace(echo, function=self._run, payload_type=payload_type, wants=("request",)))
        while self.cloud.has_messages("WakeUps"):
            self.cloud.deliver(self.cloud.functions.worker, "WakeUps")

    def sweep(self, code: str) -> None:
        self._become("Sweeper", code)
        self.cloud.functions.sweeper(MINUTE, CONTEXT)

    def ask(self, path: str) -> Any:
        self.cloud.become("APIHandler", self.clock)
        return self.caller.call("GET", path)

    def _run(self, payload: Any, request: Any) -> Any:
        self.ran.append(request.seq)
        return payload

    def _become(self, function: str, code: str) -> None:
        self.cloud.become(function, self.clock, CODE_FINGERPRINT=code)


@pytest.fixture
def deployments(template: Document) -> Iterator[Deployments]:
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        yield Deployments(Cloud(template, patch))


def test_what_waits_is_held_while_the_code_cannot_take_it_and_runs_in_order_when_it_can(
    deployments: Deployments,
) -> None:
    old = [{"type": "echo", "payload": {"number": n}} for n in range(REQUESTS)]
    deployments.caller.call("POST", "/api/queue/enqueue/batch", {"requests": old})

    deployments.deploy("without the handler")
    assert deployments.ask("/api/queue")["state"] == "open", "a newer worker may come yet"
    deployments.clock.advance(60_000)
    deployments.deploy("without the handler")
    without = deployments.ask("/api/queue")
    deployments.deploy("with a stricter type", Strict)
    stricter = deployments.ask("/api/queue")

    assert (without["state"], stricter["state"]) == ("held", "held")
    assert without["held"]["seq"] == stricter["held"]["seq"] == 1
    assert (without["held"]["reason"], without["held"]["message"]) == (
        "unknown_type",
        "No handler for 'echo'.",
    )
    assert stricter["held"]["reason"] == "invalid_payload"
    assert "payload.amount is missing" in stricter["held"]["message"]
    assert stricter["held"]["since"] == without["held"]["since"]
    assert (stricter["counts"]["failed"], stricter["depth"], deployments.ran) == (0, REQUESTS, [])

    deployments.deploy("the right code", dict)

    right = deployments.ask("/api/queue")
    assert deployments.ran == list(range(1, REQUESTS + 1))
    assert (right["state"], right["counts"]["succeeded"], right["held"]) == ("open", REQUESTS, None)


def test_a_release_that_knows_no_held_queues_shows_one_as_halted_and_can_open_it(
    deployments: Deployments,
) -> None:
    deployments.caller.call("POST", "/api/queue/enqueue", {"type": "echo"})
    queues = deployments.cloud.container.adapters.store.queues
    [seen] = queues.page(None, 2)
    queues.hold(seen, HoldReason("unknown_type", "No handler.", deployments.clock.now(), "older code"))
    [stored] = deployments.cloud.scan("QueuesTable")
    assert stored["state"] == {"S": "halted"}
    assert deployments.ask("/api/queue")["state"] == "held"

    # Such a release opens the queue, and leaves the reason there.
    deployments.cloud.put("QueuesTable", [{**stored, "state": {"S": "open"}}])

    queue = deployments.ask("/api/queue")
    assert (queue["state"], queue["held"]) == ("open", None)
    assert deployments.caller.call("POST", "/api/queue/pause")["state"] == "paused"
    assert deployments.caller.call("POST", "/api/queue/resume")["state"] == "open"
    deployments.deploy("the right code", dict)
    assert deployments.ran == [1]
