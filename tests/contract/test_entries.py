"""Entries: requests that are not in their user's line yet."""

from dataclasses import replace
from secrets import token_hex

import pytest

from chalicelib.core.errors import LostRaceError
from chalicelib.core.queueing.entry import Entry, entry_id
from chalicelib.core.queueing.idempotency import IdempotencyKey, KeyRecord
from chalicelib.core.queueing.queue import State
from chalicelib.core.queueing.request import Follows, Request, Status
from chalicelib.core.queueing.retention import expiry
from tests.contract.stores import LIMIT, Stores
from tests.contract.users import DONE, LATER, NOW, User, assert_refused

KEY = IdempotencyKey("key", "fingerprint")


def new(user: User, enter_at: int = NOW, key: str | None = None, follows: Follows | None = None) -> Entry:
    """An entry as it is before it is written, with all that an entry may have."""
    return Entry(
        user.id,
        entry_id(enter_at, token_hex(8)),
        enter_at,
        "echo",
        '{"a":1}',
        NOW,
        max_attempts=2,
        on_failure="halt",
        not_before=LATER,
        key=key,
        follows=follows,
        kept_ms=3_600_000,
        call="id-of-a-call",
        trace="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    )


def written(user: User, enter_at: int = NOW, key: IdempotencyKey | None = None) -> Entry:
    entry = new(user, enter_at, key.key if key else None)
    user.store.entries.write(entry, key)
    return entry


def place_for(user: User, entry: Entry) -> Request:
    """The request under a number that was taken for it."""
    queue = user.store.entries.take_number(user.id, NOW, create=False)
    return entry.request(queue.tail, NOW)


def test_an_entry_is_stored_once_and_read_as_it_was_written(user: User) -> None:
    entry = new(user, follows=Follows("ada:chat-7", 3))
    user.store.entries.write(entry)

    assert user.store.entries.get(user.id, entry.id) == entry
    with pytest.raises(LostRaceError):
        user.store.entries.write(replace(entry, payload="2"))
    assert user.store.entries.get(user.id, entry.id) == entry


def test_entries_are_listed_and_found_in_the_order_in_which_they_enter(user: User) -> None:
    last, first, second = written(user, LATER + 1), written(user, NOW), written(user, LATER)
    entries = user.store.entries

    assert list(entries.due(user.id, LATER, 9)) == [first, second]
    assert list(entries.due(user.id, LATER, 1)) == [first]
    assert list(entries.list_after(user.id, "", 9)) == [replace(e, payload="") for e in (first, second, last)]
    assert [e.id for e in entries.list_after(user.id, first.id, 1)] == [second.id]
    assert user.id not in entries.earliest(NOW - 1)
    assert entries.earliest(LATER)[user.id] == NOW
    assert entries.earliest(LATER + 1, since=NOW + 1)[user.id] == LATER
    assert entries.earliest(LATER, is_over=lambda: True) == {}


def test_an_entry_that_enters_is_a_request_and_no_entry_any_more(user: User) -> None:
    entry = written(user)
    request = place_for(user, entry)

    user.store.entries.enter(entry, request)

    assert user.written(1) == request
    assert user.store.entries.get(user.id, entry.id) is None
    again = place_for(user, entry)
    assert_refused(
        lambda: user.store.entries.enter(entry, again), lambda: user.store.entries.delete(entry, NOW)
    )
    assert user.store.requests.get(user.id, again.seq) is None


def test_an_entry_does_not_enter_at_a_place_that_was_given_up(user: User) -> None:
    entry = written(user)
    request = place_for(user, entry)
    user.store.requests.void(user.id, request.seq, NOW)

    with pytest.raises(LostRaceError):
        user.store.entries.enter(entry, request)

    assert user.written(1).status is Status.VOID
    assert user.store.entries.get(user.id, entry.id) == entry


def test_an_entry_that_was_deleted_never_enters(user: User) -> None:
    entry = written(user)
    user.store.entries.delete(entry, NOW)

    request = place_for(user, entry)
    with pytest.raises(LostRaceError):
        user.store.entries.enter(entry, request)

    assert user.store.requests.get(user.id, request.seq) is None


def test_a_key_stands_for_one_entry_and_then_for_its_request(user: User) -> None:
    keys, entry = user.store.keys, written(user, key=KEY)
    with pytest.raises(LostRaceError):
        written(user, key=KEY)
    assert len(user.store.entries.list_after(user.id, "", 9)) == 1
    assert keys.find(user.id, "key", NOW) == KeyRecord("fingerprint", 0, 0, entry.id)

    request = place_for(user, entry)
    user.store.entries.enter(entry, request)

    assert keys.find(user.id, "key", NOW) == KeyRecord("fingerprint", 1, 1, entry.id)
    user.store.requests.schedule_expiry(user.succeed(1), LATER)
    assert keys.find(user.id, "key", expiry(LATER)) is None


def test_the_key_of_an_entry_that_was_deleted_expires(user: User) -> None:
    entry = written(user, key=KEY)

    user.store.entries.delete(entry, NOW)

    assert user.store.keys.find(user.id, "key", expiry(NOW) - 1_000) == KeyRecord(
        "fingerprint", 0, 0, entry.id
    )
    assert user.store.keys.find(user.id, "key", expiry(NOW)) is None


def test_a_request_that_ended_long_ago_does_not_let_the_key_of_a_newer_entry_expire(user: User) -> None:
    """The worker that has ended the request crashed before the head; the next one repeats the expiry."""
    user.take()
    user.write(1, KEY)
    ended = user.succeed(1)
    user.store.requests.schedule_expiry(ended, NOW)
    entry = replace(new(user, key="key"), created_at=expiry(LATER))
    user.store.entries.write(entry, KEY)

    user.store.requests.schedule_expiry(ended, NOW)

    assert user.store.keys.find(user.id, "key", expiry(LATER)) == KeyRecord("fingerprint", 0, 0, entry.id)
    user.store.entries.enter(entry, place_for(user, entry))
    user.store.requests.schedule_expiry(ended, NOW)
    assert user.store.keys.find(user.id, "key", expiry(LATER)) == KeyRecord("fingerprint", 2, 2, entry.id)


def test_an_entry_whose_key_is_gone_or_newer_can_be_deleted(user: User) -> None:
    """Earlier releases could let the key of an entry expire. It may have been used again since."""
    gone, newer = replace(written(user), key="gone"), replace(new(user), key="key")
    user.store.entries.write(newer)
    user.take()
    user.write(1, KEY)

    for entry in (gone, newer):
        user.store.entries.delete(entry, NOW)
        assert user.store.entries.get(user.id, entry.id) is None

    assert user.store.keys.find(user.id, "key", expiry(LATER)) == KeyRecord("fingerprint", 1, 1)


def test_a_key_that_stands_for_something_else_keeps_the_entry_out(user: User) -> None:
    entry = replace(written(user), key="key")
    user.take()
    user.write(1, KEY)

    request = place_for(user, entry)
    with pytest.raises(LostRaceError):
        user.store.entries.enter(entry, request)

    assert user.store.keys.find(user.id, "key", NOW) == KeyRecord("fingerprint", 1, 1)


def test_a_number_for_an_entry_needs_no_session_and_opens_a_closed_queue(user: User) -> None:
    closed = user.store.connections.end_session(user.id, user.session)
    assert closed is not None
    user.store.queues.close(closed)

    queue = user.store.entries.take_number(user.id, NOW, create=False)

    assert (queue.tail, queue.room, queue.state, queue.awake, queue.tail_at) == (
        *(1, LIMIT - 1, State.OPEN),
        *(NOW, NOW),
    )
    assert queue == user.queue
    assert user.id in user.store.sweep_index.due(None)
    assert user.store.entries.take_number(user.id, LATER, create=False).awake == NOW


def test_a_number_for_an_entry_is_taken_only_where_there_is_room_and_nobody_is_blocked(user: User) -> None:
    entries, connections = user.store.entries, user.store.connections

    def refused() -> None:
        before = user.queue
        assert_refused(lambda: entries.take_number(user.id, NOW, create=False))
        assert_refused(lambda: entries.take_number(user.id, NOW, create=True))
        assert user.queue == before

    user.send(LIMIT)
    refused()
    queue = user.queue
    for _ in range(LIMIT):
        user.succeed(user.queue.head + 1)
        user.store.queues.advance(user.queue, user.progress(user.queue, 1), NOW)
    connections.block(user.id, NOW)
    refused()
    connections.unblock(user.id)
    assert entries.take_number(user.id, NOW, create=False).tail == queue.tail + 1
    connections.mark_for_removal(user.id, NOW)
    refused()


def test_the_queue_of_a_name_is_created_by_its_first_entry(stores: Stores) -> None:
    entries, name = stores.queueing.entries, f"ada:{token_hex(4)}~@z._-"

    with pytest.raises(LostRaceError):
        entries.take_number(name, NOW, create=False)
    assert stores.queueing.queues.get(name) is None

    created = entries.take_number(name, NOW, create=True)

    assert created == stores.queueing.queues.get(name)
    assert (created.tail, created.head, created.room, created.limit) == (1, 0, LIMIT - 1, LIMIT)
    assert (created.state, created.awake, created.tail_at, dict(created.sessions)) == (
        State.OPEN,
        NOW,
        NOW,
        {},
    )
    assert name in stores.queueing.sweep_index.due(None)
    assert entries.take_number(name, NOW, create=True).tail == 2


def test_follow_ups_are_written_together_with_the_outcome_or_not_at_all(user: User, queued: Request) -> None:
    given_up, current = user.begin(1, by="one"), user.begin(1, by="other")
    one, other = new(user, follows=Follows(user.id, 1)), new(user, LATER)

    with pytest.raises(LostRaceError):
        user.store.requests.finish(given_up, DONE, LATER, [one])
    assert user.store.entries.get(user.id, one.id) is None

    user.store.requests.finish(current, DONE, LATER, [one, other])
    assert list(user.store.entries.due(user.id, LATER, 9)) == [one, other]


def test_the_data_of_a_removed_user_includes_entries(user: User) -> None:
    written(user)

    assert user.store.removal.delete_requests(user.id)

    assert list(user.store.entries.list_after(user.id, "", 9)) == []
