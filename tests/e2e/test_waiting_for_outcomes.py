"""Calls that wait for an outcome."""

import time
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from threading import Event

import pytest
from urllib3 import Timeout
from urllib3.exceptions import ReadTimeoutError

from chalicelib.version import VERSION
from local_cloud.api_client import Api, RequestView, Session
from tests.conftest import DeployedStack
from tests.e2e.users import User

OUTCOMES = "/api/queue/outcomes"


def test_dequeue_answers_204_when_there_is_no_outcome(user: User) -> None:
    assert user.session.call("GET", "/api/queue/dequeue?wait=0").status == 204
    asked = time.monotonic()
    assert user.session.call("GET", "/api/queue/dequeue?wait=1").status == 204
    assert time.monotonic() - asked >= 1


def test_a_waiting_dequeue_gets_the_outcome_of_a_request_sent_later(user: User) -> None:
    begun = Event()

    def dequeue() -> RequestView | None:
        begun.set()
        return user.session.dequeue()

    with ThreadPoolExecutor(1) as clients:
        waiting = clients.submit(dequeue)
        begun.wait()
        # Takes its time, so that the dequeue has long arrived, and found nothing, when there is an outcome.
        sent = user.session.enqueue("sleep", {"seconds": 1})
        taken = waiting.result()

    assert taken is not None
    assert (taken["seq"], taken["result"]) == (sent["seq"], {"seconds": 1})


def test_a_request_that_was_accepted_is_queued_first_in_line_and_has_an_address(user: User) -> None:
    answer = user.session.call("POST", "/api/queue/enqueue", {"type": "echo", "payload": {}})

    assert answer.status == 202
    assert answer.headers["Location"].endswith("requests/1")
    assert {k: answer.body[k] for k in ("seq", "type", "status", "attempts", "position", "result")} == {
        "seq": 1,
        "type": "echo",
        "status": "queued",
        "attempts": 0,
        "position": 1,
        "result": None,
    }


def test_waiting_for_a_request_shows_it_with_its_outcome_and_leaves_it_to_be_dequeued(user: User) -> None:
    user.session.enqueue("sleep", {"seconds": 0.2})

    shown = user.session.request(1, wait=20)
    taken = user.session.dequeue(wait=0)

    assert taken is not None
    assert shown["status"] == "succeeded"
    assert shown.items() >= taken.items()


def test_a_reader_that_gives_up_early_and_asks_again_loses_nothing(stack: DeployedStack, user: User) -> None:
    """Its first call waits on after the reader has gone, and takes nothing away."""
    with Api(stack.api_url, timeout=Timeout(total=0.5)) as impatient, pytest.raises(ReadTimeoutError):
        Session(impatient, user.session.access_token).call("GET", f"{OUTCOMES}?wait=5")
    user.session.enqueue("echo", {"n": 1})
    user.session.enqueue("echo", {"n": 2})
    user.session.request(2, wait=20)

    found = user.session.ask("GET", f"{OUTCOMES}?wait=5")

    assert ([r["seq"] for r in found["outcomes"]], found["read"]) == ([1, 2], 0)


def test_a_third_waiting_call_of_a_session_is_answered_at_once(user: User) -> None:
    with ThreadPoolExecutor(3) as clients:
        list(clients.map(lambda _: user.session.queue(), range(3)))  # three environments have started
        calls = [clients.submit(user.session.call, "GET", "/api/queue/dequeue?wait=20") for _ in range(3)]
        answered, waiting = wait(calls, timeout=15, return_when=FIRST_COMPLETED)
        for number in range(2):  # ends the waits
            user.session.enqueue("echo", {"n": number})

    assert [call.result().status for call in answered] == [204]
    assert [call.result().status for call in waiting] == [200, 200]


def test_others_are_served_while_many_calls_of_one_user_would_wait(user: User, another: User) -> None:
    """`python -m tests.bench.others` measures what others notice of 500."""
    with ThreadPoolExecutor(8) as clients:
        waiting = [clients.submit(user.session.call, "GET", f"{OUTCOMES}?wait=20") for _ in range(8)]
        another.session.enqueue("echo", {"n": 1})
        served = another.session.dequeue()
        still_waiting = sum(not call.done() for call in waiting)
        user.session.enqueue("echo", {"n": 2})  # ends the waits
        answers = [call.result() for call in waiting]

    assert served is not None
    assert served["status"] == "succeeded"
    assert still_waiting > 0, "they were to wait meanwhile"
    assert {answer.status for answer in answers} == {200}


def test_a_page_shows_the_requests_after_a_number(user: User) -> None:
    for number in range(4):
        user.session.enqueue("echo", {"number": number})
    user.session.request(4, wait=20)

    page = user.session.ask("GET", "/api/queue/requests?after=1&limit=2")

    assert [(r["seq"], r["result"]) for r in page["requests"]] == [(2, {"number": 1}), (3, {"number": 2})]


def test_the_api_is_alive(api: Api) -> None:
    assert api.call("GET", "/api/health").body == {"status": "ok", "version": VERSION}
