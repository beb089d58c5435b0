"""What requests and waiting calls consume, in the units that DynamoDB Local counts (issue 13)."""

from collections.abc import Iterator
from secrets import token_hex

import boto3
import pytest

from chalicelib.adapters.dynamodb.tables import TableNames, Tables
from infra import template
from local_cloud.emulator import Emulator
from tests.contract.conftest import AWS
from tests.contract.stores import create_table
from tests.infra.consumed import Consumed
from tests.infra.counted import Deployed

LARGEST = '{"text":"' + "x" * (128 * 1024 - len('{"text":""}')) + '"}'  # the largest payload that is accepted
MOST = 135  # write units for a request with such a payload, in all
KINDS = ("queues", "requests", "sessions", "idempotency")


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
