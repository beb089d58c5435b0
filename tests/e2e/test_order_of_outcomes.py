"""Every user's requests: all of them, once each, in the order of acceptance, whoever sends them."""

import random
from concurrent.futures import ThreadPoolExecutor

from local_cloud.api_client import RequestView
from local_cloud.waiting import wait_until
from tests.e2e.users import SignUp, User

CLIENTS = 8
USERS = 10
REQUESTS = 6


def test_rival_clients_get_every_outcome_once_in_the_order_of_acceptance(sign_up: SignUp) -> None:
    """Eight clients send and take for ten users, each client for whichever user comes next.

    Broken would be, for one user: 1 2 4 3 (overtaken), 1 2 4 (lost) or 1 2 2 3 (twice).
    """
    with ThreadPoolExecutor(CLIENTS) as clients:
        users = [job.result() for job in [clients.submit(sign_up) for _ in range(USERS)]]
        turns = [(user, number) for user in users for number in range(REQUESTS)]
        random.Random(2).shuffle(turns)
        accepted = list(clients.map(lambda turn: _send(*turn), turns))
        outcomes = list(clients.map(_take_all, users))

    for user, taken in zip(users, outcomes, strict=True):
        sent = {seq: number for owner, number, seq in accepted if owner == user.user_id}
        assert [outcome["seq"] for outcome in taken] == list(range(1, REQUESTS + 1))
        assert [outcome["result"]["number"] for outcome in taken] == [sent[o["seq"]] for o in taken]
        assert {outcome["status"] for outcome in taken} == {"succeeded"}


def test_the_queue_counts_what_has_happened(user: User) -> None:
    for number in range(3):
        user.session.enqueue("echo", {"number": number})
    assert [user.session.dequeue() is not None for _ in range(2)] == [True, True]

    assert wait_until(lambda: user.session.queue()["head"] == 3, seconds=20)
    queue = user.session.queue()

    assert (queue["tail"], queue["read"], queue["state"]) == (3, 2, "open")
    assert queue["counts"] == {"succeeded": 3, "failed": 0, "cancelled": 0, "expired": 0}


def test_a_request_that_fails_for_good_lets_those_behind_it_go_on(user: User) -> None:
    user.session.enqueue("fail", {"times": 100})
    user.session.enqueue("echo", {"behind": True})

    failed, behind = user.session.dequeue(), user.session.dequeue()

    assert failed is not None
    assert behind is not None
    assert (failed["seq"], failed["status"], failed["attempts"]) == (1, "failed", 3)
    assert failed["error"] is not None
    assert failed["error"]["kind"] == "error"
    assert (behind["seq"], behind["status"], behind["result"]) == (2, "succeeded", {"behind": True})
    assert (failed["finished_at"] or "") <= (behind["started_at"] or "")
    assert wait_until(lambda: user.session.queue()["head"] == 2, seconds=20)
    assert user.session.queue()["counts"] == {"succeeded": 1, "failed": 1, "cancelled": 0, "expired": 0}


def _send(user: User, number: int) -> tuple[str, int, int]:
    """The user's id, the number sent and the seq that it was accepted under."""
    return user.user_id, number, user.session.enqueue("echo", {"number": number})["seq"]


def _take_all(user: User) -> list[RequestView]:
    """Outcomes until there is none, though only as many are expected as were sent."""
    taken: list[RequestView] = []

    def has_all() -> bool:
        if outcome := user.session.dequeue(wait=20):
            taken.append(outcome)
        return len(taken) == REQUESTS

    wait_until(has_all, seconds=120)
    while outcome := user.session.dequeue(wait=1):
        taken.append(outcome)
    return taken
