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


def test_the_queue_of_a_user_who_leaves_is_removed(user: User) -> None:
    assert_refused(lambda: user.store.removal.delete_queue(user.queue))
    user.store.connections.mark_for_removal(user.id, LATER)

    user.store.removal.delete_queue(user.queue)

    assert user.store.queues.get(user.id) is None
    assert user.id not in user.store.sweep_index.due(None)


def test_the_sessions_of_who_leaves_are_over_and_known(user: User) -> None:
    user.store.connections.open_session(user.id, "other", EXPIRY, NOW)

    user.store.connections.mark_for_removal(user.id, LATER)

    assert user.queue.sessions == {user.session: 0, "other": 0}
    assert user.id not in user.store.sweep_index.with_expired_sessions(EXPIRY)
    assert_refused(
        user.take,
        lambda: user.store.connections.extend_session(user.id, user.session, EXPIRY, LATER),
        lambda: user.store.connections.mark_for_removal(User(user.store).id, LATER),
    )


def test_it_is_noted_that_the_application_has_deleted_a_user(user: User) -> None:
    removal = user.store.removal
    assert_refused(lambda: removal.note_departed(user.queue, LATER))
    user.store.connections.mark_for_removal(user.id, NOW - 1)
    earlier = user.queue
    user.store.connections.mark_for_removal(user.id, NOW)
    assert_refused(lambda: removal.note_departed(earlier, LATER))
    assert not user.queue.departed

    removal.note_departed(user.queue, LATER)

    assert (user.queue.departed, user.queue.deleted_at) == (True, LATER)


def test_of_two_sweeps_one_claims_the_removal(user: User) -> None:
    removal = user.store.removal
    assert_refused(lambda: removal.claim(user.queue, LATER))
    user.store.connections.mark_for_removal(user.id, NOW)
    seen = user.queue

    claimed = removal.claim(seen, LATER)

    assert claimed.deleted_at == LATER
    assert claimed == user.queue
    assert_refused(lambda: removal.claim(seen, LATER), lambda: removal.delete_queue(seen))
    removal.delete_queue(claimed)
    assert user.store.queues.get(user.id) is None


def test_a_sweep_that_comes_late_removes_nothing_of_the_next_user_of_the_name(user: User) -> None:
    user.store.connections.mark_for_removal(user.id, NOW)
    seen, removal = user.queue, user.store.removal
    use_again(user)
    assert_refused(lambda: removal.claim(seen, LATER), lambda: removal.delete_queue(seen))
    user.store.connections.mark_for_removal(user.id, LATER)

    assert_refused(lambda: removal.claim(seen, LATER), lambda: removal.delete_queue(seen))
