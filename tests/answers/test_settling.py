"""What is answered to who retries, skips, cancels, purges and deletes."""

from typing import Any

import pytest

from local_cloud.api_client import Answer
from tests.answers.service import Service
from tests.e2e.users import User

FAILS = {"type": "fail", "payload": {"times": 1}, "max_attempts": 1}
HALTS = {**FAILS, "on_failure": "halt"}


def send(user: User, **body: Any) -> None:
    user.session.ask("POST", "/api/queue/enqueue", {"type": "echo", **body})


def settle(user: User, seq: int, how: str) -> Answer:
    return user.session.call("POST", f"/api/queue/requests/{seq}/{how}")


def refused(answer: Answer) -> tuple[int, str]:
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.body["status"] == answer.status
    return answer.status, answer.body["detail"]


@pytest.fixture
def halted(service: Service, user: User) -> User:
    """By request 1; request 2 waits."""
    send(user, **HALTS)
    send(user)
    service.work()
    assert user.session.queue()["state"] == "halted"
    return user


def test_the_halted_head_is_retried_in_its_place_and_answered_as_it_is_now(
    service: Service, halted: User
) -> None:
    answer = settle(halted, 1, "retry")

    assert (answer.status, "Location" in answer.headers) == (200, False)
    shown = {key: answer.body[key] for key in ("seq", "status", "attempts", "position", "error", "origin")}
    assert shown == {
        "seq": 1,
        "status": "queued",
        "attempts": 1,
        "position": 1,
        "error": None,
        "origin": None,
    }
    assert halted.session.queue()["state"] == "open"
    service.work()
    assert [r["status"] for r in requests(halted)] == ["succeeded"] * 2


def test_an_older_failed_request_is_retried_as_a_new_one_that_has_an_address(
    service: Service, user: User
) -> None:
    send(user, **FAILS)
    service.work()

    answer = settle(user, 1, "retry")

    assert (answer.status, answer.headers["Location"]) == (202, "../2"), "from its own path"
    assert (answer.body["seq"], answer.body["origin"], answer.body["status"]) == (2, 1, "queued")
    assert user.session.request(2).items() >= answer.body.items()


@pytest.mark.parametrize("status", ["queued", "running", "succeeded", "cancelled"])
@pytest.mark.parametrize("how", ["retry", "skip"])
def test_what_has_neither_failed_nor_halts_the_queue_is_neither_retried_nor_skipped(
    service: Service, user: User, how: str, status: str
) -> None:
    send(user)
    bring_about(service, user, status)

    detail = f"Request 1 does not halt or hold the queue: it is {status}."
    assert refused(settle(user, 1, how)) == (409, detail)
    assert user.session.request(1)["status"] == status


def test_what_has_failed_is_not_skipped_again(service: Service, user: User) -> None:
    send(user, **FAILS)
    service.work()

    assert refused(settle(user, 1, "skip")) == (
        409,
        "Request 1 does not halt or hold the queue: it is failed.",
    )


@pytest.mark.parametrize("settings", [{"QUEUE_LIMIT": "1"}])
def test_a_failed_request_is_not_retried_while_the_queue_is_full(service: Service, user: User) -> None:
    send(user, **FAILS)
    service.work()
    send(user)

    answer = settle(user, 1, "retry")

    assert refused(answer)[0] == 429
    assert answer.headers["Retry-After"] == "1"
    assert user.session.queue()["tail"] == 2


@pytest.mark.parametrize("settings", [{"QUEUE_LIMIT": "2"}])
def test_the_halted_head_is_retried_even_if_the_queue_is_full(halted: User) -> None:
    assert settle(halted, 1, "retry").status == 200


@pytest.mark.parametrize("status", ["running", "succeeded", "cancelled"])
def test_what_has_begun_or_ended_is_not_cancelled_any_more(service: Service, user: User, status: str) -> None:
    send(user)
    bring_about(service, user, status)

    assert refused(settle(user, 1, "cancel")) == (409, f"Request 1 cannot be cancelled: it is {status}.")
    assert user.session.request(1)["status"] == status


@pytest.mark.parametrize(("method", "path"), [("POST", "/api/queue/purge"), ("DELETE", "/api/queue")])
def test_a_purge_opens_a_halted_queue_and_its_answer_shows_that(
    service: Service, halted: User, method: str, path: str
) -> None:
    answer = halted.session.call(method, path)

    assert (answer.status, answer.body["state"], answer.body["tail"]) == (200, "open", 2)
    assert answer.body == halted.session.queue()
    service.work()
    queue = halted.session.queue()
    assert queue["counts"] == {"succeeded": 0, "failed": 0, "cancelled": 2, "expired": 0}
    assert (queue["state"], queue["depth"]) == ("open", 0)
    assert [r["status"] for r in requests(halted)] == ([] if method == "DELETE" else ["cancelled"] * 2)


def requests(user: User) -> Any:
    return user.session.ask("GET", "/api/queue/requests")["requests"]


def bring_about(service: Service, user: User, status: str) -> None:
    """Of the first request."""
    if status == "running":
        service.begin(user, 1)
    elif status == "succeeded":
        service.work()
    elif status == "cancelled":
        assert settle(user, 1, "cancel").status == 200
