"""Requests with a slot: each becomes its slot's last one, and one that is superseded is not begun."""

from dataclasses import replace

import pytest

from chalicelib.core.errors import LostRaceError
from chalicelib.core.queueing.idempotency import IdempotencyKey
from chalicelib.core.queueing.request import Outcome, Request, Status
from chalicelib.core.queueing.slots import IfBusy, SlotRecord
from tests.contract.users import LATER, NOW, User, assert_refused

KEY = IdempotencyKey("key", "fingerprint")


def new(user: User, seq: int, before: int | None, if_busy: IfBusy = IfBusy.QUEUE) -> Request:
    return replace(user.new(seq), slot="doc 3", if_busy=if_busy, slot_before=before)


def record(user: User) -> SlotRecord | None:
    return user.store.requests.find_slot(user.id, "doc 3")


@pytest.fixture
def first(user: User) -> Request:
    """The request with number 1, in the slot; there are two more numbers."""
    user.take(3)
    request = new(user, 1, None)
    user.store.requests.write(request)
    return request


def test_a_request_becomes_the_last_one_in_its_slot(user: User, first: Request) -> None:
    assert (user.written(1), record(user)) == (first, SlotRecord(1))

    user.store.requests.write(new(user, 2, 1, IfBusy.REPLACE))
    assert record(user) == SlotRecord(2, replaced=1)

    user.store.requests.write(new(user, 3, 2))
    assert record(user) == SlotRecord(3, replaced=1), "what was superseded stays so"
    assert user.store.requests.find_slot(user.id, "doc") is None


def test_a_request_is_not_written_if_another_has_entered_its_slot(user: User, first: Request) -> None:
    assert_refused(
        lambda: user.store.requests.write(new(user, 2, None)),
        lambda: user.store.requests.write(new(user, 2, 7)),
        lambda: user.store.requests.write(new(user, 2, None, IfBusy.REPLACE), KEY, last=2),
    )
    assert (user.store.requests.get(user.id, 2), record(user)) == (None, SlotRecord(1))
    assert user.store.keys.find(user.id, KEY.key, NOW) is None


def test_a_slot_is_not_entered_if_the_place_or_the_key_is_taken(user: User, first: Request) -> None:
    user.store.requests.void(user.id, 2, NOW)
    with pytest.raises(LostRaceError):
        user.store.requests.write(new(user, 2, 1))
    user.store.requests.write(replace(new(user, 3, 1), key=KEY.key), KEY, last=3)
    user.take()

    with pytest.raises(LostRaceError):
        user.store.requests.write(replace(new(user, 4, 3), key=KEY.key), KEY, last=4)

    assert record(user) == SlotRecord(3)


def test_a_superseded_request_is_not_begun_and_the_one_that_replaces_it_is(
    user: User, first: Request
) -> None:
    user.store.requests.write(new(user, 2, 1, IfBusy.REPLACE))
    user.store.requests.write(new(user, 3, 2))

    with pytest.raises(LostRaceError):
        user.begin(1)
    assert user.written(1) == first

    superseded = user.store.requests.settle(first, Outcome(Status.CANCELLED, superseded_by=2), LATER)
    assert (superseded.superseded_by, user.written(1)) == (2, superseded)
    assert [user.begin(seq).status for seq in (2, 3)] == [Status.RUNNING] * 2


def test_only_one_of_two_who_saw_the_same_can_begin_a_request_with_a_slot(user: User, first: Request) -> None:
    running = user.begin(1)

    with pytest.raises(LostRaceError):
        user.store.requests.begin(first, "other", NOW, LATER)

    assert user.written(1) == running


def test_a_slot_is_deleted_only_while_no_later_request_has_entered_it(user: User, first: Request) -> None:
    user.store.requests.write(new(user, 2, 1))
    with pytest.raises(LostRaceError):
        user.store.requests.delete_slot(user.id, "doc 3", 1)
    assert record(user) == SlotRecord(2)

    user.store.requests.delete_slot(user.id, "doc 3", 2)

    assert record(user) is None
    with pytest.raises(LostRaceError):
        user.store.requests.delete_slot(user.id, "doc 3", 2)
    assert user.begin(2).status is Status.RUNNING, "without a slot, nothing is superseded"


def test_a_users_slots_are_removed_with_their_requests(user: User, first: Request) -> None:
    assert user.store.removal.delete_requests(user.id)

    assert record(user) is None
