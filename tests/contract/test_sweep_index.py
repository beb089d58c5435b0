"""What the sweeper looks for: queues with work, and queues whose sessions have expired."""

import pytest

from chalicelib.core.errors import LostRaceError
from tests.contract.users import EXPIRY, LATER, NOW, User


def test_a_queue_with_work_is_found_until_it_is_unmarked(user: User) -> None:
    assert user.id not in user.store.sweep_index.due(None)
    user.send()
    assert user.id in user.store.sweep_index.due(None)
    user.succeed(1)
    user.store.queues.go_idle(user.queue, user.progress(user.queue, 1), NOW)

    user.store.sweep_index.clear_work_mark(user.queue)

    assert user.id not in user.store.sweep_index.due(None)


def test_a_queue_with_work_is_not_unmarked(user: User) -> None:
    before = user.queue
    user.take()

    for queue in (before, user.queue):
        with pytest.raises(LostRaceError):
            user.store.sweep_index.clear_work_mark(queue)

    assert user.id in user.store.sweep_index.due(None)


def test_a_queue_is_not_unmarked_under_a_session_that_was_opened_meanwhile(user: User) -> None:
    before = user.queue
    user.store.connections.open_session(user.id, "other", EXPIRY, NOW)

    with pytest.raises(LostRaceError):
        user.store.sweep_index.clear_work_mark(before)


def test_an_open_queue_is_found_in_time_though_the_session_that_lasts_longest_has_ended(user: User) -> None:
    user.store.connections.open_session(user.id, "other", LATER + EXPIRY, NOW)
    user.store.connections.end_session(user.id, "other")
    assert user.id not in user.store.sweep_index.with_expired_sessions(EXPIRY)

    user.store.sweep_index.clear_work_mark(user.queue)

    assert user.id in user.store.sweep_index.with_expired_sessions(EXPIRY)


def test_an_open_queue_is_found_when_its_last_session_has_expired(user: User) -> None:
    user.store.connections.open_session(user.id, "other", LATER + EXPIRY, NOW)

    assert user.id not in user.store.sweep_index.with_expired_sessions(EXPIRY)
    assert user.id in user.store.sweep_index.with_expired_sessions(LATER + EXPIRY)
