"""What requests and waiting calls consume, in the units that DynamoDB Local counts (issue 13)."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from secrets import token_hex
from typing import Any

import boto3
import pytest

from chalicelib.adapters.dynamodb.tables import TableNames, Tables
from chalicelib.adapters.memory.clock import ManualClock
from chalicelib.adapters.memory.fifo import MemoryFifo
from chalicelib.adapters.memory.wake_ups import MemoryLease, MemoryWakeUps
from chalicelib.container import Container
from chalicelib.container.adapters import Adapters
from chalicelib.core.queueing.enqueue import Work
from chalicelib.core.queueing.lane import Lane
from infra import template
from local_cloud.emulator import Emulator
from tests.contract.conftest import AWS
from tests.contract.stores import create_table
from tests.fakes.accounts import new_session
from tests.infra.consumed import Consumed, Meter

LARGEST = '{"text":"' + "x" * (128 * 1024 - len('{"text":""}')) + '"}'  # the largest payload that is accepted
MOST = 135  # write units for a request with such a payload, in all
KINDS = ("queues", "requests", "sessions", "idempotency")


class Deployed:
    """The real use cases over DynamoDB Local. SQS is in memory, and time passes when somebody sleeps.

    The session of a user has the name of the user.
    """

    def __init__(self, tables: Tables) -> None:
        self.clock, self.meter = ManualClock(), Meter(tables)
        fifos = {lane: MemoryFifo(self.clock.now) for lane in Lane}
        self._fifo = fifos[Lane.QUICK]

        def over_these(settings: Any) -> Adapters:
            adapters = Adapters(settings)
            adapters.tables, adapters.clock = tables, self.clock
            adapters.wake_ups, adapters.overrun_watch = MemoryWakeUps(fifos), None
            return adapters

        self._container = Container({"SAMPLE_HANDLERS": "on"}, over_these)
        echo = self._container.handlers.get("echo")
        assert echo
        self._container.handlers.add(replace(echo, type="count", function=len))

    def sign_in(self, user_id: str) -> None:
        now, adapters = self.clock.now(), self._container.adapters
        adapters.sessions.add(new_session(user_id, user_id, now))
        adapters.store.connections.open_session(user_id, user_id, now + 10**9, now, user_id)

    def enqueue(self, user_id: str, payload: str) -> None:
        self._container.queueing.enqueue(user_id, user_id, [Work("count", payload)])

    def drain(self, user_id: str) -> None:
        receipt = self._fifo.receive()
        assert receipt
        self._container.queueing.drain(Lane.QUICK)(user_id, MemoryLease(self._fifo, receipt))
        self._fifo.delete(receipt)

    def dequeue(self, user_id: str, wait: float = 0) -> Any:
        return self._container.queueing.dequeue(user_id, user_id, list, wait)

    def cost_of(self, step: Callable[[], object]) -> Consumed:
        self.meter.consumed()
        step()
        return self.meter.consumed()


@pytest.fixture(scope="module")
def deployed(emulator: Emulator) -> Iterator[Deployed]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in AWS.items():
            patch.setenv(name, value)
        names = TableNames(**{kind: f"{kind}-{token_hex(4)}" for kind in KINDS})
        client, resources = boto3.client("dynamodb", endpoint_url=emulator.dynamodb_url), template.load()
        for kind in KINDS:
            properties = resources["Resources"][f"{kind.capitalize()}Table"]["Properties"]
            create_table(client, properties, getattr(names, kind))
        yield Deployed(Tables(names, host=emulator.dynamodb_url))


def cost_of_a_request(deployed: Deployed, payload: str) -> Consumed:
    """From the call that sends it to the call that dequeues its outcome; not the first one in a minute."""
    user_id = f"user-{len(payload)}"
    deployed.sign_in(user_id)
    deployed.enqueue(user_id, '{"text":"the first"}')
    deployed.drain(user_id)
    deployed.dequeue(user_id)

    def whole() -> None:
        deployed.enqueue(user_id, payload)
        deployed.drain(user_id)
        [outcome] = deployed.dequeue(user_id)
        assert (outcome.seq, outcome.result) == (2, "1")

    return deployed.cost_of(whole)


def test_the_largest_payload_costs_its_size_once_and_no_write_more(deployed: Deployed) -> None:
    small, large = cost_of_a_request(deployed, '{"n":1}'), cost_of_a_request(deployed, LARGEST)

    payload = [units for units in large.each_write if units > 1]
    assert payload == [129]
    assert sorted(large.each_write) == sorted([*small.each_write, *payload])
    assert set(small.each_write) == {1}
    assert large.writes <= MOST


def test_a_look_of_a_waiting_call_reads_one_unit(deployed: Deployed) -> None:
    """Whatever waits, or has been sent: here, the largest payload."""
    deployed.sign_in("waiter")
    deployed.enqueue("waiter", LARGEST)
    looks_before, began = deployed.meter.calls["GetItem"], deployed.clock.now()

    consumed = deployed.cost_of(lambda: deployed.dequeue("waiter", wait=20))

    looks = deployed.meter.calls["GetItem"] - looks_before
    assert deployed.clock.now() - began >= 20_000
    assert 25 <= looks <= 35
    assert consumed.reads == looks
    assert consumed.writes == 4, "two slots are taken and given back"
