"""Items of a newer release, in a format that the present code may misread: refused, and not changed."""

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.adapters.dynamodb.format import NEWEST
from local_cloud.api_client import Session
from tests.upgrade.upgraded import Upgraded, outcomes

NEWER = {"N": str(NEWEST + 1)}
ECHO = {"type": "echo"}
REFUSED = (503, "newer_release", "1")


def refuses(session: Session, method: str, path: str, body: Any = None, headers: Any = None) -> bool:
    answer = session.call(method, path, body, headers)
    return (answer.status, answer.body["code"], answer.headers["Retry-After"]) == REFUSED


@pytest.fixture
def age(upgraded: Upgraded) -> Callable[[str, str], None]:
    """Gives a user's items of one table the format of the next release."""

    def change(name: str, table: str) -> None:
        upgraded.cloud.put(table, [{**item, "v": NEWER} for item in upgraded.items(name, table)])

    return change


def test_the_queues_of_others_are_swept_all_the_same(
    upgraded: Upgraded, age: Callable[[str, str], None]
) -> None:
    age("unfit", "QueuesTable")

    upgraded.sweep_and_work()

    assert outcomes(upgraded.sign_in("running")) == {1: "succeeded", 2: "succeeded"}


def test_a_queue(upgraded: Upgraded, age: Callable[[str, str], None]) -> None:
    session = upgraded.sign_in("paused")
    age("paused", "QueuesTable")
    before = upgraded.items("paused", "QueuesTable")

    assert refuses(session, "POST", "/api/queue/enqueue", ECHO)
    assert refuses(session, "POST", "/api/queue/resume")
    assert refuses(session, "GET", "/api/queue")
    assert upgraded.try_sign_in("paused") == REFUSED[0]
    upgraded.sweep_and_work()

    assert upgraded.items("paused", "QueuesTable") == before


def test_an_account(upgraded: Upgraded, age: Callable[[str, str], None]) -> None:
    age("never", "AccountsTable")

    assert upgraded.try_sign_in("never") == REFUSED[0]


def test_a_session(upgraded: Upgraded, age: Callable[[str, str], None]) -> None:
    age("halted", "SessionsTable")
    before = upgraded.items("halted", "SessionsTable")

    assert upgraded.refresh("halted").body["code"] == "newer_release"
    assert upgraded.items("halted", "SessionsTable") == before


def test_an_idempotency_key(upgraded: Upgraded, age: Callable[[str, str], None]) -> None:
    session = upgraded.sign_in("busy")
    age("busy", "IdempotencyTable")

    assert refuses(session, "POST", "/api/queue/enqueue", ECHO, {"Idempotency-Key": "spring-order"})


def test_a_request_waits_for_a_worker_that_can_read_it(upgraded: Upgraded) -> None:
    session = upgraded.sign_in("scheduled")
    session.ask("POST", "/api/queue/pause")
    for n in (1, 2):
        session.enqueue("echo", {"before": n})
    accepted = session.enqueue("echo", {"after": "the others"})
    newer = upgraded.items("scheduled", "RequestsTable")[-1]
    assert newer["seq"] == {"N": str(accepted["seq"])}
    upgraded.cloud.put("RequestsTable", [{**newer, "v": NEWER}])
    session.ask("POST", "/api/queue/resume")

    upgraded.work()
    upgraded.sweep_and_work()

    head = int(upgraded.items("scheduled", "QueuesTable")[0]["head"]["N"])
    assert head == accepted["seq"] - 1, "what is before it is carried out and counted"
    assert upgraded.items("scheduled", "RequestsTable")[-1] == {**newer, "v": NEWER}
    assert refuses(session, "GET", "/api/queue/requests")
    assert session.ask("GET", "/api/queue/outcomes")["outcomes"]

    upgraded.cloud.put("RequestsTable", [newer])
    upgraded.cloud.change_queue(
        newer["user_id"]["S"], "SET awake = :one, moved_at = :one, look_at = :one"
    )  # long ago
    upgraded.sweep_and_work()

    assert set(outcomes(session).values()) == {"succeeded"}
