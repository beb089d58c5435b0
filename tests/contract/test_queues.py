"""The queue: cursors, sessions, states and what the sweeper looks for."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from chalicelib.core.errors import LostRaceError
from chalicelib.core.queueing.queue import PausedBy, State
from chalicelib.core.queueing.request import Status
from tests.contract.backends import EMULATOR
from tests.contract.stores import LIMIT, Store
from tests.contract.users import EXPIRY, LATER, NOW, User


def test_there_is_no_queue_before_the_first_session(user: User) -> None:
    assert user.log.queue(User(user.log).id) is None


def test_a_new_queue_is_open_and_empty(user: User) -> None:
    queue = user.queue

    assert (queue.tail, queue.head, queue.read, queue.room) == (0, 0, 0, LIMIT)
    assert (queue.state, queue.awake) == (State.OPEN, None)
    assert queue.sessions == {user.session: EXPIRY}


@pytest.mark.parametrize("backend", [EMULATOR], indirect=True)
def test_of_many_first_sign_ins_at_once_each_gets_its_session(store: Store) -> None:
    user = User(store.log)
    sessions = {f"session {i}": EXPIRY for i in range(8)}

    with ThreadPoolExecutor(len(sessions)) as pool:
        list(pool.map(lambda id_: store.log.open_session(user.id, id_, EXPIRY, NOW), sessions))

    assert user.queue.sessions == sessions


def test_a_second_session_leaves_everything_else_as_it_is(user: User) -> None:
    before = user.take(2)

    user.log.open_session(user.id, "other", EXPIRY, LATER)

    assert user.queue.sessions == {user.session: EXPIRY, "other": EXPIRY}
    assert (user.queue.tail, user.queue.room) == (before.tail, before.room)


def test_ending_one_session_leaves_the_other(user: User) -> None:
    user.log.open_session(user.id, "other", EXPIRY, NOW)

    queue = user.log.end_session(user.id, user.session)

    assert queue is not None
    assert queue.sessions == {"other": EXPIRY}


def test_ending_a_session_twice_or_of_a_stranger_does_no_harm(user: User) -> None:
    user.log.end_session(user.id, user.session)

    assert user.log.end_session(user.id, user.session) == user.queue
    assert user.log.end_session(User(user.log).id, "session") is None


def test_the_head_moves_on_and_gives_room_back(user: User) -> None:
    user.send(3)
    user.succeed(1)
    user.succeed(2)
    queue = user.queue

    moved = user.log.advance(queue, user.progress(queue, 2), LATER)

    assert (moved.head, moved.room, moved.moved_at) == (2, LIMIT - 1, LATER)
    assert moved.counts == {Status.SUCCEEDED: 2, Status.FAILED: 0, Status.CANCELLED: 0}
    assert moved.average_ms == 1_000
    assert moved == user.queue


def test_the_head_is_moved_by_one_of_two_who_saw_it(user: User) -> None:
    user.send(2)
    user.succeed(1)
    queue = user.queue
    moved = user.log.advance(queue, user.progress(queue, 1), LATER)

    with pytest.raises(LostRaceError):
        user.log.advance(queue, user.progress(queue, 1), LATER)
    with pytest.raises(LostRaceError):
        user.log.rest(queue, user.progress(queue, 1), LATER)

    assert user.queue == moved


def test_a_worker_rests_when_all_is_done(user: User) -> None:
    user.send(1)
    user.succeed(1)
    queue = user.queue

    rested = user.log.rest(queue, user.progress(queue, 1), LATER)

    assert (rested.head, rested.awake) == (1, None)
    assert rested == user.queue


def test_a_worker_may_not_rest_when_a_number_was_given_out_meanwhile(user: User) -> None:
    user.send(1)
    user.succeed(1)
    queue = user.queue
    after = user.take()

    with pytest.raises(LostRaceError):
        user.log.rest(queue, user.progress(queue, 1), LATER)

    assert user.queue == after


def test_after_a_rest_the_next_number_wakes(user: User) -> None:
    user.send(1)
    user.succeed(1)
    user.log.rest(user.queue, user.progress(user.queue, 1), NOW)

    assert user.take(now=LATER).awake == LATER


def test_an_outcome_is_read_by_one_of_two_who_saw_the_same(user: User) -> None:
    queue = user.queue
    user.log.move_read(queue, user.session, 1, "one", NOW)

    with pytest.raises(LostRaceError):
        user.log.move_read(queue, user.session, 2, "other", NOW)

    assert (user.queue.read, user.queue.read_by) == (1, "one")


@pytest.mark.parametrize(("session", "now"), [("other", NOW), (None, EXPIRY)])
def test_only_a_live_session_reads(user: User, session: str | None, now: int) -> None:
    with pytest.raises(LostRaceError):
        user.log.move_read(user.queue, session or user.session, 1, "one", now)

    assert user.queue.read == 0


@pytest.mark.parametrize("by", PausedBy)
def test_a_queue_can_be_paused_and_opened_again(user: User, by: PausedBy) -> None:
    paused = user.log.change_pause(user.queue, by, NOW, user.session)
    assert (paused.state, paused.paused_by, paused.awake) == (State.PAUSED, by, None)
    assert paused == user.queue

    opened = user.log.change_pause(paused, None, LATER, user.session)

    assert (opened.state, opened.paused_by, opened.awake) == (State.OPEN, None, LATER)
    assert opened == user.queue


def test_a_pause_outlives_a_halt(user: User) -> None:
    paused = user.log.change_pause(user.queue, PausedBy.ADMINISTRATOR, NOW)
    halted = user.log.change_state(paused, State.HALTED, NOW)
    assert halted.state is State.HALTED

    opened = user.log.change_state(halted, State.OPEN, LATER)

    assert (opened.state, opened.paused_by) == (State.PAUSED, PausedBy.ADMINISTRATOR)
    assert opened == user.queue


def test_a_state_is_changed_by_one_of_two_who_saw_it(user: User) -> None:
    queue = user.queue
    paused = user.log.change_pause(queue, PausedBy.USER, NOW)

    with pytest.raises(LostRaceError):
        user.log.change_state(queue, State.HALTED, NOW)
    with pytest.raises(LostRaceError):
        user.log.change_pause(queue, None, NOW)
    with pytest.raises(LostRaceError):
        user.log.purge(queue, forget=False, now=NOW)

    assert user.queue == paused


def test_whoever_saw_a_state_before_it_was_changed_and_changed_back_cannot_change_it(user: User) -> None:
    before = user.take()
    halted = user.log.change_state(before, State.HALTED, NOW)
    opened = user.log.change_state(halted, State.OPEN, LATER)

    with pytest.raises(LostRaceError):
        user.log.change_state(before, State.HALTED, LATER)

    assert user.queue == opened


def test_only_a_live_session_changes_the_state(user: User) -> None:
    before = user.queue

    with pytest.raises(LostRaceError):
        user.log.change_pause(before, PausedBy.USER, NOW, "other")
    with pytest.raises(LostRaceError):
        user.log.purge(before, forget=False, now=EXPIRY, session_id=user.session)

    assert user.queue == before


def test_of_many_that_find_a_ring_old_one_may_send_it_anew(user: User) -> None:
    seen = user.take(now=NOW)

    user.log.claim_ring(seen, LATER)
    with pytest.raises(LostRaceError):
        user.log.claim_ring(seen, LATER)

    assert user.queue.awake == LATER


def test_no_ring_is_sent_anew_once_the_worker_rests(user: User) -> None:
    user.send(1)
    seen = user.queue
    user.succeed(1)
    user.log.rest(seen, user.progress(seen, 1), LATER)

    with pytest.raises(LostRaceError):
        user.log.claim_ring(seen, LATER)

    assert user.queue.awake is None


@pytest.mark.parametrize("forget", [True, False])
def test_a_purge_marks_what_was_seen(user: User, forget: bool) -> None:
    seen = user.take(2)
    user.take(1)

    purged = user.log.purge(seen, forget, LATER, user.session)

    assert (purged.purged, purged.floor, purged.tail) == (2, 2 if forget else 0, 3)
    assert purged.awake == LATER
    assert purged == user.queue


def test_a_purge_opens_a_halted_queue_and_leaves_a_paused_one_paused(user: User) -> None:
    halted = user.log.change_state(user.queue, State.HALTED, NOW)
    opened = user.log.purge(halted, forget=False, now=NOW)
    assert opened.state is State.OPEN

    paused = user.log.change_pause(opened, PausedBy.USER, NOW)

    assert user.log.purge(paused, forget=False, now=NOW).state is State.PAUSED


def test_a_session_does_not_open_a_paused_queue(user: User) -> None:
    user.log.change_pause(user.queue, PausedBy.USER, NOW)

    user.log.open_session(user.id, "other", EXPIRY, NOW)

    assert user.queue.state is State.PAUSED


def test_a_queue_with_work_is_found_until_it_is_unmarked(user: User) -> None:
    assert user.id not in user.log.working()
    user.send()
    assert user.id in user.log.working()
    user.succeed(1)
    user.log.rest(user.queue, user.progress(user.queue, 1), NOW)

    user.log.unmark(user.queue)

    assert user.id not in user.log.working()


def test_a_queue_with_work_is_not_unmarked(user: User) -> None:
    before = user.queue
    user.take()

    for queue in (before, user.queue):
        with pytest.raises(LostRaceError):
            user.log.unmark(queue)

    assert user.id in user.log.working()


def test_a_queue_is_not_unmarked_under_a_session_that_was_opened_meanwhile(user: User) -> None:
    before = user.queue
    user.log.open_session(user.id, "other", EXPIRY, NOW)

    with pytest.raises(LostRaceError):
        user.log.unmark(before)


def test_an_open_queue_is_found_in_time_though_the_session_that_lasts_longest_has_ended(user: User) -> None:
    user.log.open_session(user.id, "other", LATER + EXPIRY, NOW)
    user.log.end_session(user.id, "other")
    assert user.id not in user.log.expiring(EXPIRY)

    user.log.unmark(user.queue)

    assert user.id in user.log.expiring(EXPIRY)


def test_an_open_queue_is_found_when_its_last_session_has_expired(user: User) -> None:
    user.log.open_session(user.id, "other", LATER + EXPIRY, NOW)

    assert user.id not in user.log.expiring(EXPIRY)
    assert user.id in user.log.expiring(LATER + EXPIRY)
