"""What the indexes of requests cost, in the units that DynamoDB Local counts."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from chalicelib.adapters.dynamodb.records import request_attributes
from chalicelib.core.queueing.matching import Match
from chalicelib.core.queueing.request import Failure, Outcome, Status
from local_cloud.emulator import Emulator
from tests.contract.users import DONE, LATER, NOW
from tests.infra.meters import Metered, metered_store

FAILED = Outcome(Status.FAILED, error=Failure("permanent", "It broke."))
HISTORY = 2_000  # requests of which every 200th has failed
WITH_TYPES = ["without types", "with types"]
FAILURES = list(range(200, HISTORY + 1, 200))


@pytest.fixture(params=[False, True], ids=WITH_TYPES)
def metered(emulator: Emulator, request: pytest.FixtureRequest) -> Iterator[Metered]:
    with metered_store(emulator, limit=HISTORY, has_type_index=request.param) as made:
        yield made


def test_a_success_pays_nothing_and_any_other_outcome_one_unit(metered: Metered) -> None:
    user, of_type = metered.user, float(metered.tables.has_type_index)
    requests = user.store.requests
    assert metered.units(user.take, 4) == 1 + 1, "the queue item, and the index of queues with work"
    assert [metered.units(user.write, seq) for seq in range(1, 5)] == [1 + of_type] * 4
    running = [user.begin(seq) for seq in (1, 2)]

    assert metered.units(requests.finish, running[0], DONE, LATER) == 1
    assert metered.units(requests.finish, running[1], FAILED, LATER) == 1 + 1
    assert metered.units(requests.settle, user.written(3), FAILED, LATER) == 1 + 1
    assert metered.units(requests.cancel, user.written(4), LATER) == 1 + 1
    assert metered.units(requests.schedule_expiry, user.written(4), LATER) == 1, "its key stays as it is"
    queue = user.queue
    assert metered.units(user.store.queues.advance, queue, user.progress(queue, 1), LATER) == 1


def test_the_steps_of_a_request_pay_nothing_for_the_indexes(metered: Metered) -> None:
    user, requests = metered.user, metered.user.store.requests
    user.send()

    assert metered.units(requests.begin, user.written(1), "worker", NOW, NOW + 500) == 1
    assert metered.units(requests.renew, user.written(1), NOW + 900) == 1
    assert metered.units(requests.requeue, user.written(1), None, Failure("error", "It broke.")) == 1


@pytest.mark.parametrize("metered", [False], ids=WITH_TYPES[:1], indirect=True)
def test_a_list_reads_what_it_shows(metered: Metered) -> None:
    user = metered.user
    write_history(metered, FAILURES)
    list_indexed = user.store.requests.list_indexed
    metered.meter.read()

    found = list_indexed(user.id, 0, HISTORY, 50, Match(Status.FAILED))
    units, items = metered.meter.read()

    assert [request.seq for request in found.requests] == FAILURES
    assert (items, units) == (len(FAILURES), len(FAILURES) + 0.5), "the index, then each request"
    assert list_indexed(user.id, 0, HISTORY, 50, Match(Status.FAILED, "mail")).requests == []
    assert metered.meter.read() == (0.5, len(FAILURES)), "the index has the types too"


@pytest.mark.parametrize("metered", [False], ids=WITH_TYPES[:1], indirect=True)
def test_a_list_of_neighbours_is_one_query_for_them(metered: Metered) -> None:
    user = metered.user
    write_history(metered, range(1, HISTORY + 1, 2))
    metered.meter.read()

    found = user.store.requests.list_indexed(user.id, 0, HISTORY, 50, Match(Status.FAILED))
    units, items = metered.meter.read()

    assert ([request.seq for request in found.requests], found.at) == (list(range(1, 100, 2)), 99)
    assert (units < 50, items) == (True, 50 + 99)


def write_history(metered: Metered, failed: Sequence[int]) -> None:
    """The user's requests, at once. They are small, and carry the keys that a drain would have given them."""
    user, m = metered.user, metered.tables.requests
    with m.batch_write() as batch:
        for seq in range(1, HISTORY + 1):
            status = Status.FAILED if seq in set(failed) else Status.SUCCEEDED
            ended = replace(user.new(seq), status=status)
            item = m(**request_attributes(ended))
            if status is Status.FAILED:
                item.unsuccessful = f"failed {user.id}"
            batch.save(item)
