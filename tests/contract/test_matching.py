"""Requests of one status or type."""

from dataclasses import replace

import pytest

from chalicelib.core.queueing.matching import Match
from chalicelib.core.queueing.request import Status
from tests.contract.users import LATER, User


@pytest.fixture
def mixed(user: User) -> User:
    """1 succeeded, 2 is queued, 3 is a void, 4 was cancelled, 5 is queued."""
    user.send_mixed()
    user.succeed(1)
    user.store.requests.cancel(user.written(4), LATER)
    return user


@pytest.mark.parametrize(
    ("match", "fitting"),
    [
        (Match(), [1, 2, 4, 5]),
        (Match(Status.QUEUED), [2, 5]),
        (Match(Status.SUCCEEDED), [1]),
        (Match(Status.FAILED), []),
        (Match(type="echo"), [1, 4]),
        (Match(Status.CANCELLED, "echo"), [4]),
        (Match(Status.CANCELLED, "mail"), []),
    ],
)
def test_what_fits_is_found_in_order_without_payloads(mixed: User, match: Match, fitting: list[int]) -> None:
    found = mixed.store.requests.list_matching(mixed.id, 0, 5, 10, match)

    assert found.requests == [replace(mixed.written(seq), payload="") for seq in fitting]
    assert found.at == 5


def test_only_what_is_in_the_range_is_found(mixed: User) -> None:
    found = mixed.store.requests.list_matching(mixed.id, 1, 4, 10, Match())

    assert ([request.seq for request in found.requests], found.at) == ([2, 4], 4)


def test_a_full_page_ends_with_its_last_request(mixed: User) -> None:
    found = mixed.store.requests.list_matching(mixed.id, 0, 5, 1, Match(Status.QUEUED))

    assert ([request.seq for request in found.requests], found.at) == ([2], 2)


@pytest.mark.parametrize("match", [Match(Status.QUEUED), Match(Status.CANCELLED)])
def test_what_does_not_fit_ends_no_list(user: User, match: Match) -> None:
    """Of four, the last one fits."""
    user.take(4)
    for seq in range(1, 5):
        user.write(seq)
    for seq in range(1, 4) if match.status is Status.QUEUED else [4]:
        user.store.requests.cancel(user.written(seq), LATER)
    found, at = list[int](), 0

    while at < 4:
        one = user.store.requests.list_matching(user.id, at, 4, 1, match)
        found += [request.seq for request in one.requests]
        at = one.at

    assert found == [4]


def test_one_read_after_the_other_finds_all(user: User) -> None:
    user.take(5)
    for seq in range(1, 6):
        user.store.requests.write(replace(user.new(seq), payload=f'"{"x" * 390_000}"'))
    found, at = list[int](), 0

    while at < 5:
        one = user.store.requests.list_matching(user.id, at, 5, 10, Match(type="echo"))
        found += [request.seq for request in one.requests]
        assert at < one.at
        at = one.at

    assert found == [1, 2, 3, 4, 5]
