"""On which conditions the sweeper puts off its look at a queue."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from chalicelib.core.queueing.callback_cursor import NOTHING_OWED, Owed
from chalicelib.core.queueing.looks import AT_ONCE
from chalicelib.core.queueing.queue import HoldReason, Queue, State
from tests.contract.users import NOW, User, assert_refused

FAR = NOW + 600_000  # a queue at rest
HOLD = HoldReason("unknown_type", "No handler.", NOW, "code 1")

CHANGES: dict[str, Callable[[User, Queue], object]] = {
    "head": lambda user, queue: user.store.queues.advance(queue, user.progress(queue, 1), NOW),
    "halted": lambda user, queue: user.store.queues.change_state(queue, State.HALTED, NOW),
    "resumed": lambda user, queue: user.store.queues.change_pause(queue, None, NOW + 1),
    "purged": lambda user, queue: user.store.queues.purge(queue, forget=False, now=NOW + 1),
    "left to the sweeper": lambda user, queue: user.store.queues.look_soon(queue, NOW + 1),
    "rung": lambda user, queue: user.store.queues.claim_wake_up(queue, NOW + 1),
    "held": lambda user, queue: user.store.queues.hold(queue, HOLD),
    "to be removed": lambda user, _: user.store.connections.mark_for_removal(user.id, NOW),
}


@pytest.mark.parametrize("change", CHANGES)
def test_nothing_is_put_off_that_has_changed(user: User, change: str) -> None:
    user.send(2)
    user.succeed(1)
    before = user.queue

    CHANGES[change](user, before)

    assert_refused(lambda: user.store.sweep_index.put_off(before, FAR))


def test_nothing_is_put_off_that_is_to_be_removed_although_its_moment_is_as_it_was(user: User) -> None:
    user.store.connections.end_session(user.id, user.session)
    user.sign_in()
    user.send(2)
    before = user.queue
    assert before.look_at == AT_ONCE
    user.store.connections.mark_for_removal(user.id, NOW)

    assert_refused(lambda: user.store.sweep_index.put_off(before, FAR))


def test_nothing_is_put_off_that_owes_callbacks_since(user: User) -> None:
    user.send(2)
    user.succeed(1)
    user.store.queues.advance(user.queue, replace(user.progress(user.queue, 1), owed=Owed(1, 1)), NOW)
    done = user.store.callbacks.move(user.queue, NOTHING_OWED._replace(last=1, token="a"))
    user.store.callbacks.move(done, NOTHING_OWED._replace(first=1, last=1, token="b"))

    assert_refused(lambda: user.store.sweep_index.put_off(done, FAR))
