"""Reading outcomes and lists: nothing is lost, nothing is too large, nobody reads who has signed out."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.api.queueing.answer_size import ANSWER_LIMIT
from tests.answers.service import Service
from tests.e2e.users import User

OUTCOMES = "/api/queue/outcomes"
ECHO = {"type": "echo"}


def send(user: User, **body: Any) -> None:
    user.session.ask("POST", "/api/queue/enqueue", {**ECHO, **body})


def outcomes(user: User, query: str = "") -> dict[str, Any]:
    found: dict[str, Any] = user.session.ask("GET", OUTCOMES + query)
    return found


def finish(service: Service, user: User, seq: int, **outcome: Any) -> None:
    """Whatever the handler would have said."""
    requests = service.store.tables.requests[user.user_id]
    requests[seq] = replace(requests[seq], **outcome)


def test_a_reader_keeps_its_own_place_and_tells_how_far_it_has_come(service: Service, user: User) -> None:
    for _ in range(3):
        send(user)
    service.work()
    send(user)

    first = outcomes(user, "?limit=2")
    assert [r["seq"] for r in first["outcomes"]] == [1, 2]
    assert [first[name] for name in ("next", "read", "head")] == [2, 0, 3]
    assert first["outcomes"] == user.session.ask("GET", "/api/queue/requests")["requests"][:2]

    assert user.session.ask("POST", "/api/queue/read", {"seq": 2})["read"] == 2
    assert [r["seq"] for r in outcomes(user)["outcomes"]] == [3], "without `after` it goes on from `read`"
    assert outcomes(user, "?after=3") == {"outcomes": [], "next": 3, "read": 2, "head": 3}
    assert user.session.ask("POST", "/api/queue/read", {"seq": 1})["read"] == 2


def test_read_does_not_move_past_the_head(user: User) -> None:
    send(user)

    answer = user.session.call("POST", "/api/queue/read", {"seq": 1})

    assert (answer.status, answer.body["code"]) == (409, "no_outcome_yet")
    assert answer.body["detail"] == "Request 1 has no outcome yet. The last number with an outcome is 0."


def test_a_dequeue_that_cannot_be_answered_loses_nothing(service: Service, user: User) -> None:
    send(user)
    service.work()
    finish(service, user, 1, type="half \udcff")

    assert user.session.call("GET", "/api/queue/dequeue").status == 500
    assert user.session.queue()["read"] == 0


def test_a_page_counts_all_that_it_shows(service: Service, user: User) -> None:
    """As Lambda sends it: a quotation mark in a result takes four characters there, a letter like é six."""
    for _ in range(12):
        send(user)
    service.work()
    for seq in range(1, 13):
        finish(service, user, seq, result='"' + r"\"é" * 30_000 + '"')
    seen: list[int] = []

    while page := user.session.ask("GET", f"/api/queue/requests?after={seen[-1] if seen else 0}")["requests"]:
        assert len(page) == 3
        seen += [request["seq"] for request in page]

    assert seen == list(range(1, 13))
    assert [r["seq"] for r in outcomes(user, "?after=3")["outcomes"]] == [4, 5, 6]


def test_a_replayed_batch_fits_into_one_answer(service: Service, user: User) -> None:
    def batch() -> Any:
        body = {"requests": [ECHO] * 40}
        return user.session.call("POST", "/api/queue/enqueue/batch", body, {"Idempotency-Key": "key"})

    assert batch().status == 202
    service.work()
    assert batch().headers.get("Results-Omitted") is None
    for seq in range(1, 41):
        finish(service, user, seq, result=f'"{"x" * (ANSWER_LIMIT // 39)}"')

    again = batch()

    assert (again.status, again.headers["Results-Omitted"]) == (202, "true")
    assert [(r["seq"], r["status"], r["result"]) for r in again.body["requests"]] == [
        (seq, "succeeded", None) for seq in range(1, 41)
    ]


def test_one_request_is_shown_with_what_its_sender_asked_for(user: User) -> None:
    send(user, payload={"n": [1.0, "é"]}, max_attempts=7, on_failure="halt")
    send(user)

    asked, plain = (user.session.ask("GET", f"/api/queue/requests/{seq}") for seq in (1, 2))

    assert (asked["payload"], asked["max_attempts"], asked["on_failure"]) == ({"n": [1.0, "é"]}, 7, "halt")
    assert (plain["payload"], plain["max_attempts"], plain["on_failure"]) == ({}, None, None)
    assert "payload" not in user.session.ask("GET", "/api/queue/requests")["requests"][0]


def test_a_queue_says_what_it_waits_for(service: Service, user: User) -> None:
    send(user, not_before="2027-01-15T09:00:00Z")
    send(user)

    queue = user.session.queue()

    assert queue["waiting"] == {
        "reason": "not_before",
        "since": "2027-01-15T08:00:00.000Z",
        "seq": 1,
        "until": "2027-01-15T09:00:00.000Z",
        "behind": 1,
        "error": None,
        "stop_requested_at": None,
    }
    assert queue["estimated_wait_seconds"] == 3600
    page = user.session.ask("GET", "/api/queue/requests")["requests"]
    assert [r["estimated_wait_seconds"] for r in page] == [3600, 3600]
    assert user.session.ask("GET", "/api/queue/requests/2")["estimated_wait_seconds"] == 3600
    behind = user.session.ask("GET", "/api/queue/requests?after=1")["requests"]
    assert [r["estimated_wait_seconds"] for r in behind] == [3600]
    enqueued = user.session.ask("POST", "/api/queue/enqueue", ECHO)
    assert (enqueued["position"], enqueued["estimated_wait_seconds"]) == (3, None), "the head is not read"


def test_a_halted_queue_says_why(service: Service, user: User) -> None:
    send(user, type="fail", payload={"times": 9}, max_attempts=1, on_failure="halt")
    send(user)
    service.work()

    waiting = user.session.queue()["waiting"]

    assert (waiting["reason"], waiting["seq"], waiting["behind"]) == ("halted", 1, 1)
    assert waiting["error"]["kind"] == "error"


@pytest.mark.parametrize(
    "path",
    [
        "/api/queue",
        "/api/queue/requests",
        "/api/queue/requests/1",
        "/api/queue/requests/1?wait=5",
        OUTCOMES,
        OUTCOMES + "?wait=5",
        "/api/queue/dequeue",
        "/api/account",
        "/api/auth/sessions",
    ],
)
def test_after_a_sign_out_nothing_can_be_read(service: Service, user: User, path: str) -> None:
    send(user)
    service.work()
    assert user.session.call("GET", path).status == 200
    user.session.call("POST", "/api/auth/logout")

    assert user.session.call("GET", path).status == 401


def test_disabling_and_deletion_end_reading_at_once(service: Service, user: User) -> None:
    service.store.connections.block(user.user_id, service.clock.now())
    assert user.session.call("GET", "/api/queue").status == 401

    service.store.connections.mark_for_removal(user.user_id, service.clock.now())
    service.store.removal.delete_queue(service.store.tables.queues[user.user_id])
    assert user.session.call("GET", "/api/queue").status == 401


def test_requests_are_listed_by_status_and_type(service: Service, user: User) -> None:
    for type_, payload in (("echo", {}), ("fail", {"times": 9}), ("echo", {}), ("echo", {})):
        user.session.ask("POST", "/api/queue/enqueue", {"type": type_, "payload": payload, "max_attempts": 1})
    service.work()
    user.session.ask("POST", "/api/queue/enqueue", {"type": "echo"})

    def listed(query: str) -> tuple[list[int], int | None]:
        page = user.session.ask("GET", f"/api/queue/requests?{query}")
        return [request["seq"] for request in page["requests"]], page["next"]

    assert listed("") == ([1, 2, 3, 4, 5], None)
    assert listed("limit=2") == ([1, 2], 2)
    assert listed("status=failed") == ([2], None)
    assert listed("status=succeeded&limit=2") == ([1, 3], 3)
    assert listed("status=succeeded&limit=2&after=3") == ([4], None)
    assert listed("status=queued") == ([5], None)
    assert listed("type=echo&after=1&limit=1") == ([3], 3)
    assert listed("type=fail&status=queued") == ([], None)
    for wrong in ("status=void", "type=two%20words"):
        assert user.session.call("GET", f"/api/queue/requests?{wrong}").status == 422
