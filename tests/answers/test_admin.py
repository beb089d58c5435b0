"""What administrators are answered about one user's queue and account."""

from typing import Any

import pytest

from local_cloud.api_client import Answer, Api
from tests.answers.service import Service
from tests.e2e.users import User

HALTS = {"type": "fail", "payload": {"times": 1}, "max_attempts": 1, "on_failure": "halt"}
NOBODY = "0" * 32
DEEDS = ["pause", "resume", "purge", "requests/1/retry", "requests/1/skip", "requests/1/stop"]


def send(user: User, **body: Any) -> None:
    user.session.ask("POST", "/api/queue/enqueue", {"type": "echo", **body})


def queue_call(admin: User, user_id: str, deed: str = "") -> Answer:
    method, path = ("POST", f"/{deed}") if deed else ("GET", "")
    return admin.session.call(method, f"/api/admin/queues/{user_id}{path}")


def halt(service: Service, user: User) -> None:
    """By request 1; request 2 waits."""
    send(user, **HALTS)
    send(user)
    service.work()
    assert user.session.queue()["state"] == "halted"


def test_a_users_queue_is_shown_with_all_its_numbers(service: Service, admin: User, user: User) -> None:
    for seconds in (2, 2, 1):
        user.session.enqueue("sleep", {"seconds": seconds})
        service.work()
    user.session.dequeue(wait=0)
    send(user)

    answer = queue_call(admin, user.user_id)

    assert (answer.status, answer.body) == (
        200,
        {
            "user_id": user.user_id,
            "username": user.username,
            "state": "open",
            "paused_by": None,
            "halted_by": None,
            "held": None,
            "callbacks": None,
            "tail": 4,
            "head": 3,
            "read": 1,
            "depth": 1,
            "sessions": 1,
            "counts": {"succeeded": 3, "failed": 0, "cancelled": 0, "expired": 0},
            "average_seconds": 1.8,
            "moved_at": "2027-01-15T08:00:05.000Z",
            "barred": False,
            "leaving": False,
        },
    )


def test_a_user_who_is_being_deleted_has_no_sessions(service: Service, admin: User, user: User) -> None:
    service.store.connections.mark_for_removal(user.user_id, service.clock.now())

    answer = queue_call(admin, user.user_id)

    assert (answer.body["leaving"], answer.body["sessions"]) == (True, 0)


@pytest.mark.parametrize("deed", ["", *DEEDS])
def test_a_user_without_a_queue_is_not_found(admin: User, deed: str) -> None:
    answer = queue_call(admin, NOBODY, deed)

    assert (answer.status, answer.body["detail"]) == (404, "This user has no queue.")
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("deed", ["requests/7/retry", "requests/7/skip"])
def test_a_request_that_a_user_never_sent_is_not_found(admin: User, user: User, deed: str) -> None:
    assert queue_call(admin, user.user_id, deed).status == 404


@pytest.mark.parametrize("deed", ["pause", "resume", "requests/2/retry", "requests/2/skip"])
def test_what_a_halted_queue_does_not_allow_its_user_it_does_not_allow_administrators_either(
    service: Service, admin: User, user: User, deed: str
) -> None:
    halt(service, user)

    answer = queue_call(admin, user.user_id, deed)

    assert answer.status == 409
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert user.session.queue()["state"] == "halted"
    assert queue_call(admin, user.user_id).body["halted_by"] == 1
    actions = {entry["action"] for entry in admin.session.ask("GET", "/api/admin/audit")["entries"]}
    action = {"requests/2/retry": "retry request 2", "requests/2/skip": "skip request 2"}.get(
        deed, f"{deed} queue"
    )
    assert actions == {action, f"refused: {action}"}


def test_a_user_cannot_resume_what_an_administrator_has_paused(api: Api, admin: User, user: User) -> None:
    assert queue_call(admin, user.user_id, "pause").body["paused_by"] == "administrator"

    answer = user.session.call("POST", "/api/queue/resume")

    assert (answer.status, answer.body["code"]) == (409, "paused_by_administrator")
    user.session.sign_out()
    assert queue_call(admin, user.user_id).body["state"] == "closed"
    assert api.sign_in(user.username, user.password).queue()["state"] == "paused"


@pytest.mark.parametrize(("state", "deeds"), [("paused", ["pause"]), ("open", ["pause", "resume"])])
def test_pausing_and_resuming_are_answered_with_the_queue(
    admin: User, user: User, state: str, deeds: list[str]
) -> None:
    for deed in deeds:
        answer = queue_call(admin, user.user_id, deed)

    assert (answer.status, answer.body["state"], user.session.queue()["state"]) == (200, state, state)
    assert answer.body == queue_call(admin, user.user_id).body


def test_a_purge_is_answered_with_the_queue_and_cancels_all_that_waits(
    service: Service, admin: User, user: User
) -> None:
    halt(service, user)

    answer = queue_call(admin, user.user_id, "purge")
    service.work()

    assert (answer.status, answer.body["state"], answer.body["tail"]) == (200, "open", 2)
    assert queue_call(admin, user.user_id).body["counts"] == {
        "succeeded": 0,
        "failed": 0,
        "cancelled": 2,
        "expired": 0,
    }


@pytest.mark.parametrize(
    ("how", "statuses"), [("retry", ("queued", "succeeded")), ("skip", ("failed", "failed"))]
)
def test_the_request_that_halts_a_queue_is_settled_and_answered_and_the_next_one_goes_on(
    service: Service, admin: User, user: User, how: str, statuses: tuple[str, str]
) -> None:
    halt(service, user)

    answer = queue_call(admin, user.user_id, f"requests/1/{how}")
    service.work()

    assert (answer.status, answer.body["seq"]) == (200, 1)
    assert (answer.body["status"], user.session.request(1)["status"]) == statuses
    assert user.session.request(2)["status"] == "succeeded"


@pytest.mark.parametrize("deed", ["disable", "enable"])
def test_an_account_that_there_is_not_can_be_neither_disabled_nor_enabled(admin: User, deed: str) -> None:
    answer = admin.session.call("POST", f"/api/admin/accounts/nobody/{deed}")

    assert (answer.status, answer.body["detail"]) == (404, "There is no such account.")
    assert admin.session.ask("GET", "/api/admin/audit") == {"entries": [], "next": None}, "nothing was done"


def test_disabling_and_enabling_are_answered_with_how_the_account_stands(admin: User, user: User) -> None:
    account = {"user_id": user.user_id, "username": user.username}

    for deed, disabled in (("disable", True), ("enable", False)):
        answer = admin.session.call("POST", f"/api/admin/accounts/{user.username.upper()}/{deed}")

        assert (answer.status, answer.body) == (200, {**account, "disabled": disabled})
        assert queue_call(admin, user.user_id).body["barred"] is disabled
