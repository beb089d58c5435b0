"""Calls that wait for an outcome."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event

from local_cloud.api_client import Api, RequestView
from tests.e2e.users import User


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

    assert shown["status"] == "succeeded"
    assert shown == taken


def test_a_page_shows_the_requests_after_a_number(user: User) -> None:
    for number in range(4):
        user.session.enqueue("echo", {"number": number})
    user.session.request(4, wait=20)

    page = user.session.ask("GET", "/api/queue/requests?after=1&limit=2")

    assert [(r["seq"], r["result"]) for r in page["requests"]] == [(2, {"number": 1}), (3, {"number": 2})]


def test_the_api_is_alive(api: Api) -> None:
    assert api.call("GET", "/api/health").body == {"status": "ok"}
