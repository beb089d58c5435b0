"""What is answered to who schedules requests."""

from typing import Any

import pytest

from chalicelib.adapters.runtime.logs import iso
from tests.answers.service import Service
from tests.e2e.users import User

ECHO = {"type": "echo", "payload": {"n": 1}}


def schedule(service: Service, user: User, seconds: float, key: str | None = None) -> Any:
    moment = iso(service.clock.now() + round(seconds * 1000))
    headers = {"Idempotency-Key": key} if key else {}
    return user.session.call("POST", "/api/queue/scheduled", ECHO | {"enter_at": moment}, headers)


def test_what_is_scheduled_is_listed_and_shown_until_it_enters(service: Service, user: User) -> None:
    answer = schedule(service, user, 60)
    later = schedule(service, user, 90).body

    id_ = answer.body["id"]
    assert (answer.status, answer.headers["Location"]) == (202, f"scheduled/{id_}")
    assert answer.body == {
        "id": id_,
        "type": "echo",
        "enter_at": iso(service.clock.now() + 60_000),
        "seq": None,
        "not_before": None,
        "max_attempts": None,
        "on_failure": None,
        "follows": None,
        "callback": None,
    }
    assert user.session.ask("GET", "/api/queue/scheduled") == {
        "scheduled": [answer.body, later],
        "next": later["id"],
    }
    assert user.session.ask("GET", f"/api/queue/scheduled?after={id_}&limit=1")["scheduled"] == [later]
    assert user.session.ask("GET", f"/api/queue/scheduled/{id_}") == answer.body | {"payload": {"n": 1}}

    service.clock.advance(60_000)
    service.container.queueing.sweep(1)

    assert user.session.call("GET", f"/api/queue/scheduled/{id_}").status == 404
    entered = user.session.ask("GET", "/api/queue/requests/1")
    assert (entered["payload"], entered["follows"]) == ({"n": 1}, None)


def test_what_is_due_already_is_answered_with_its_number(service: Service, user: User) -> None:
    answer = schedule(service, user, 0)

    assert (answer.status, answer.body["seq"], answer.headers["Location"]) == (202, 1, "requests/1")


def test_a_repeated_call_is_answered_like_the_first_and_with_its_number_when_there_is_one(
    service: Service, user: User
) -> None:
    moment = {"enter_at": iso(service.clock.now() + 60_000)}
    answers = [
        user.session.call("POST", "/api/queue/scheduled", ECHO | moment, {"Idempotency-Key": "k"})
        for _ in range(2)
    ]
    assert answers[1].body == answers[0].body
    assert "Idempotency-Replayed" not in answers[0].headers
    assert answers[1].headers["Idempotency-Replayed"] == "true"

    service.clock.advance(60_000)
    service.container.queueing.sweep(1)
    again = user.session.call("POST", "/api/queue/scheduled", ECHO | moment, {"Idempotency-Key": "k"})

    assert again.body == answers[0].body | {"seq": 1}
    other = schedule(service, user, 99, key="k")
    assert (other.status, other.body["code"]) == (422, "key_reused")
    sent = user.session.call("POST", "/api/queue/enqueue", ECHO, {"Idempotency-Key": "k"})
    assert (sent.status, sent.body["code"]) == (422, "key_reused")


def test_what_was_deleted_is_gone(service: Service, user: User) -> None:
    id_ = schedule(service, user, 60).body["id"]

    assert user.session.call("DELETE", f"/api/queue/scheduled/{id_}").status == 204
    again = user.session.call("DELETE", f"/api/queue/scheduled/{id_}")
    assert (again.status, again.body["code"]) == (404, "not_found")
    assert user.session.ask("GET", "/api/queue/scheduled") == {"scheduled": [], "next": ""}


def test_deleting_the_history_deletes_what_is_scheduled(service: Service, user: User) -> None:
    schedule(service, user, 60)

    user.session.call("DELETE", "/api/queue")

    assert user.session.ask("GET", "/api/queue/scheduled")["scheduled"] == []


def test_deleting_the_history_purges_even_if_there_is_no_time_for_all_that_is_scheduled(
    service: Service, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    user.session.ask("POST", "/api/queue/enqueue", ECHO)
    ids = [schedule(service, user, seconds).body["id"] for seconds in (60, 70, 80)]
    entries, delete = service.store.entries, service.store.entries.delete

    def slow(*args: Any) -> None:
        service.clock.advance(10_000)
        delete(*args)

    monkeypatch.setattr(entries, "delete", slow)

    answer = user.session.call("DELETE", "/api/queue")

    assert (answer.status, answer.body["code"], answer.headers["Retry-After"]) == (503, "unavailable", "1")
    assert "Repeat the call" in answer.body["detail"]
    assert user.session.ask("GET", "/api/queue/requests")["requests"] == []
    assert [each["id"] for each in user.session.ask("GET", "/api/queue/scheduled")["scheduled"]] == ids[2:]

    assert user.session.call("DELETE", "/api/queue").status == 200
    assert user.session.ask("GET", "/api/queue/scheduled")["scheduled"] == []


@pytest.mark.parametrize(
    ("path", "body", "fault"),
    [
        ("scheduled", ECHO, "enter_at is missing"),
        ("scheduled", ECHO | {"enter_at": "2099-01-01T00:00:00Z"}, "enter_at must be at most 366 days ahead"),
        ("scheduled", ECHO | {"enter_at": "2027-01-15T08:00:00"}, "enter_at"),
        ("enqueue", ECHO | {"enter_at": "2027-01-15T08:00:00Z"}, "schedule requests at /api/queue/scheduled"),
    ],
)
def test_what_cannot_be_scheduled_is_refused(user: User, path: str, body: Any, fault: str) -> None:
    answer = user.session.call("POST", f"/api/queue/{path}", body)

    assert (answer.status, answer.body["code"]) == (422, "invalid_input")
    assert fault in answer.body["detail"]


def test_nobody_sees_or_deletes_what_is_another_users(service: Service, user: User) -> None:
    id_ = schedule(service, user, 60).body["id"]
    other = service.sign_up()

    for method in ("GET", "DELETE"):
        assert other.session.call(method, f"/api/queue/scheduled/{id_}").status == 404
    assert other.session.ask("GET", "/api/queue/scheduled")["scheduled"] == []
