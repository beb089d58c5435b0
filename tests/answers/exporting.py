"""A user with data of every kind, and what an export answers about them."""

from collections.abc import Iterator
from typing import Any

from local_cloud.api_client import Session
from tests.answers.service import Service
from tests.e2e.users import User

LARGE = "x" * 5_000


def export_all(session: Session, path: str = "/api/account/export") -> Iterator[dict[str, Any]]:
    mark = ""
    while mark is not None:
        page = session.ask("GET", f"{path}?after={mark}")
        yield from page["records"]
        mark = page["next"]


def of_kind(records: list[dict[str, Any]], kind: str) -> list[Any]:
    return [record["data"] for record in records if record["kind"] == kind]


def live(service: Service, user: User) -> None:
    """Three requests, one of them large, and one that is scheduled."""
    for text in ("one", LARGE, "three"):
        user.session.ask("POST", "/api/queue/enqueue", {"type": "echo", "payload": {"text": text}})
    service.work()
    body = {"type": "echo", "payload": {"text": "later"}, "enter_at": "2027-02-01T00:00:00Z"}
    user.session.ask("POST", "/api/queue/scheduled", body)
