"""What is answered to who watches the events of a request."""

import json
from typing import Any

import pytest

from chalicelib.core.queueing.handler import declarations
from gurukool import Request, handler
from tests.answers.service import Service
from tests.e2e.users import User


@handler("talk", max_attempts=2)
def talk(payload: int, request: Request) -> None:
    request.progress(0.5, "half")
    for number in range(payload):
        request.emit({"number": number, "text": '"' * 5_000})
    if request.attempts == 1:
        raise ValueError("It broke.")


@pytest.fixture(autouse=True)
def _talk(service: Service) -> None:
    service.handlers.add(declarations(talk)[0])


def watch(user: User, after: int = 0, seq: int = 1, wait: int = 0) -> dict[str, Any]:
    answer = user.session.call("GET", f"/api/queue/requests/{seq}/events?after={after}&wait={wait}")
    assert answer.status == 200, answer.body
    return dict(answer.body)


def numbers(page: dict[str, Any]) -> list[int]:
    return [event["n"] for event in page["events"]]


def test_events_are_numbered_over_all_attempts_and_end_with_the_request(service: Service, user: User) -> None:
    user.session.enqueue("talk", 1)
    assert watch(user) == {"events": [], "ended": False, "next": 0}

    service.work()

    page = watch(user)
    first = page["events"][0]
    assert (first["n"], first["attempt"], first["kind"]) == (1, 1, "progress")
    assert first["data"] == {"fraction": 0.5, "message": "half"}
    assert [(event["attempt"], event["kind"]) for event in page["events"]] == [
        (1, "progress"),
        (1, "output"),
        (2, "progress"),
        (2, "output"),
    ]
    assert (page["ended"], page["next"]) == (True, 4)
    assert watch(user) == page
    assert numbers(watch(user, after=1)) == [2, 3, 4]
    assert watch(user, after=9) == {"events": [], "ended": True, "next": 9}


def test_what_does_not_fit_into_one_answer_follows_in_the_next(service: Service, user: User) -> None:
    user.session.enqueue("talk", 300)
    service.work()

    seen, place, ended = list[int](), 0, False
    while not ended:
        page = watch(user, place)
        assert page["events"]
        assert len(json.dumps(page)) < 2 * 1024 * 1024
        seen += numbers(page)
        place, ended = page["next"], page["ended"]
    assert seen == list(range(1, 603))
    assert numbers(watch(user, after=599)) == [600, 601, 602], "in the middle of a chunk"


def test_a_request_without_events_ends_with_its_outcome(service: Service, user: User) -> None:
    user.session.enqueue("echo", {})
    user.session.enqueue("echo", {})
    assert not watch(user)["ended"]
    user.session.call("POST", "/api/queue/requests/2/cancel")

    assert watch(user, seq=2)["ended"], "before its turn"
    service.work()
    assert watch(user) == {"events": [], "ended": True, "next": 0}


def test_events_are_those_of_a_request_that_is_shown(service: Service, user: User) -> None:
    user.session.enqueue("talk", 1)
    service.work()

    for of, seq in ((user, 2), (service.sign_up(), 1)):
        assert of.session.call("GET", f"/api/queue/requests/{seq}/events").status == 404
    user.session.call("DELETE", "/api/queue")
    assert user.session.call("GET", "/api/queue/requests/1/events").status == 404


def test_a_wait_ends_with_the_first_event(
    service: Service, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock's sleep stands for a worker that writes events meanwhile."""
    user.session.enqueue("talk", 1)
    sleep = service.clock.sleep

    def work(seconds: float) -> None:
        sleep(seconds)
        monkeypatch.undo()
        service.work()

    monkeypatch.setattr(service.clock, "sleep", work)
    begun = service.clock.now()
    assert numbers(watch(user, wait=20)) == [1, 2, 3, 4]
    assert service.clock.now() - begun < 20_000
