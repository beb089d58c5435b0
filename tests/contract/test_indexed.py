"""Requests of one status or type, found by an index."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.adapters.memory.requests import MemoryRequests
from chalicelib.core.queueing.matching import Found, Match
from chalicelib.core.queueing.progress import Progress
from chalicelib.core.queueing.request import Failure, Outcome, Request, Status
from tests.contract.users import LATER, User

FAILED = Outcome(Status.FAILED, error=Failure("permanent", "It broke."))


def index(user: User, after: int, last: int, limit: int, match: Match) -> Found:
    return user.store.requests.list_indexed(user.id, after, last, limit, match)


def seqs(found: Found) -> list[int]:
    return [request.seq for request in found.requests]


def unkey(user: User, seq: int) -> Request:
    """As an earlier release would have stored it."""
    requests: Any = user.store.requests
    if isinstance(requests, MemoryRequests):
        requests._save(replace(user.written(seq), unkeyed=True))
    else:
        m = requests._requests
        m(user.id, seq).update([m.unsuccessful.remove(), m.typed.remove()])
    return user.written(seq)


@pytest.fixture
def mixed(user: User) -> User:
    """1 succeeded, 2 failed, 3 is a void, 4 was cancelled while it waited, 5 waits."""
    user.send_mixed()
    user.succeed(1)
    user.store.requests.finish(user.begin(2), FAILED, LATER)
    user.store.requests.cancel(user.written(4), LATER)
    return user


@pytest.mark.parametrize(
    ("match", "fitting"),
    [
        (Match(Status.FAILED), [2]),
        (Match(Status.CANCELLED), [4]),
        (Match(Status.EXPIRED), []),
        (Match(Status.FAILED, "mail"), [2]),
        (Match(Status.FAILED, "echo"), []),
        (Match(type="echo"), [1, 4]),
        (Match(Status.QUEUED, "mail"), [5]),
        (Match(Status.SUCCEEDED, "echo"), [1]),
    ],
)
def test_what_fits_is_found_as_it_is_stored_without_payloads(
    mixed: User, match: Match, fitting: list[int]
) -> None:
    found = index(mixed, 0, 5, 10, match)

    assert found.requests == [replace(mixed.written(seq), payload="") for seq in fitting]
    assert found.at == 5


@pytest.mark.parametrize("status", [Status.FAILED, Status.CANCELLED, Status.EXPIRED])
def test_every_way_to_end_without_success_is_in_the_index(user: User, status: Status) -> None:
    user.send(3)
    outcome = replace(FAILED, status=status)
    user.store.requests.finish(user.begin(1), outcome, LATER)
    user.store.requests.settle(user.written(2), outcome, LATER)
    user.store.requests.cancel(user.written(3), LATER)

    found = [seqs(index(user, 0, 3, 10, Match(s))) for s in (status, Status.CANCELLED)]

    assert found == ([[1, 2, 3]] * 2 if status is Status.CANCELLED else [[1, 2], [3]])


@pytest.fixture(params=[1, 2, 5], ids=lambda step: f"every {step}.")
def scattered(user: User, request: pytest.FixtureRequest) -> tuple[User, list[int]]:
    """Five that have failed: one after the other, or with others between them."""
    failing = [seq * request.param for seq in range(1, 6)]
    for last in failing:  # five is the most that may wait
        tail = user.queue.tail
        user.send(last - tail)
        for seq in range(tail + 1, last):
            user.succeed(seq)
        user.store.requests.finish(user.begin(last), FAILED, LATER)
        user.store.queues.advance(user.queue, replace(Progress.none(user.queue, LATER), head=last), LATER)
    return user, failing


@pytest.mark.parametrize("match", [Match(Status.FAILED), Match(Status.FAILED, "echo")])
def test_pages_follow_one_another(scattered: tuple[User, list[int]], match: Match) -> None:
    user, failing = scattered
    found, at, reads = list[int](), 0, 0

    while at < failing[-1]:
        page = index(user, at, failing[-1], 2, match)
        found, at, reads = found + seqs(page), page.at, reads + 1

    assert (found, reads) == (failing, 3)


def test_only_what_is_in_the_range_is_found(scattered: tuple[User, list[int]]) -> None:
    user, failing = scattered

    found = index(user, failing[0], failing[3], 10, Match(Status.FAILED))

    assert (seqs(found), found.at) == (failing[1:4], failing[3])


def test_nobody_finds_the_requests_of_another_user(user: User, mixed: User) -> None:
    other = User(user.store)
    other.sign_in()
    other.take()

    assert seqs(index(other, 0, 5, 10, Match(Status.FAILED))) == []
    assert seqs(index(other, 0, 5, 10, Match(type="echo"))) == []


def test_what_is_deleted_is_not_found(mixed: User) -> None:
    mixed.store.removal.delete_requests(mixed.id)

    assert seqs(index(mixed, 0, 5, 10, Match(Status.FAILED))) == []
    assert seqs(index(mixed, 0, 5, 10, Match(type="echo"))) == []


def test_a_new_queue_can_rely_on_both_indexes_from_the_beginning(user: User) -> None:
    user.send(3)
    user.succeed(1)
    user.store.queues.advance(user.queue, user.progress(user.queue, 1), LATER)

    assert (user.queue.head, user.queue.keyed_above, user.queue.typed_above) == (1, 0, 0)


def test_a_request_gets_its_key_when_it_is_stepped_over(mixed: User) -> None:
    """An earlier release has ended it."""
    old = unkey(mixed, 2)
    assert old.unkeyed
    assert seqs(index(mixed, 0, 5, 10, Match(Status.FAILED))) == []

    mixed.store.requests.schedule_expiry(old, LATER)

    assert seqs(index(mixed, 0, 5, 10, Match(Status.FAILED))) == [2]
    assert mixed.written(2) == replace(old, unkeyed=False), "it expires when it would have"
