"""The queue: cursors, sessions, states and what the sweeper looks for."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from chalicelib.core.errors import LostRaceError
from chalicelib.core.queueing.queue import PausedBy, State
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
    assert moved.counts == {Status.SUCCEEDED: 2, Status.FAILED: 0, Status.CANCELLED: 0}
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

    assert (user.queue.read, user.queue.read_by) == (1, "one")


@pytest.mark.parametrize(("session", "now"), [("other", NOW), (None, EXPIRY)])
def test_only_a_live_session_reads(user: User, session: str | None, now: int) -> None:
    with pytest.raises(LostRaceError):
        user.store.queues.move_read(user.queue, session or user.session, 1, "one", now)

    assert user.queue.read == 0


@pytest.mark.parametrize("by", PausedBy)
def test_a_queue_can_be_paused_and_opened_again(user: User, by: PausedBy) -> None:
    paused = user.store.queues.change_pause(user.queue, by, NOW, user.session)
    assert (paused.state, paused.paused_by, paused.awake) == (State.PAUSED, by, None)
    assert paused == user.queue

    opened = user.store.queues.change_pause(paused, None, LATER, user.session)

    assert (opened.state, opened.paused_by, opened.awake) == (State.OPEN, None, LATER)
    assert opened == user.queue


def test_a_pause_outlives_a_halt(user: User) -> None:
    paused = user.store.queues.change_pause(user.queue, PausedBy.ADMINISTRATOR, NOW)
    halted = user.store.queues.change_state(paused, State.HALTED, NOW)
    assert halted.state is State.HALTED

    opened = user.store.queues.change_state(halted, State.OPEN, LATER)

    assert (opened.state, opened.paused_by) == (State.PAUSED, PausedBy.ADMINISTRATOR)
    assert opened == user.queue


def test_a_state_is_changed_by_one_of_two_who_saw_it(user: User) -> None:
    queue = user.queue
    paused = user.store.queues.change_pause(queue, PausedBy.USER, NOW)

    with pytest.raises(LostRaceError):
        user.store.queues.change_state(queue, State.HALTED, NOW)
    with pytest.raises(LostRaceError):
        user.store.queues.change_pause(queue, None, NOW)
    with pytest.raises(LostRaceError):
        user.store.queues.purge(queue, forget=False, now=NOW)

    assert user.queue == paused


def test_whoever_saw_a_state_before_it_was_changed_and_changed_back_cannot_change_it(user: User) -> None:
    before = user.take()
    halted = user.store.queues.change_state(before, State.HALTED, NOW)
    opened = user.store.queues.change_state(halted, State.OPEN, LATER)

    with pytest.raises(LostRaceError):
        user.store.queues.change_state(before, State.HALTED, LATER)

    assert user.queue == opened


def test_only_a_live_session_changes_the_state(user: User) -> None:
    before = user.queue

    with pytest.raises(LostRaceError):
        user.store.queues.change_pause(before, PausedBy.USER, NOW, "other")
    with pytest.raises(LostRaceError):
        user.store.queues.purge(before, forget=False, now=EXPIRY, session_id=user.session)

    assert user.queue == before


def test_of_many_that_find_a_ring_old_one_may_send_it_anew(user: User) -> None:
    seen = user.take(now=NOW)

    user.store.queues.claim_wake_up(seen, LATER)
    with pytest.raises(LostRaceError):
        user.store.queues.claim_wake_up(seen, LATER)

    assert user.queue.awake == LATER


def test_no_ring_is_sent_anew_once_the_worker_rests(user: User) -> None:
    user.send(1)
    seen = user.queue
    user.succeed(1)
    user.store.queues.go_idle(seen, user.progress(seen, 1), LATER)

    with pytest.raises(LostRaceError):
        user.store.queues.claim_wake_up(seen, LATER)

    assert user.queue.awake is None


@pytest.mark.parametrize("forget", [True, False])
def test_a_purge_marks_what_was_seen(user: User, forget: bool) -> None:
    seen = user.take(2)
    user.take(1)

    purged = user.store.queues.purge(seen, forget, LATER, user.session)

    assert (purged.purged, purged.floor, purged.tail) == (2, 2 if forget else 0, 3)
    assert purged.awake == LATER
    assert purged == user.queue


def test_a_purge_opens_a_halted_queue_and_leaves_a_paused_one_paused(user: User) -> None:
    halted = user.store.queues.change_state(user.queue, State.HALTED, NOW)
    opened = user.store.queues.purge(halted, forget=False, now=NOW)
    assert opened.state is State.OPEN

    paused = user.store.queues.change_pause(opened, PausedBy.USER, NOW)

    assert user.store.queues.purge(paused, forget=False, now=NOW).state is State.PAUSED


def test_a_session_does_not_open_a_paused_queue(user: User) -> None:
    user.store.queues.change_pause(user.queue, PausedBy.USER, NOW)

    user.store.connections.open_session(user.id, "other", EXPIRY, NOW)

    assert user.queue.state is State.PAUSED


def test_a_queue_with_work_is_found_until_it_is_unmarked(user: User) -> None:
    assert user.id not in user.store.sweep_index.with_work()
    user.send()
    assert user.id in user.store.sweep_index.with_work()
    user.succeed(1)
    user.store.queues.go_idle(user.queue, user.progress(user.queue, 1), NOW)

    user.store.sweep_index.clear_work_mark(user.queue)

    assert user.id not in user.store.sweep_index.with_work()


def test_a_queue_with_work_is_not_unmarked(user: User) -> None:
    before = user.queue
    user.take()

    for queue in (before, user.queue):
        with pytest.raises(LostRaceError):
            user.store.sweep_index.clear_work_mark(queue)

    assert user.id in user.store.sweep_index.with_work()


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
