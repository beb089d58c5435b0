"""What is answered while the deployed code cannot take the next request."""

import pytest

from chalicelib.core.queueing.handler import Handler
from tests.answers.service import Service
from tests.e2e.users import User

KEPT: list[Handler] = []


@pytest.fixture
def held(service: Service, user: User) -> User:
    """By request 1, an echo; request 2 waits."""
    for _ in range(2):
        user.session.ask("POST", "/api/queue/enqueue", {"type": "echo", "payload": {"n": 1}})
    remove_echo(service)
    service.work()
    return user


def remove_echo(service: Service) -> None:
    """The code that is deployed has no handler for it."""
    echo = service.handlers.get("echo")
    assert echo
    KEPT[:] = [echo]
    service.handlers.remove("echo")


def statuses(user: User) -> list[str]:
    return [r["status"] for r in user.session.ask("GET", "/api/queue/requests")["requests"]]


def test_a_held_queue_says_so_and_why(held: User) -> None:
    queue = held.session.queue()

    assert queue["state"] == "held"
    assert {key: queue["held"][key] for key in ("seq", "reason", "message")} == {
        "seq": 1,
        "reason": "unknown_type",
        "message": "No handler for 'echo'.",
    }
    assert queue["waiting"]["reason"] == "held"
    assert queue["waiting"]["since"] == queue["held"]["since"]
    assert queue["waiting"]["error"] == {"kind": "unknown_type", "message": "No handler for 'echo'."}
    assert queue["estimated_wait_seconds"] is None
    assert statuses(held) == ["queued"] * 2


def test_a_retry_looks_again_and_all_run_with_the_right_code(service: Service, held: User) -> None:
    assert held.session.call("POST", "/api/queue/requests/1/retry").status == 200
    service.work()
    assert held.session.queue()["state"] == "held"

    service.handlers.add(KEPT[0])
    held.session.ask("POST", "/api/queue/requests/1/retry")
    service.work()

    assert (statuses(held), held.session.queue()["held"]) == (["succeeded"] * 2, None)


def test_a_skip_tells_why_the_request_has_failed(service: Service, held: User) -> None:
    skipped = held.session.ask("POST", "/api/queue/requests/1/skip")

    assert (skipped["status"], skipped["error"]["kind"]) == ("failed", "unknown_type")
    service.work()
    assert statuses(held) == ["failed", "queued"], "the next one is held likewise"
    assert held.session.queue()["held"]["seq"] == 2


def test_administrators_find_and_settle_held_queues(admin: User, held: User) -> None:

    listed = admin.session.ask("GET", "/api/admin/queues?state=held")["queues"]
    stats = admin.session.ask("GET", "/api/admin/stats")["queues"]

    assert [(queue["user_id"], queue["held"]["reason"]) for queue in listed] == [
        (held.user_id, "unknown_type")
    ]
    assert stats["held"] == 1
    path = f"/api/admin/queues/{held.user_id}/requests/1"
    assert admin.session.ask("POST", f"{path}/retry")["status"] == "queued"
    assert admin.session.ask("POST", f"{path}/skip")["status"] == "failed"
