"""What is answered to who stops a request."""

from typing import Any

from local_cloud.api_client import Answer
from tests.answers.service import Service
from tests.e2e.users import User


def stop(user: User, seq: int = 1) -> Answer:
    return user.session.call("POST", f"/api/queue/requests/{seq}/stop")


def shown(user: User, seq: int = 1) -> dict[str, Any]:
    return dict(user.session.request(seq))


def test_what_waits_is_cancelled(user: User) -> None:
    user.session.enqueue("echo", {})

    answer = stop(user)

    assert (answer.status, answer.body["status"], answer.body["stopped_by"]) == (200, "cancelled", None)


def test_what_runs_is_asked_to_stop_and_shows_it(service: Service, user: User) -> None:
    user.session.enqueue("echo", {})
    service.begin(user, 1)

    first, second = stop(user), stop(user)

    assert (first.status, first.body["status"], first.body["stopped_by"]) == (202, "running", "user")
    assert (second.status, second.body["stop_requested_at"]) == (202, first.body["stop_requested_at"])
    assert shown(user)["stop_requested_at"] == first.body["stop_requested_at"]
    waiting = user.session.queue()["waiting"]
    assert (waiting["reason"], waiting["stop_requested_at"]) == ("running", first.body["stop_requested_at"])


def test_what_has_ended_cannot_be_stopped(service: Service, user: User) -> None:
    user.session.enqueue("echo", {})
    service.work()

    answer = stop(user)

    assert (answer.status, answer.body["code"]) == (409, "already_ended")
    assert stop(user, 7).status == 404


def test_an_administrator_stops_what_runs_and_it_is_written_down(
    service: Service, admin: User, user: User
) -> None:
    user.session.enqueue("echo", {})
    service.begin(user, 1)

    answer = admin.session.call("POST", f"/api/admin/queues/{user.user_id}/requests/1/stop")

    assert (answer.status, shown(user)["stopped_by"]) == (202, "administrator")
    [entry] = admin.session.ask("GET", "/api/admin/audit")["entries"]
    assert entry["action"] == "stop request 1"
