"""When a queue closes, and how it is then."""

import pytest

from chalicelib.core.errors import LostRaceError
from chalicelib.core.queueing.queue import PausedBy, State
from tests.contract.users import EXPIRY, LATER, NOW, User


def test_a_drained_queue_that_nobody_uses_can_be_closed(user: User) -> None:
    queue = user.store.connections.end_session(user.id, user.session)
    assert queue is not None

    user.store.queues.close(queue)

    assert user.queue.state is State.CLOSED


def test_a_queue_that_was_closed_is_at_rest(user: User) -> None:
    """As its worker has not said if it was paused: then nobody would ring for the first who comes back."""
    user.send()
    user.succeed(1)
    user.store.queues.advance(user.queue, user.progress(user.queue, 1), LATER)
    queue = user.store.connections.end_session(user.id, user.session)
    assert queue is not None
    assert queue.awake is not None

    user.store.queues.close(queue)

    assert user.queue.awake is None


def test_closing_takes_expired_sessions_away(user: User) -> None:
    user.store.queues.close(user.queue)

    assert user.queue.sessions == {}
    assert user.id not in user.store.sweep_index.with_expired_sessions(EXPIRY)


def test_a_queue_with_work_is_not_closed(user: User) -> None:
    user.take()
    queue = user.store.connections.end_session(user.id, user.session)
    assert queue is not None

    with pytest.raises(LostRaceError):
        user.store.queues.close(queue)

    assert user.queue == queue


def test_a_queue_is_not_closed_under_a_session_that_was_opened_meanwhile(user: User) -> None:
    queue = user.store.connections.end_session(user.id, user.session)
    assert queue is not None
    user.store.connections.open_session(user.id, "other", EXPIRY, NOW)

    with pytest.raises(LostRaceError):
        user.store.queues.close(queue)

    assert user.queue.state is State.OPEN


def test_a_closed_queue_opens_with_its_numbers_going_on(user: User) -> None:
    user.send(2)
    user.succeed(1)
    user.succeed(2)
    user.store.queues.go_idle(user.queue, user.progress(user.queue, 2), NOW)
    user.store.queues.close(user.queue)

    user.sign_in()

    assert user.queue.state is State.OPEN
    assert user.take().tail == 3


def test_the_end_of_a_session_marks_the_queue_so_that_it_will_be_closed(user: User) -> None:
    queue = user.store.connections.end_session(user.id, user.session)
    assert queue is not None
    assert user.id in user.store.sweep_index.due(None)

    user.store.queues.close(queue)

    assert user.id not in user.store.sweep_index.due(None)


@pytest.mark.parametrize("by", PausedBy)
def test_a_queue_that_was_closed_under_a_pause_is_paused_when_it_opens(user: User, by: PausedBy) -> None:
    user.store.queues.change_pause(user.queue, by, NOW)
    user.store.queues.close(user.queue)
    assert user.queue.state is State.CLOSED

    user.sign_in()

    assert (user.queue.state, user.queue.paused_by) == (State.PAUSED, by)


def test_a_closed_queue_stays_closed_and_at_rest_whatever_administrators_say(user: User) -> None:
    user.store.queues.close(user.queue)

    paused = user.store.queues.change_pause(user.queue, PausedBy.ADMINISTRATOR, NOW)
    resumed = user.store.queues.change_pause(paused, None, NOW)
    purged = user.store.queues.purge(resumed, forget=False, now=NOW)

    assert {queue.state for queue in (paused, resumed, purged)} == {State.CLOSED}
    assert (purged.paused_by, purged.awake) == (None, None)
    assert user.id not in user.store.sweep_index.due(None)
