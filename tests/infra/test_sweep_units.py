"""What the sweeper and its index cost, in the units that DynamoDB Local counts."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from chalicelib.core.queueing.looks import FAR_MS, FIRST_MS, NEAR_MS
from chalicelib.core.queueing.progress import Progress
from local_cloud.emulator import Emulator
from tests.contract.users import NOW, User
from tests.infra.meters import Metered, metered_store

DUE = 10


@pytest.fixture(scope="module")
def metered(emulator: Emulator) -> Iterator[Metered]:
    with metered_store(emulator, limit=1_000) as made:
        yield made


@pytest.fixture
def user(metered: Metered) -> User:
    user = User(metered.user.store)
    user.sign_in()
    return user


def test_a_lone_request_enters_the_index_and_leaves_it(metered: Metered, user: User) -> None:
    assert metered.units(user.take) == 1 + 1, "the queue item, and its moment"
    user.write(1)
    user.succeed(1)
    queue = user.queue
    now = NOW + FIRST_MS - NEAR_MS
    idle = metered.units(user.store.queues.go_idle, queue, user.progress(queue, 1), now)
    assert idle == 1, "the moment is far enough ahead"

    cleared = metered.units(user.store.sweep_index.clear_work_mark, user.queue)

    assert cleared == 1 + 1, "the queue item, and its moment"


def test_an_active_user_moves_the_moment_once_a_minute(metered: Metered, user: User) -> None:
    """A request each second for five minutes."""
    queues, numbers, moves = user.store.queues, list[float](), list[float]()
    for second in range(5 * 60):
        now = NOW + second * 1_000
        numbers.append(metered.units(user.take, 1, now))
        queue = user.queue
        progress = replace(Progress.none(queue, now), head=queue.tail)
        moves.append(metered.units(queues.go_idle, queue, progress, now))

    assert [units for units in numbers if units != 1] == [2], "with the first number"
    minutes = range(FIRST_MS - NEAR_MS, 300_000, FAR_MS - NEAR_MS)
    assert [units for units in moves if units != 1] == [1 + 2] * len(minutes)


def test_a_sweep_reads_what_is_due_however_many_queues_there_are(metered: Metered) -> None:
    now, units = NOW + 1_000_000, list[float]()
    for user in _new_users(metered.user, DUE):
        user.take()
    for more in (0, 90, 900):
        for user in _new_users(metered.user, more):
            user.take(now=now)  # its moment is ahead
        metered.meter.read()
        found = metered.user.store.sweep_index.due(now)
        assert len(metered.user.store.sweep_index.get_many(found)) >= DUE
        units.append(metered.meter.read()[0])

    assert max(units) <= 1.1 * min(units)


def _new_users(like: User, count: int) -> Sequence[User]:
    users = [User(like.store) for _ in range(count)]
    for user in users:
        user.sign_in()
    return users
