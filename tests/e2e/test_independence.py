"""Users do not wait for each other, and no user is served twice at once."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import pairwise

import pytest

from local_cloud.api_client import RequestView
from local_cloud.waiting import wait_until
from tests.e2e.users import SignUp, User

CROWD = 18  # more than there are quick workers on a local cloud, and more than twice the slow ones
USERS = 8
REQUESTS = 3
# How long the requests of a round take, in seconds: a busy machine may start its workers so slowly that short
# requests do not overlap.
ROUNDS = (1, 2, 4, 8)


@pytest.fixture(scope="module")
def crowd(sign_up: SignUp) -> list[User]:
    with ThreadPoolExecutor(USERS) as clients:
        return list(clients.map(lambda _: sign_up(), range(CROWD)))


def test_users_are_served_at_the_same_time_but_each_one_request_at_a_time(crowd: list[User]) -> None:
    """24 seconds of work in the first round; `make bench` measures in how many it is done."""
    assert any(_round(crowd[:USERS], *each) > USERS // 2 for each in enumerate(ROUNDS))


def test_requests_that_take_long_do_not_keep_those_of_a_stranger_waiting(
    crowd: list[User], user: User
) -> None:
    with ThreadPoolExecutor(USERS) as clients:
        slow = list(clients.map(lambda one: one.session.enqueue("sleep", {"seconds": 20})["seq"], crowd))
        user.session.enqueue("echo", {})
        outcome = user.session.dequeue()
        standing = list(clients.map(lambda one, seq: one.session.request(seq)["status"], crowd, slow))
        list(clients.map(_stop, crowd, slow))

    assert outcome is not None
    assert outcome["status"] == "succeeded"
    assert "queued" in standing, "some of the crowd, who came before, still wait for a slow worker"


def _round(users: list[User], number: int, seconds: int) -> int:
    """How many requests were running at once; those of each user have run in order, one at a time."""
    with ThreadPoolExecutor(USERS) as clients:
        lanes = list(clients.map(partial(_sleep, seconds), users))
    for lane in lanes:
        assert [outcome["seq"] - number * REQUESTS for outcome in lane] == [1, 2, 3]
        for first, second in pairwise(lane):
            assert _finish(first) <= _start(second)
    return _most_at_once(lanes)


def _stop(user: User, seq: int) -> None:
    """Or refuses to, if it has ended."""
    user.session.call("POST", f"/api/queue/requests/{seq}/stop")


def _sleep(seconds: int, user: User) -> list[RequestView]:
    """All outcomes, in order. A worker that did not start in time is missed by the sweeper a minute later."""
    for _ in range(REQUESTS):
        user.session.enqueue("sleep", {"seconds": seconds})
    taken = list[RequestView]()

    def has_all() -> bool:
        if outcome := user.session.dequeue():
            taken.append(outcome)
        return len(taken) == REQUESTS

    wait_until(has_all, seconds=120)
    return taken


def _most_at_once(lanes: list[list[RequestView]]) -> int:
    """How many requests were running at the moment when most of them were."""
    outcomes = [outcome for lane in lanes for outcome in lane]
    return max(
        sum(_start(other) <= _start(outcome) < _finish(other) for other in outcomes) for outcome in outcomes
    )


def _start(outcome: RequestView) -> str:
    return outcome["started_at"] or "never"


def _finish(outcome: RequestView) -> str:
    return outcome["finished_at"] or ""
