"""What a queue says of itself: every number of it is right."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.answers.service import Service
from tests.e2e.users import User

FAILS = {"type": "fail", "payload": {"times": 9}, "max_attempts": 1}


def send(user: User, **body: Any) -> None:
    user.session.ask("POST", "/api/queue/enqueue", {"type": "echo", **body})


def test_a_new_queue_is_open_and_all_its_numbers_are_zero(user: User) -> None:
    assert user.session.queue() == {
        "state": "open",
        "tail": 0,
        "head": 0,
        "read": 0,
        "depth": 0,
        "running": None,
        "oldest_age_seconds": 0,
        "counts": {"succeeded": 0, "failed": 0, "cancelled": 0, "expired": 0},
        "average_seconds": 0,
        "estimated_wait_seconds": 0,
        "waiting": None,
        "held": None,
        "callbacks": None,
        "floor": 0,
    }


def test_outcomes_are_counted_by_what_they_are_and_the_cursors_follow(service: Service, user: User) -> None:
    for body in ({}, FAILS, {}, {}, FAILS, {}):
        send(user, **body)
    user.session.ask("POST", "/api/queue/requests/6/cancel")
    service.work()
    for _ in range(2):
        user.session.dequeue(wait=0)
    send(user)

    queue = user.session.queue()

    assert queue["counts"] == {"succeeded": 3, "failed": 2, "cancelled": 1, "expired": 0}
    assert (queue["tail"], queue["head"], queue["read"], queue["depth"]) == (7, 6, 2, 1)


def test_the_floor_says_up_to_where_the_history_was_deleted(service: Service, user: User) -> None:
    for _ in range(2):
        send(user)
    service.work()

    deleted = user.session.ask("DELETE", "/api/queue")
    send(user)

    assert (deleted["floor"], user.session.queue()["floor"], user.session.queue()["tail"]) == (2, 2, 3)


def test_nobody_can_tell_the_wait_while_nothing_may_begin(service: Service, user: User) -> None:
    user.session.enqueue("sleep", {"seconds": 2})
    service.work()
    user.session.ask("POST", "/api/queue/pause")
    send(user)

    assert user.session.queue()["estimated_wait_seconds"] is None
    assert user.session.ask("GET", "/api/queue/requests/2")["estimated_wait_seconds"] is None
    user.session.ask("POST", "/api/queue/resume")
    assert user.session.queue()["estimated_wait_seconds"] == 2


def test_the_oldest_age_is_how_long_the_head_of_the_line_has_waited(service: Service, user: User) -> None:
    send(user, not_before=_moment(service, 60))
    service.clock.advance(1_250)
    send(user)
    service.clock.advance(2_000)
    assert user.session.queue()["oldest_age_seconds"] == 3.25

    user.session.ask("POST", "/api/queue/requests/1/cancel")
    service.work()

    assert user.session.queue()["oldest_age_seconds"] == 0


def test_the_average_follows_the_running_times_of_what_succeeded(service: Service, user: User) -> None:
    user.session.enqueue("sleep", {"seconds": 2})
    send(user, **FAILS)
    service.work()
    assert user.session.queue()["average_seconds"] == 2

    user.session.enqueue("sleep", {"seconds": 7})
    service.work()

    assert user.session.queue()["average_seconds"] == 3, "a fifth of the way to the newest"


def test_the_wait_is_estimated_from_the_average_and_the_place_in_the_line(
    service: Service, user: User
) -> None:
    user.session.enqueue("sleep", {"seconds": 2.5})
    service.work()
    assert user.session.queue()["estimated_wait_seconds"] == 0
    for _ in range(3):
        send(user)

    page = user.session.ask("GET", "/api/queue/requests")["requests"]

    assert user.session.queue()["estimated_wait_seconds"] == 7.5
    assert [r["position"] for r in page] == [None, 1, 2, 3]
    assert [r["estimated_wait_seconds"] for r in page] == [None, 0, 2.5, 5]


def test_a_queue_names_the_request_that_runs(service: Service, user: User) -> None:
    for _ in range(2):
        send(user)
    service.begin(user, 1)

    assert user.session.queue()["running"] == 1
    shown = user.session.request(1)
    assert (shown["status"], shown["position"]) == ("running", 1)


def test_moments_are_told_in_utc_with_milliseconds(service: Service, user: User) -> None:
    sent = _moment(service, 0)
    service.clock.advance(5)
    user.session.enqueue("sleep", {"seconds": 1.5})
    send(user, not_before=_moment(service, 60))
    service.work()

    ran, held = user.session.ask("GET", "/api/queue/requests")["requests"]

    assert [ran[at] for at in ("enqueued_at", "not_before", "started_at", "finished_at")] == [
        sent.replace("00.000Z", "00.005Z"),
        None,
        sent.replace("00.000Z", "00.005Z"),
        sent.replace("00.000Z", "01.505Z"),
    ]
    assert held["not_before"] == sent.replace("00:00.000Z", "01:00.005Z")


def _moment(service: Service, seconds: int) -> str:
    now = datetime.fromtimestamp(service.clock.now() / 1000, UTC)
    return (now + timedelta(seconds=seconds)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
