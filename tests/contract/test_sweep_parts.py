"""Several sweepers share the users: each finds those of its part."""

from chalicelib.core.queueing.queue_store import Part
from tests.contract.users import EXPIRY, User


def test_each_part_finds_its_own_users(user: User) -> None:
    user.send()
    parts = [user.store.sweep_index.due(None, Part(number, 8)) for number in range(8)]

    assert sum(user.id in found for found in parts) == 1
    assert {id_ for found in parts for id_ in found} == set(user.store.sweep_index.due(None))


def test_each_part_finds_sessions_of_its_own(user: User) -> None:
    parts = [user.store.sweep_index.with_expired_sessions(EXPIRY, Part(number, 2)) for number in range(2)]

    assert sum(user.id in found for found in parts) == 1
