"""Lists by status find what earlier releases have ended, which no index has."""

from collections.abc import Sequence

from chalicelib.core.queueing.request import Status
from local_cloud.api_client import Session
from tests.upgrade.upgraded import Upgraded


def numbers(session: Session, status: str) -> Sequence[int]:
    """Of all that the list shows, page by page."""
    found, after = list[int](), 0
    while after is not None:
        page = session.ask("GET", f"/api/queue/requests?status={status}&after={after}&limit=2")
        found += [request["seq"] for request in page["requests"]]
        after = page["next"]
    return found


def cancel_one(upgraded: Upgraded, session: Session) -> int:
    """Its number. It is cancelled while it waits, and then a worker steps over it."""
    session.ask("POST", "/api/queue/pause")
    seq = int(session.enqueue("echo", {})["seq"])
    session.ask("POST", f"/api/queue/requests/{seq}/cancel")
    session.ask("POST", "/api/queue/resume")
    upgraded.work()
    return seq


def roll_back(upgraded: Upgraded, name: str, seq: int) -> None:
    """As if an earlier release had ended this request and moved the head past it."""
    [queue] = upgraded.items(name, "QueuesTable")
    upgraded.cloud.put("QueuesTable", [{**queue, "keyed_to": {"N": str(seq - 1)}}])
    unkey(upgraded, name, seq)


def unkey(upgraded: Upgraded, name: str, seq: int) -> None:
    """As if an earlier release had ended this request."""
    [item] = [each for each in upgraded.items(name, "RequestsTable") if each["seq"] == {"N": str(seq)}]
    kept = {key: value for key, value in item.items() if key != "unsuccessful"}
    upgraded.cloud.put("RequestsTable", [kept])


def test_what_has_ended_before_is_found_with_what_has_ended_since(upgraded: Upgraded) -> None:
    session = upgraded.sign_in("purged")
    assert numbers(session, Status.CANCELLED) == [2]

    session.ask("POST", "/api/queue/resume")
    seq = cancel_one(upgraded, session)

    assert numbers(session, Status.CANCELLED) == [2, seq]


def test_what_was_cancelled_in_a_queue_that_stands_is_found(upgraded: Upgraded) -> None:
    session = upgraded.sign_in("paused")
    assert numbers(session, Status.CANCELLED) == [2]

    session.enqueue("echo", {})
    assert numbers(session, Status.CANCELLED) == [2]
    session.ask("POST", "/api/queue/resume")
    upgraded.work()

    assert numbers(session, Status.CANCELLED) == [2]


def test_what_an_earlier_release_has_ended_after_a_roll_back_is_found(upgraded: Upgraded) -> None:
    session = upgraded.sign_in("busy")
    first, second = cancel_one(upgraded, session), cancel_one(upgraded, session)
    roll_back(upgraded, "busy", second)
    assert numbers(session, Status.CANCELLED) == [first, second], "before the head is moved again"

    third = cancel_one(upgraded, session)

    assert numbers(session, Status.CANCELLED) == [first, second, third]
    assert numbers(session, Status.FAILED) == [2]


def test_what_an_earlier_release_cancels_during_the_deployment_gets_its_key(upgraded: Upgraded) -> None:
    """By the worker that steps over it."""
    session = upgraded.sign_in("refreshed")
    session.enqueue("echo", {})
    upgraded.work()
    session.ask("POST", "/api/queue/pause")
    session.enqueue("echo", {})
    session.ask("POST", "/api/queue/requests/2/cancel")
    unkey(upgraded, "refreshed", 2)
    assert numbers(session, Status.CANCELLED) == []

    session.ask("POST", "/api/queue/resume")
    upgraded.work()

    assert numbers(session, Status.CANCELLED) == [2]
