"""The moment at which the sweeper looks at a queue: who writes it, who moves it, and on which conditions."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from chalicelib.core.queueing.callback_cursor import NOTHING_OWED, Owed
from chalicelib.core.queueing.looks import AT_ONCE, FAR_MS, FIRST_MS, NEAR_MS
from chalicelib.core.queueing.progress import Progress
from chalicelib.core.queueing.queue import HoldReason, PausedBy, Queue, State
from tests.contract.users import NOW, User, assert_refused

FAR = NOW + 600_000  # a queue at rest
HOLD = HoldReason("unknown_type", "No handler.", NOW, "code 1")


def found(user: User, until: int) -> bool:
    return user.id in user.store.sweep_index.due(until)


@pytest.fixture
def resting(user: User) -> User:
    """With two requests, the first of which waits or stands."""
    user.send(2)
    user.store.sweep_index.put_off(user.queue, FAR)
    return user


def test_the_first_number_sets_the_moment_and_further_ones_leave_it(user: User) -> None:
    assert user.take().look_at == NOW + FIRST_MS

    assert user.take(now=NOW + 1_000).look_at == NOW + FIRST_MS
    assert not found(user, NOW + FIRST_MS - 1)
    assert found(user, NOW + FIRST_MS)


def test_a_number_leaves_a_queue_at_rest(resting: User) -> None:
    assert resting.take().look_at == FAR


@pytest.mark.parametrize("idle", [False, True], ids=["advance", "go idle"])
def test_a_worker_moves_the_moment_only_if_little_is_left(user: User, idle: bool) -> None:
    user.send(1 if idle else 2)
    user.succeed(1)
    queue = user.queue
    assert queue.look_at is not None
    change = user.store.queues.go_idle if idle else user.store.queues.advance
    now = queue.look_at - NEAR_MS

    moved = change(queue, user.progress(queue, 1), now)
    assert moved.look_at == queue.look_at

    progress = Progress.none(moved, now)
    assert change(moved, progress, now + 1).look_at == now + 1 + FAR_MS


def test_a_worker_ends_the_rest(resting: User) -> None:
    resting.succeed(1)

    moved = resting.store.queues.advance(resting.queue, resting.progress(resting.queue, 1), NOW)

    assert moved.look_at == NOW + FAR_MS
    assert found(resting, NOW + FAR_MS)


def owing(user: User, moment: int) -> Queue:
    """A queue that owes a callback and at which the sweeper is to look at that moment."""
    user.send(3)
    user.succeed(1)
    queue = user.store.queues.advance(user.queue, owed(user, 1), NOW)
    return user.store.callbacks.move(
        replace(queue, look_at=FAR), queue.callbacks._replace(token="a", next_at=moment - FIRST_MS)
    )


def owed(user: User, seq: int) -> Progress:
    return replace(user.progress(user.queue, 1), owed=Owed(seq, seq))


@pytest.mark.parametrize("idle", [False, True], ids=["advance", "go idle"])
def test_a_worker_never_postpones_the_look_at_callbacks_that_are_owed(user: User, idle: bool) -> None:
    """Also not those that are owed from this write on: the caller's wake-up may be lost."""
    user.send(1 if idle else 2)
    user.succeed(1)
    queue = user.queue
    assert queue.look_at is not None
    change = user.store.queues.go_idle if idle else user.store.queues.advance

    moved = change(queue, owed(user, 1), queue.look_at - NEAR_MS + 1)
    assert moved.callbacks.is_owed
    assert moved.look_at == queue.look_at

    progress = Progress.none(moved, NOW)
    assert change(moved, progress, queue.look_at + FAR_MS).look_at == queue.look_at


def test_a_worker_ends_the_rest_of_a_queue_whose_callbacks_were_owed_when_it_was_read(user: User) -> None:
    seen = owing(user, NOW)
    done = user.store.callbacks.move(seen, NOTHING_OWED._replace(last=1, token="b"))
    user.store.sweep_index.put_off(done, FAR)
    user.succeed(2)

    assert user.store.queues.advance(seen, user.progress(seen, 1), NOW).look_at == NOW


def test_the_look_at_callbacks_that_are_owed_comes_nearer(user: User) -> None:
    done = user.store.callbacks.move(owing(user, NOW), NOTHING_OWED._replace(last=1, token="b"))
    user.store.sweep_index.put_off(done, FAR)
    seen = user.store.callbacks.move(user.queue, NOTHING_OWED._replace(first=1, token="c", next_at=FAR))
    assert seen.look_at == FAR
    user.succeed(2)

    assert user.store.queues.advance(seen, user.progress(seen, 1), NOW).look_at == NOW + FAR_MS


SOONER: dict[str, Callable[[User, Queue], Queue]] = {
    "left to the sweeper": lambda user, queue: user.store.queues.look_soon(queue, NOW),
    "resumed": lambda user, queue: user.store.queues.change_pause(
        user.store.queues.change_pause(queue, PausedBy.USER, NOW), None, NOW
    ),
    "opened": lambda user, queue: user.store.queues.change_state(
        user.store.queues.change_state(queue, State.HALTED, NOW), State.OPEN, NOW
    ),
    "purged": lambda user, queue: user.store.queues.purge(queue, forget=False, now=NOW),
}


@pytest.mark.parametrize("change", SOONER)
def test_what_may_happen_every_few_seconds_does_not_postpone_the_look_at_callbacks(
    user: User, change: str
) -> None:
    assert SOONER[change](user, owing(user, NOW + 1)).look_at == NOW


def test_a_worker_that_leaves_a_head_to_the_sweeper_ends_the_rest(resting: User) -> None:
    before = resting.queue
    assert resting.store.queues.look_soon(before, NOW).look_at == NOW + FIRST_MS

    resting.succeed(1)
    resting.store.queues.advance(resting.queue, resting.progress(resting.queue, 1), NOW)
    assert_refused(lambda: resting.store.queues.look_soon(before, NOW))


def test_what_is_put_off_is_found_when_it_is_due(resting: User) -> None:
    assert not found(resting, FAR - 1)
    assert found(resting, FAR)
    assert resting.id in resting.store.sweep_index.due(None)


def test_what_opens_a_queue_ends_its_rest(resting: User) -> None:
    queues = resting.store.queues
    queues.change_pause(resting.queue, PausedBy.USER, NOW)
    assert resting.queue.look_at == FAR
    resumed = queues.change_pause(resting.queue, None, NOW)
    assert resumed.look_at == NOW + FIRST_MS

    resting.store.sweep_index.put_off(resumed, FAR)
    halted = queues.change_state(resting.queue, State.HALTED, NOW)
    assert halted.look_at == FAR
    assert queues.change_state(halted, State.OPEN, NOW).look_at == NOW + FIRST_MS

    resting.store.sweep_index.put_off(resting.queue, FAR)
    assert queues.purge(resting.queue, forget=False, now=NOW).look_at == NOW + FIRST_MS


def test_a_queue_that_is_held_does_not_rest(resting: User) -> None:
    """The sweeper is to find it when other code is deployed."""
    held = resting.store.queues.hold(resting.queue, HOLD)
    assert held.look_at == NOW + FIRST_MS
    assert found(resting, NOW + FIRST_MS)

    again = resting.store.queues.hold(replace(held, look_at=FAR), HOLD._replace(code="other"))
    assert again.look_at == NOW + FIRST_MS


def test_a_hold_does_not_postpone_the_look(user: User) -> None:
    user.send(1)

    assert user.store.queues.hold(user.queue, HOLD._replace(since=NOW + 1)).look_at == NOW + FIRST_MS


def test_nobody_looks_at_a_drained_queue_because_it_was_opened(user: User) -> None:
    paused = user.store.queues.change_pause(user.queue, PausedBy.USER, NOW)

    assert user.store.queues.change_pause(paused, None, NOW).look_at is None


def test_a_queue_that_owes_callbacks_does_not_rest(resting: User) -> None:
    due = NOW + 60_000
    owing = NOTHING_OWED._replace(first=1, token="a", next_at=due)

    assert resting.store.callbacks.move(resting.queue, owing).look_at == due + FIRST_MS


def test_callbacks_made_again_are_found_whatever_the_sweeper_has_done_meanwhile(user: User) -> None:
    """It may have removed the moment of a queue that had nothing left: the queue is read again then."""
    user.send(1)
    user.succeed(1)
    seen = user.store.queues.go_idle(user.queue, user.progress(user.queue, 1), NOW)
    user.store.sweep_index.clear_work_mark(seen)

    again = NOTHING_OWED._replace(first=1, token="a", next_at=NOW)

    assert_refused(lambda: user.store.callbacks.move(seen, again))

    user.store.callbacks.move(user.queue, again)
    assert found(user, NOW + FIRST_MS)


@pytest.mark.parametrize("leave", ["block", "end session", "evict"])
def test_the_sweeper_looks_at_once_at_a_queue_that_nobody_is_connected_to(user: User, leave: str) -> None:
    connections = user.store.connections
    if leave == "block":
        connections.block(user.id, NOW)
    elif leave == "evict":
        connections.evict_all(user.queue)
    else:
        connections.end_session(user.id, user.session)

    assert user.queue.look_at == AT_ONCE
    assert found(user, NOW)


def test_the_sweeper_looks_at_once_at_a_queue_that_is_to_be_removed(resting: User) -> None:
    resting.store.connections.mark_for_removal(resting.id, NOW)

    assert resting.queue.look_at == AT_ONCE
    assert found(resting, NOW)
