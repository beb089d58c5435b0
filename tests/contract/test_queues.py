"""The queue: its sessions and its cursors."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from chalicelib.core.errors import LostRaceError
from chalicelib.core.queueing.queue import State
from chalicelib.core.queueing.request import Status
from tests.contract.backends import EMULATOR
from tests.contract.stores import LIMIT, Stores
from tests.contract.users import EXPIRY, LATER, NOW, User


def test_there_is_no_queue_before_the_first_session(user: User) -> None:
    assert user.store.queues.get(User(user.store).id) is None


def test_a_new_queue_is_open_and_empty(user: User) -> None:
    queue = user.queue

    assert (queue.tail, queue.head, queue.read, queue.room) == (0, 0, 0, LIMIT)
    assert (queue.state, queue.awake) == (State.OPEN, None)
    assert queue.sessions == {user.session: EXPIRY}


@pytest.mark.parametrize("backend", [EMULATOR], indirect=True)
def test_of_many_first_sign_ins_at_once_each_gets_its_session(stores: Stores) -> None:
    user = User(stores.queueing)
    sessions = {f"session {i}": EXPIRY for i in range(8)}

    with ThreadPoolExecutor(len(sessions)) as pool:
        list(
            pool.map(
                lambda id_: stores.queueing.connections.open_session(user.id, id_, EXPIRY, NOW), sessions
            )
        )

    assert user.queue.sessions == sessions


def test_a_second_session_leaves_everything_else_as_it_is(user: User) -> None:
    before = user.take(2)

    user.store.connections.open_session(user.id, "other", EXPIRY, LATER)

    assert user.queue.sessions == {user.session: EXPIRY, "other": EXPIRY}
    assert (user.queue.tail, user.queue.room) == (before.tail, before.room)


def test_ending_one_session_leaves_the_other(user: User) -> None:
    user.store.connections.open_session(user.id, "other", EXPIRY, NOW)

    queue = user.store.connections.end_session(user.id, user.session)

    assert queue is not None
    assert queue.sessions == {"other": EXPIRY}


def test_a_session_that_is_said_to_expire_ends_only_if_it_expires_then(user: User) -> None:
    connections, before = user.store.connections, user.queue

    assert connections.end_session(user.id, user.session, EXPIRY - 1) is None
    assert connections.end_session(user.id, "other", EXPIRY) is None
    assert connections.end_session(User(user.store).id, "session", EXPIRY) is None
    assert user.queue == before

    ended = connections.end_session(user.id, user.session, EXPIRY)
    assert ended is not None
    assert ended.sessions == {}


def test_ending_a_session_twice_or_of_a_stranger_does_no_harm(user: User) -> None:
    user.store.connections.end_session(user.id, user.session)

    assert user.store.connections.end_session(user.id, user.session) == user.queue
    assert user.store.connections.end_session(User(user.store).id, "session") is None


def test_the_head_moves_on_and_gives_room_back(user: User) -> None:
    user.send(3)
    user.succeed(1)
    user.succeed(2)
    queue = user.queue

    moved = user.store.queues.advance(queue, user.progress(queue, 2), LATER)

    assert (moved.head, moved.room, moved.moved_at) == (2, LIMIT - 1, LATER)
    assert moved.counts == {Status.SUCCEEDED: 2, Status.FAILED: 0, Status.CANCELLED: 0, Status.EXPIRED: 0}
    assert moved.average_ms == 1_000
    assert moved == user.queue


def test_the_head_is_moved_by_one_of_two_who_saw_it(user: User) -> None:
    user.send(2)
    user.succeed(1)
    queue = user.queue
    moved = user.store.queues.advance(queue, user.progress(queue, 1), LATER)

    with pytest.raises(LostRaceError):
        user.store.queues.advance(queue, user.progress(queue, 1), LATER)
    with pytest.raises(LostRaceError):
        user.store.queues.go_idle(queue, user.progress(queue, 1), LATER)

    assert user.queue == moved


def test_a_worker_rests_when_all_is_done(user: User) -> None:
    user.send(1)
    user.succeed(1)
    queue = user.queue

    rested = user.store.queues.go_idle(queue, user.progress(queue, 1), LATER)

    assert (rested.head, rested.awake) == (1, None)
    assert rested == user.queue


def test_a_worker_may_not_rest_when_a_number_was_given_out_meanwhile(user: User) -> None:
    user.send(1)
    user.succeed(1)
    queue = user.queue
    after = user.take()

    with pytest.raises(LostRaceError):
        user.store.queues.go_idle(queue, user.progress(queue, 1), LATER)

    assert user.queue == after


def test_after_a_rest_the_next_number_wakes(user: User) -> None:
    user.send(1)
    user.succeed(1)
    user.store.queues.go_idle(user.queue, user.progress(user.queue, 1), NOW)

    assert user.take(now=LATER).awake == LATER


def test_an_outcome_is_read_by_one_of_two_who_saw_the_same(user: User) -> None:
    queue = user.queue
    user.store.queues.move_read(queue, user.session, 1, "one", NOW)

    with pytest.raises(LostRaceError):
        user.store.queues.move_read(queue, user.session, 2, "other", NOW)

    assert (user.queue.read, user.queue.read_token) == (1, "one")


@pytest.mark.parametrize(("session", "now"), [("other", NOW), (None, EXPIRY)])
def test_only_a_live_session_reads(user: User, session: str | None, now: int) -> None:
    with pytest.raises(LostRaceError):
        user.store.queues.move_read(user.queue, session or user.session, 1, "one", now)

    assert user.queue.read == 0
