"""Giving numbers out and writing requests under them."""

from dataclasses import replace

import pytest

from chalicelib.core.errors import LostRaceError
from chalicelib.core.queueing.idempotency import IdempotencyKey, KeyRecord
from chalicelib.core.queueing.request import Status
from chalicelib.core.queueing.retention import LEADING_VOID_MS, expiry
from tests.contract.stores import LIMIT
from tests.contract.users import EXPIRY, LATER, NOW, User

KEY = IdempotencyKey("key", "fingerprint")
WEEK_MS = 7 * 24 * 3600 * 1000


def test_numbers_are_consecutive_from_one(user: User) -> None:
    assert [user.take(n).tail for n in (1, 2, 1)] == [1, 3, 4]


def test_room_shrinks_by_what_is_given_out(user: User) -> None:
    assert user.take(2).room == LIMIT - 2


def test_more_than_there_is_room_for_is_refused_and_changes_nothing(user: User) -> None:
    before = user.take(LIMIT - 1)

    with pytest.raises(LostRaceError):
        user.take(2)

    assert user.queue == before
    assert user.take(1).room == 0


@pytest.mark.parametrize("now", [EXPIRY, EXPIRY + 1])
def test_an_expired_session_gets_no_number(user: User, now: int) -> None:
    with pytest.raises(LostRaceError):
        user.take(now=now)


def test_a_session_gets_no_number_once_it_has_ended(user: User) -> None:
    user.store.connections.end_session(user.id, user.session)

    with pytest.raises(LostRaceError):
        user.take()


def test_a_stranger_gets_no_number(user: User) -> None:
    with pytest.raises(LostRaceError):
        User(user.store).take()


def test_the_first_number_says_that_a_worker_is_needed_and_the_next_do_not_say_it_anew(user: User) -> None:
    assert user.take(now=NOW).awake == NOW
    assert user.take(now=LATER).awake == NOW
    assert user.queue.tail_at == LATER


def test_a_request_is_read_as_it_was_written(user: User) -> None:
    user.take()
    written = user.write(1)

    assert user.store.requests.get(user.id, 1) == written


def test_a_place_is_written_once(user: User) -> None:
    user.take()
    written = user.write(1)

    with pytest.raises(LostRaceError):
        user.write(1)

    assert user.written(1) == written


def test_nothing_can_be_written_into_a_closed_hole(user: User) -> None:
    user.take()
    user.store.requests.void(user.id, 1, LATER)

    with pytest.raises(LostRaceError):
        user.write(1)

    assert user.written(1).status is Status.VOID


def test_a_void_expires_only_if_it_is_told_to(user: User) -> None:
    user.take(2)
    user.store.requests.void(user.id, 1, LATER)
    user.store.requests.void(user.id, 2, LATER, expires_at=expiry(LATER))

    assert [user.written(seq).expires_at for seq in (1, 2)] == [None, expiry(LATER)]
    user.store.requests.schedule_expiry(user.written(1), LATER)
    assert user.written(1).expires_at == expiry(LATER, LEADING_VOID_MS)


def test_a_place_with_a_request_cannot_be_closed(user: User) -> None:
    user.take()
    written = user.write(1)

    with pytest.raises(LostRaceError):
        user.store.requests.void(user.id, 1, LATER)

    assert user.written(1) == written


def test_a_page_is_in_order_and_leaves_holes_out(user: User) -> None:
    user.take(5)
    for seq in (5, 2, 4):
        user.write(seq)
    user.store.requests.void(user.id, 3, LATER)

    assert [r.seq for r in user.store.requests.list_after(user.id, 1, 3)] == [2, 3, 4]
    assert [r.seq for r in user.store.requests.list_after(user.id, 4, 3)] == [5]
    assert user.store.requests.list_after(user.id, 5, 3) == []


def test_requests_are_read_without_their_payloads(user: User) -> None:
    user.send(3)
    done = user.succeed(1)

    page = user.store.requests.list_without_payloads(user.id, 0, 2)

    assert page == [replace(done, payload=""), replace(user.new(2), payload="")]
    assert user.store.requests.list_without_payloads(user.id, 3, 2) == []


def test_large_requests_come_a_few_at_a_time(user: User) -> None:
    user.take(5)
    for seq in range(1, 6):
        user.store.requests.write(replace(user.new(seq), payload=f'"{"x" * 300_000}"'))
    found: list[int] = []

    while page := user.store.requests.list_without_payloads(user.id, found[-1] if found else 0, 10):
        found += [request.seq for request in page]

    assert found == [1, 2, 3, 4, 5]


def test_there_is_no_request_in_a_hole(user: User) -> None:
    user.take()

    assert user.store.requests.get(user.id, 1) is None


def test_a_key_stands_for_the_requests_it_was_written_with(user: User) -> None:
    user.take(3)
    user.store.requests.write(user.new(1, KEY.key), KEY, last=3)

    assert user.store.keys.find(user.id, KEY.key, NOW) == KeyRecord(KEY.fingerprint, first=1, last=3)


def test_keys_of_another_user_are_not_known(user: User) -> None:
    user.take()
    user.write(1, KEY)

    assert user.store.keys.find(User(user.store).id, KEY.key, NOW) is None


def test_a_second_request_with_a_known_key_is_not_written(user: User) -> None:
    user.take(2)
    user.write(1, KEY)

    with pytest.raises(LostRaceError):
        user.write(2, KEY)

    assert user.store.requests.get(user.id, 2) is None


def test_a_key_is_not_noted_if_the_place_is_taken(user: User) -> None:
    user.take()
    user.write(1)

    with pytest.raises(LostRaceError):
        user.write(1, KEY)

    assert user.store.keys.find(user.id, KEY.key, NOW) is None


def test_a_key_lives_as_long_as_the_outcome_of_its_request(user: User) -> None:
    user.take()
    user.write(1, KEY)
    assert user.store.keys.find(user.id, KEY.key, NOW + 10 * WEEK_MS), "it has no outcome yet"

    user.store.requests.schedule_expiry(user.succeed(1), LATER)

    assert user.store.keys.find(user.id, KEY.key, LATER + WEEK_MS - 1_000)
    assert user.store.keys.find(user.id, KEY.key, LATER + WEEK_MS + 1_000) is None


def test_an_expired_key_can_be_used_again(user: User) -> None:
    user.take(2)
    user.write(1, KEY)
    user.store.requests.schedule_expiry(user.succeed(1), LATER)
    late = user.new(2, KEY.key)

    user.store.requests.write(replace(late, enqueued_at=LATER + WEEK_MS + 1_000), KEY, last=2)

    assert user.store.keys.find(user.id, KEY.key, NOW) == KeyRecord(KEY.fingerprint, first=2, last=2)


def test_an_old_request_does_not_end_a_key_that_was_used_again(user: User) -> None:
    user.take(2)
    user.write(1, KEY)
    old = user.succeed(1)
    user.store.requests.schedule_expiry(old, LATER)
    user.store.requests.write(replace(user.new(2, KEY.key), enqueued_at=LATER + WEEK_MS + 1_000), KEY, last=2)

    user.store.requests.schedule_expiry(old, LATER)

    assert user.store.keys.find(user.id, KEY.key, NOW + 10 * WEEK_MS)
