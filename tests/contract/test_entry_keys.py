"""Idempotency keys that stand for entries."""

from dataclasses import replace

import pytest

from chalicelib.core.errors import LostRaceError
from chalicelib.core.queueing.idempotency import KeyRecord
from chalicelib.core.queueing.retention import expiry
from tests.contract.entries import KEY, new, place_for, written
from tests.contract.users import LATER, NOW, User


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
