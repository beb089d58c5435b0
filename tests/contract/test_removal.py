"""Removing what a user has left, and the next user of the name."""

from tests.contract.users import EXPIRY, LATER, NOW, User, assert_refused


def use_again(user: User) -> None:
    """The user is removed, and another one has the name."""
    user.store.connections.mark_for_removal(user.id, NOW)
    user.store.removal.delete_requests(user.id)
    user.store.removal.delete_queue(user.queue)
    user.store.connections.open_session(user.id, user.session, EXPIRY, LATER)


def test_a_worker_of_a_removed_user_moves_nothing_of_the_next_user_of_the_name(user: User) -> None:
    user.send()
    user.succeed(1)
    before, done, queues = user.queue, user.progress(user.queue, 1), user.store.queues
    use_again(user)
    user.send()
    after = user.queue
    assert (after.head, after.tail) == (before.head, before.tail)

    assert_refused(
        lambda: queues.advance(before, done, LATER),
        lambda: queues.go_idle(before, done, LATER),
        lambda: queues.look_soon(before, LATER),
    )

    assert user.queue == after
