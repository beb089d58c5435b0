"""The queue: pauses, halts, purges, and the ring that is sent anew."""

import pytest

from chalicelib.core.errors import LostRaceError
from chalicelib.core.queueing.queue import HoldReason, PausedBy, State
from tests.contract.users import EXPIRY, LATER, NOW, User, assert_refused


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


HOLD = HoldReason("invalid_payload", "`n` is missing.", NOW, "code 1")


def test_a_queue_is_held_with_its_reason_until_it_opens(user: User) -> None:
    before = user.take()
    held = user.store.queues.hold(before, HOLD)
    assert (held.state, held.why_held, held.awake, held.runnable) == (State.HELD, HOLD, before.awake, False)
    assert held == user.queue

    opened = user.store.queues.change_state(held, State.OPEN, LATER)

    assert (opened.state, opened.hold, opened.awake) == (State.OPEN, None, LATER)
    assert opened == user.queue


def test_a_held_queue_can_be_held_for_another_reason(user: User) -> None:
    held = user.store.queues.hold(user.take(), HOLD)
    other = HoldReason("unknown_type", "", NOW, "")

    again = user.store.queues.hold(held, other)

    assert (again.state, again.why_held) == (State.HELD, other)
    assert again == user.queue


def test_a_hold_needs_the_state_that_was_seen(user: User) -> None:
    before = user.take()
    paused = user.store.queues.change_pause(before, PausedBy.USER, NOW)
    opened = user.store.queues.change_pause(paused, None, LATER)
    assert_refused(lambda: user.store.queues.hold(before, HOLD), lambda: user.store.queues.hold(paused, HOLD))

    user.store.queues.hold(opened, HOLD)

    assert_refused(lambda: user.store.queues.hold(opened, HOLD))


def test_who_saw_another_head_neither_halts_nor_holds_the_queue(user: User) -> None:
    before = user.take()
    user.write(1)
    after = user.store.queues.advance(before, user.progress(before, 1), LATER)

    assert_refused(
        lambda: user.store.queues.hold(before, HOLD),
        lambda: user.store.queues.change_state(before, State.HALTED, LATER),
    )
    assert user.queue == after


def test_a_held_queue_is_opened_by_one_of_two_who_saw_it(user: User) -> None:
    held = user.store.queues.hold(user.take(), HOLD)
    opened = user.store.queues.change_state(held, State.OPEN, LATER)

    assert_refused(
        lambda: user.store.queues.change_state(held, State.OPEN, LATER),
        lambda: user.store.queues.purge(held, forget=False, now=LATER),
    )
    again = user.store.queues.hold(opened, HOLD._replace(since=LATER))
    assert_refused(lambda: user.store.queues.change_state(held, State.OPEN, LATER))
    assert user.queue == again


def test_who_saw_a_queue_halted_does_not_open_a_held_one(user: User) -> None:
    halted = user.store.queues.change_state(user.take(), State.HALTED, NOW)
    held = user.store.queues.hold(halted, HOLD)

    assert_refused(
        lambda: user.store.queues.change_state(halted, State.OPEN, LATER),
        lambda: user.store.queues.change_pause(halted, PausedBy.USER, LATER),
    )
    assert user.queue == held


def test_a_held_queue_keeps_its_pause_and_can_be_paused(user: User) -> None:
    held = user.store.queues.hold(user.take(), HOLD)

    paused = user.store.queues.change_pause(held, PausedBy.USER, LATER, user.session)

    assert (paused.state, paused.paused_by, paused.awake) == (State.HELD, PausedBy.USER, held.awake)
    opened = user.store.queues.change_state(paused, State.OPEN, LATER)
    assert (opened.state, opened.hold) == (State.PAUSED, None)
    assert user.store.queues.hold(opened, HOLD).paused_by is PausedBy.USER
    assert user.queue.state is State.HELD


def test_a_purge_opens_a_held_queue(user: User) -> None:
    held = user.store.queues.hold(user.take(), HOLD)

    opened = user.store.queues.purge(held, forget=False, now=LATER)

    assert (opened.state, opened.hold, opened.awake) == (State.OPEN, None, LATER)
    assert opened == user.queue


def test_numbers_are_given_out_and_the_head_moves_while_a_queue_is_held(user: User) -> None:
    user.send(1)
    held = user.store.queues.hold(user.queue, HOLD)
    user.succeed(1)

    moved = user.store.queues.advance(held, user.progress(held, 1), LATER)

    assert (moved.head, moved.state, moved.why_held) == (1, State.HELD, HOLD)
    assert user.take().why_held == HOLD


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


def test_a_purge_that_comes_late_does_not_bring_back_what_was_forgotten_since(user: User) -> None:
    """Between them, the queue was drained: it stands as whoever comes late has read it."""
    late, taken = user.queue, user.take()
    user.write(1)
    drained = user.store.queues.go_idle(taken, user.progress(taken, 1), NOW)
    forgotten = user.store.queues.purge(drained, forget=True, now=NOW)
    user.store.queues.go_idle(forgotten, user.progress(forgotten, 0), NOW)

    assert_refused(lambda: user.store.queues.purge(late, forget=True, now=LATER))
    assert (user.queue.purged, user.queue.floor) == (1, 1)


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
