"""What is answered to who sends requests."""

import logging
from collections.abc import Mapping
from typing import Any

import pytest

from local_cloud.api_client import Answer
from tests.answers.service import Service
from tests.e2e.users import User

ECHO = {"type": "echo", "payload": {"n": 1}}
ROOM = {"QUEUE_LIMIT": "3"}


def send(user: User, body: Any, **headers: str) -> Answer:
    path = "/api/queue/enqueue/batch" if "requests" in body else "/api/queue/enqueue"
    return user.session.call("POST", path, body, headers)


def test_a_request_that_was_accepted_is_answered_with_its_address_and_all_that_is_known_of_it(
    service: Service, user: User
) -> None:
    answer = send(user, ECHO)

    assert (answer.status, answer.headers["Location"]) == (202, "requests/1")
    assert user.session.request(1).items() >= answer.body.items()
    assert answer.body | {"enqueued_at": ""} == {
        "seq": 1,
        "type": "echo",
        "status": "queued",
        "attempts": 0,
        "enqueued_at": "",
        "not_before": None,
        "start_before": None,
        "started_at": None,
        "finished_at": None,
        "result": None,
        "error": None,
        "origin": None,
        "slot": None,
        "superseded_by": None,
        "position": 1,
        "estimated_wait_seconds": 0,
        "stop_requested_at": None,
        "stopped_by": None,
    }


def test_a_batch_is_answered_with_all_its_requests_and_the_address_of_the_first(user: User) -> None:
    send(user, ECHO)

    answer = send(user, {"requests": [ECHO] * 3})

    assert (answer.status, answer.headers["Location"]) == (202, "../requests/2")
    assert answer.body.keys() == {"requests"}
    assert [(r["seq"], r["status"], r["position"]) for r in answer.body["requests"]] == [
        (2, "queued", 2),
        (3, "queued", 3),
        (4, "queued", 4),
    ]


def test_a_batch_of_one_is_answered_as_a_batch(user: User) -> None:
    answer = send(user, {"requests": [ECHO]})

    assert [request["seq"] for request in answer.body["requests"]] == [1]


@pytest.mark.parametrize("body", [ECHO, {"requests": [ECHO] * 2}])
def test_a_call_that_is_repeated_with_its_key_gets_the_same_answer_and_is_told_so(
    user: User, body: Mapping[str, Any]
) -> None:
    first, again = (send(user, body, **{"Idempotency-Key": "key"}) for _ in range(2))

    assert (again.status, again.body) == (202, first.body)
    assert again.headers["Location"] == first.headers["Location"]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers


@pytest.mark.parametrize("settings", [ROOM])
@pytest.mark.parametrize(("count", "left"), [(1, 0), (2, 1), (3, 2)])
def test_a_full_queue_refuses_what_it_has_no_room_for_and_says_when_to_come_back(
    user: User, count: int, left: int
) -> None:
    for _ in range(3 - left):
        assert send(user, ECHO).status == 202

    answer = send(user, {"requests": [ECHO] * count})

    assert (answer.status, answer.headers["Retry-After"]) == (429, "1")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.body == {
        "type": "about:blank",
        "title": "Too Many Requests",
        "code": "queue_full",
        "status": 429,
        "detail": f"The queue is full: {3 - left} requests are waiting, and there is room for {left} more.",
    }
    assert user.session.queue()["tail"] == 3 - left, "all or none"


@pytest.mark.parametrize("settings", [ROOM])
def test_a_batch_that_can_never_have_room_is_refused_for_good(user: User) -> None:
    answer = send(user, {"requests": [ECHO] * 4})

    assert answer.status == 422
    assert answer.body["detail"] == "4 requests at once are more than the queue has room for: 3."


@pytest.mark.parametrize("settings", [ROOM])
def test_a_full_queue_says_to_come_back_when_there_is_likely_to_be_room(service: Service, user: User) -> None:
    user.session.enqueue("sleep", {"seconds": 7})
    service.work()
    for _ in range(2):
        send(user, ECHO)

    answer = send(user, {"requests": [ECHO] * 3})

    assert (answer.status, answer.headers["Retry-After"]) == (429, "14"), "two must go, of seven seconds each"


@pytest.mark.parametrize("settings", [ROOM])
def test_a_full_queue_takes_more_once_its_requests_have_run(service: Service, user: User) -> None:
    for _ in range(3):
        send(user, ECHO)
    assert send(user, ECHO).status == 429

    service.work()

    assert send(user, ECHO).status == 202


def test_what_is_accepted_is_one_line_of_the_log(user: User, caplog: pytest.LogCaptureFixture) -> None:
    """Each byte of a log costs: a line for each of a batch would be a third of what all its lines cost."""
    other = {"type": "sleep", "payload": {"seconds": 0}}

    with caplog.at_level(logging.INFO, logger="gurukool"):
        send(user, ECHO)
        send(user, {"requests": [ECHO, other, ECHO]})

    told = [record.fields for record in caplog.records if record.message.endswith("accepted")]  # type: ignore[attr-defined]
    assert told == [
        {"user": user.user_id, "seq": 1, "type": "echo"},
        {"user": user.user_id, "seq": 2, "last_seq": 4, "types": {"echo": 2, "sleep": 1}},
    ]
