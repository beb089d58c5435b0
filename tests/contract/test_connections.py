"""Who is connected to a queue, who may not be any more, and whose queue goes."""

from dataclasses import replace
from secrets import token_hex

import pytest

from chalicelib.core.errors import LostRaceError
from chalicelib.core.queueing.idempotency import IdempotencyKey
from chalicelib.core.queueing.queue import State
from tests.contract.stores import Stores
from tests.contract.users import EXPIRY, LATER, NOW, User

KEY = IdempotencyKey("key", "fingerprint")


def test_a_new_queue_knows_its_user_by_name(stores: Stores) -> None:
    user = User(stores.queueing)

    queue = stores.queueing.connections.open_session(user.id, user.session, EXPIRY, NOW, "ada")

    assert queue == user.queue
    assert (queue.username, queue.sessions) == ("ada", {user.session: EXPIRY})


def test_a_live_session_is_extended(user: User) -> None:
    user.store.connections.extend_session(user.id, user.session, EXPIRY + 1, LATER)

    assert user.queue.sessions == {user.session: EXPIRY + 1}


def test_a_session_that_is_over_is_not_extended(user: User) -> None:
    with pytest.raises(LostRaceError):
        user.store.connections.extend_session(user.id, user.session, EXPIRY + 1, EXPIRY)
    with pytest.raises(LostRaceError):
        user.store.connections.extend_session(user.id, "other", EXPIRY + 1, NOW)

    assert user.queue.sessions == {user.session: EXPIRY}


def test_a_new_generation_has_one_session_and_admits_its_own_alone(user: User) -> None:
    user.store.connections.open_session(user.id, "thief", EXPIRY + 1, NOW)
    seen = user.queue

    evicted = user.store.connections.evict_others(seen, user.session, LATER)

    assert evicted == user.queue
    assert (evicted.sessions, evicted.generation) == ({user.session: EXPIRY}, 1)
    for generation in (0, 2):
        with pytest.raises(LostRaceError):
            user.store.connections.open_session(user.id, "late", EXPIRY, LATER, generation=generation)
    user.store.connections.open_session(user.id, "new", EXPIRY, LATER, generation=1)
    assert set(user.queue.sessions) == {user.session, "new"}


def test_others_are_evicted_by_a_live_session_that_is_as_it_was_seen(user: User) -> None:
    seen = user.queue
    for session_id, now in ((user.session, EXPIRY), ("other", NOW)):
        with pytest.raises(LostRaceError):
            user.store.connections.evict_others(seen, session_id, now)
    user.store.connections.extend_session(user.id, user.session, EXPIRY + 1, NOW)
    with pytest.raises(LostRaceError):
        user.store.connections.evict_others(seen, user.session, NOW)

    assert (user.queue.sessions, user.queue.generation) == ({user.session: EXPIRY + 1}, 0)


def test_a_new_generation_may_have_no_session(user: User) -> None:
    user.store.connections.open_session(user.id, "other", EXPIRY + 1, NOW)
    assert user.store.connections.evict_all(user.queue) == user.queue

    assert (user.queue.sessions, user.queue.generation) == ({}, 1)
    assert user.id in user.store.sweep_index.due(None), "whoever closes it if it is drained"


def test_all_are_evicted_only_if_they_are_as_they_were_seen(user: User) -> None:
    seen = user.queue
    user.store.connections.open_session(user.id, "other", EXPIRY + 1, NOW)
    joined = user.queue
    user.store.connections.evict_all(joined)
    user.store.connections.open_session(user.id, "new", EXPIRY, NOW, generation=1)

    for queue in (seen, joined, replace(joined, generation=1), replace(user.queue, generation=0)):
        with pytest.raises(LostRaceError):
            user.store.connections.evict_all(queue)
    assert (set(user.queue.sessions), user.queue.generation) == ({"new"}, 1)
    user.store.connections.mark_for_removal(user.id, NOW)
    with pytest.raises(LostRaceError):
        user.store.connections.evict_all(user.queue)


def test_a_queue_is_created_closed_once(stores: Stores) -> None:
    user = User(stores.queueing)
    stores.queueing.connections.create_closed(user.id, 2, NOW, "ada")

    assert (user.queue.state, user.queue.generation, user.queue.username) == (State.CLOSED, 2, "ada")
    with pytest.raises(LostRaceError):
        stores.queueing.connections.create_closed(user.id, 3, NOW, "ada")
    with pytest.raises(LostRaceError):
        user.sign_in()
    stores.queueing.connections.open_session(user.id, user.session, EXPIRY, NOW, generation=2)
    assert (user.queue.state, user.queue.generation) == (State.OPEN, 2)


def test_a_closed_queue_and_a_new_one_keep_to_their_generation(stores: Stores, user: User) -> None:
    user.store.connections.evict_others(user.queue, user.session, NOW)
    user.store.connections.end_session(user.id, user.session)
    user.store.queues.close(user.queue)
    with pytest.raises(LostRaceError):
        user.sign_in()
    user.store.connections.open_session(user.id, user.session, EXPIRY, LATER, generation=1)

    new = User(stores.queueing)
    stores.queueing.connections.open_session(new.id, new.session, EXPIRY, NOW, generation=3)

    assert (user.queue.state, user.queue.generation, new.queue.generation) == (State.OPEN, 1, 3)


def test_who_is_barred_has_no_session_and_gets_none(user: User) -> None:
    user.store.connections.block(user.id, NOW)

    assert user.queue.blocked
    assert user.queue.sessions == {}
    with pytest.raises(LostRaceError):
        user.sign_in()


def test_a_closed_queue_stays_barred(user: User) -> None:
    user.store.connections.block(user.id, NOW)
    user.store.queues.close(user.queue)

    with pytest.raises(LostRaceError):
        user.sign_in()

    assert user.queue.state is State.CLOSED


def test_who_is_barred_no_more_signs_in_again(user: User) -> None:
    user.store.connections.block(user.id, NOW)
    user.store.connections.unblock(user.id)
    user.sign_in()

    assert not user.queue.blocked
    assert user.queue.sessions == {user.session: EXPIRY}


def test_who_never_signed_in_can_be_barred(stores: Stores) -> None:
    stranger = User(stores.queueing)
    stores.queueing.connections.block(stranger.id, NOW, "ada")

    with pytest.raises(LostRaceError):
        stranger.sign_in()
    assert (stranger.queue.state, stranger.queue.username) == (State.CLOSED, "ada")

    stores.queueing.connections.unblock(stranger.id)
    stranger.sign_in()
    assert (stranger.queue.state, stranger.queue.sessions) == (State.OPEN, {stranger.session: EXPIRY})


def test_who_leaves_is_barred_for_good_and_nothing_new_starts(user: User) -> None:
    user.send()
    user.store.connections.mark_for_removal(user.id, LATER)
    user.store.connections.unblock(user.id)

    assert (user.queue.deleted_at, user.queue.blocked, user.queue.runnable) == (LATER, True, False)
    assert user.id in user.store.sweep_index.due(None)


def test_who_leaves_keeps_the_mark_by_which_the_sweeper_finds_them(user: User) -> None:
    user.store.connections.end_session(user.id, user.session)
    before = user.queue
    user.store.connections.mark_for_removal(user.id, LATER)

    for seen in (before, user.queue):
        for forget in (user.store.queues.close, user.store.sweep_index.clear_work_mark):
            with pytest.raises(LostRaceError):
                forget(seen)

    assert user.id in user.store.sweep_index.due(None)


def test_all_of_a_user_is_forgotten_and_nothing_of_others(stores: Stores, user: User) -> None:
    other = User(stores.queueing)
    other.sign_in()
    other.send()
    for seq in range(1, 31):
        user.write(seq, KEY if seq == 1 else None)

    assert stores.queueing.removal.delete_requests(user.id)

    assert stores.queueing.requests.list_after(user.id, 0, 100) == []
    assert stores.queueing.keys.find(user.id, KEY.key, NOW) is None
    assert len(stores.queueing.requests.list_after(other.id, 0, 100)) == 1


def test_several_queues_are_read_at_once(stores: Stores) -> None:
    users = [User(stores.queueing) for _ in range(3)]
    for user in users:
        user.sign_in()
    ids = [user.id for user in users]

    found = stores.queueing.sweep_index.get_many(["nobody", *ids])

    assert sorted(found, key=lambda queue: ids.index(queue.user_id)) == [user.queue for user in users]
    assert (
        list(stores.queueing.sweep_index.get_many(["nobody"]))
        == list(stores.queueing.sweep_index.get_many([]))
        == []
    )


def test_queues_are_read_page_by_page(stores: Stores) -> None:
    users = [User(stores.queueing, id=f"ff{token_hex(15)}") for _ in range(3)]
    for user in users:
        user.sign_in()
    found: list[str] = []
    while page := stores.queueing.queues.page(found[-1] if found else None, 2):
        assert len(page) <= 2
        found += [queue.user_id for queue in page]

    assert {user.id for user in users} <= set(found)
    assert len(found) == len(set(found))
