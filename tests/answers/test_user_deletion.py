"""Users whom a service or an administrator deletes, and what the application does about it."""

from typing import Any

import pytest

from chalicelib.core.identity.account import Account
from chalicelib.core.identity.user_deletion import NO_QUEUE
from chalicelib.core.queueing.entry import Entry, entry_id
from chalicelib.core.queueing.hooks import hook_of, on_delete_user
from chalicelib.core.queueing.queue import State
from chalicelib.core.queueing.sweep import Sweep
from local_cloud.api_client import Session
from tests.answers.service import Service
from tests.e2e.users import User

MINUTE_MS = 60_000
LATER = {"type": "echo", "enter_at": "2027-02-01T00:00:00Z"}


@pytest.fixture
def backend(service: Service, admin: User) -> Session:
    body = {"name": "shop", "scopes": ["read", "control", "enqueue:*"]}
    return Session(service.api, admin.session.ask("POST", "/api/admin/keys", body)["key"])


def send(backend: Session, name: str = "ada", **headers: str) -> int:
    body = {"type": "echo", "payload": {"text": "x" * 2_000}}
    return backend.call("POST", f"/api/users/{name}/queue/enqueue", body, headers).status


def sweep(service: Service, minutes: int = 3) -> None:
    """With what the workers do in between."""
    for _ in range(minutes):
        service.clock.advance(MINUTE_MS + 1)
        Sweep(
            service.store,
            service.accounts,
            service.adapters.wake_ups,
            service.clock,
            sessions=service.sessions,
            has_hook=service.handlers.on_delete_user is not None,
        )()
        service.work()


def stored_of(service: Service, user_id: str) -> list[str]:
    tables = service.store.tables
    by_user: dict[str, Any] = {"queue": tables.queues, "requests": tables.requests, "entries": tables.entries}
    by_place: dict[str, Any] = {
        "texts": tables.texts,
        "keys": tables.keys,
        "notes": tables.notes,
        "slots": tables.slots,
    }
    return [kind for kind, table in by_user.items() if user_id in table] + [
        kind for kind, table in by_place.items() if any(place[0] == user_id for place in table)
    ]


def test_everything_of_a_name_is_deleted_and_the_name_can_be_used_again(
    service: Service, admin: User, backend: Session
) -> None:
    send(backend, **{"Idempotency-Key": "key"})
    backend.ask("POST", "/api/users/ada/queue/scheduled", LATER)
    assert send(backend, "bob") == 202
    assert stored_of(service, "ada") == ["queue", "requests", "entries", "texts", "keys"]

    assert [backend.call("DELETE", "/api/users/ada").status for _ in range(2)] == [204, 204]

    assert send(backend) == 403
    sweep(service)
    assert stored_of(service, "ada") == []
    assert stored_of(service, "bob") == ["queue", "requests", "texts"]
    assert backend.call("DELETE", "/api/users/ada").status == 404
    assert send(backend) == 202
    assert service.store.tables.queues["ada"].tail == 1
    entries = admin.session.ask("GET", "/api/admin/audit")["entries"]
    assert ("shop", "deleteUser", "ada") in [(e["actor"], e["action"], e["subject"]) for e in entries]


def test_a_name_that_has_only_scheduled_requests_is_deleted(service: Service, backend: Session) -> None:
    backend.ask("POST", "/api/users/ada/queue/scheduled", LATER)

    backend.ask("DELETE", "/api/users/ada")
    sweep(service)

    assert stored_of(service, "ada") == []


def test_a_service_deletes_no_account_and_none_without_the_scope(
    service: Service, admin: User, user: User, backend: Session
) -> None:
    body = {"name": "reader", "scopes": ["read", "enqueue:*"]}
    reader = Session(service.api, admin.session.ask("POST", "/api/admin/keys", body)["key"])
    send(backend)

    assert reader.call("DELETE", "/api/users/ada").body["code"] == "scope_missing"
    assert backend.call("DELETE", f"/api/users/{user.user_id}").status == 404
    assert user.session.call("DELETE", "/api/users/ada").body["code"] == "services_only"
    assert stored_of(service, "ada") == ["queue", "requests", "texts"]


def test_a_service_does_not_delete_a_user_whom_an_administrator_has_disabled(
    service: Service, backend: Session
) -> None:
    send(backend)
    service.store.connections.block("ada", service.clock.now())

    assert backend.call("DELETE", "/api/users/ada").status == 403


def test_an_administrator_deletes_an_account_and_its_data(service: Service, admin: User, user: User) -> None:
    user.session.enqueue("echo", {})
    service.work()
    path = f"/api/admin/users/{user.user_id}"

    assert [admin.session.call("DELETE", path).status for _ in range(2)] == [204, 204]

    assert user.session.call("GET", "/api/account").status == 401
    assert user.username not in service.accounts.accounts
    sweep(service)
    assert stored_of(service, user.user_id) == []
    assert not [s for s in service.sessions.sessions.values() if s.user_id == user.user_id]


def test_an_account_that_has_never_signed_in_is_deleted_once_it_is_disabled(
    service: Service, admin: User
) -> None:
    service.accounts.add(Account("eve", "e" * 32, "hash", service.clock.now()))
    path = f"/api/admin/users/{'e' * 32}"

    answer = admin.session.call("DELETE", path)
    assert (answer.status, answer.body["detail"]) == (404, NO_QUEUE)
    admin.session.ask("POST", "/api/admin/accounts/eve/disable")
    assert admin.session.call("DELETE", path).status == 204

    assert "eve" not in service.accounts.accounts
    sweep(service)
    assert admin.session.call("DELETE", path).status == 404
    assert stored_of(service, "e" * 32) == []


def test_an_account_that_has_never_signed_in_is_not_found_by_a_request_scheduled_for_it(
    service: Service, admin: User
) -> None:
    """A queue that was made for the request would not name the account, which would stay."""
    user_id, now = "e" * 32, service.clock.now()
    service.accounts.add(Account("eve", user_id, "hash", now))
    scheduled = entry_id(now + MINUTE_MS, "0" * 16)
    service.store.entries.write(Entry(user_id, scheduled, now + MINUTE_MS, "echo", "{}", now))

    answer = admin.session.call("DELETE", f"/api/admin/users/{user_id}")

    assert (answer.status, answer.body["detail"]) == (404, NO_QUEUE)
    assert stored_of(service, user_id) == ["entries"]


def test_administrators_delete_no_administrator(service: Service, admin: User) -> None:
    answer = admin.session.call("DELETE", f"/api/admin/users/{admin.user_id}")

    assert (answer.status, answer.body["code"]) == (409, "administrator_account")
    assert service.store.tables.queues[admin.user_id].state is State.OPEN


def test_the_data_go_when_the_application_has_deleted_its_own(service: Service, backend: Session) -> None:
    asked: list[str] = []

    @on_delete_user()
    def forget(user: str) -> None:
        asked.append(user)
        if len(asked) < 3:
            raise RuntimeError("The application's table does not answer.")

    service.handlers.on_delete_user = hook_of(forget)
    send(backend)
    service.work()
    backend.ask("DELETE", "/api/users/ada")
    service.work()
    assert asked == [], "what runs may need some time to end"

    sweep(service, minutes=3)
    assert asked == ["ada"] * 2
    assert stored_of(service, "ada") == ["queue", "requests", "texts"]
    sweep(service, minutes=2)
    assert stored_of(service, "ada"), "the function may still run for the second time at once"
    sweep(service, minutes=1)

    assert asked == ["ada"] * 3
    assert stored_of(service, "ada") == []


def test_what_the_function_returns_does_not_matter(backend: Session, service: Service) -> None:
    deleted: list[str] = []

    @on_delete_user()
    async def forget(user: str) -> object:
        deleted.append(user)
        return object()  # has no JSON form, like the answer of many a library

    service.handlers.on_delete_user = hook_of(forget)
    send(backend)
    service.work()
    backend.ask("DELETE", "/api/users/ada")
    service.work()
    sweep(service, minutes=6)

    assert deleted == ["ada"]
    assert stored_of(service, "ada") == []
