"""Every path parameter of every operation in the OpenAPI document, filled with what belongs to somebody else.

Nobody sees or changes anything: no account, no bearer of a minted token, no user of the identity provider,
and no service beyond its scopes (OWASP: insecure direct object references).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from itertools import product
from typing import Any

import pytest

from chalicelib.api import assembly
from chalicelib.core.identity.session import Session as Stored
from local_cloud.api_client import Session
from tests.answers.service import Service
from tests.e2e.users import User
from tests.identity_provider.signing import SigningProvider

SECRET = "nobody-else-sees-this"
NAMED = "ada"  # whom a service has named
ALL = ["enqueue:*", "read", "dequeue", "control", "tokens"]
ECHO = {"type": "echo", "payload": {"text": SECRET}}
ORDER = {**ECHO, "slot": "draft"}
SHARED = {"type": "echo", "payload": {}, "slot": "draft", "if_busy": "interrupt"}  # a slot of the same name


@dataclass(frozen=True, slots=True)
class Owners:
    """An account and a named user. Each has an outcome, waiting requests with a slot, and a scheduled one."""

    service: Service
    account: User
    key_id: str
    scheduled: tuple[str, ...]

    @property
    def ids(self) -> tuple[str, str]:
        return self.account.user_id, NAMED

    def places(self) -> dict[str, tuple[str, ...]]:
        """What is theirs, by the names of path parameters. A new parameter has to be added here."""
        return {
            "seq": ("1", "2"),
            "id": self.scheduled,
            "name": ("approval",),
            "user": self.ids,
            "user_id": self.ids,
            "username": (self.account.username,),
            "session_id": tuple(session.session_id for session in self.sessions),
            "key_id": (self.key_id,),
            "trace_id": ("0af7651916cd43dd8448eb211c80319c",),  # of a trace: only administrators read any
        }

    @property
    def sessions(self) -> list[Stored]:
        return [each for each in self.service.sessions.sessions.values() if each.user_id in self.ids]

    def state(self) -> list[Any]:
        """All that is stored of them."""
        tables = self.service.store.tables
        stored = [getattr(tables, field.name) for field in fields(tables)]
        own = [
            {
                key: value
                for key, value in table.items()
                if (key if isinstance(key, str) else key[0]) in self.ids
            }
            for table in stored
            if isinstance(table, dict)
        ]
        account = self.service.accounts.accounts[self.account.username]
        service = self.service.services.services.get(self.key_id)
        return [repr(part) for part in (own, self.sessions, account, service)]


def settle(session: Session, path: str, service: Service) -> str:
    """The id of the request that it has scheduled."""
    session.ask("POST", f"{path}/enqueue", ORDER)
    service.work()
    session.ask("POST", f"{path}/pause")
    session.ask("POST", f"{path}/enqueue", ORDER)
    return str(session.ask("POST", f"{path}/scheduled", {**ECHO, "enter_at": "2027-01-16T08:00:00Z"})["id"])


@pytest.fixture
def owners(service: Service, admin: User) -> Owners:
    made = admin.session.ask("POST", "/api/admin/keys", {"name": "shop", "scopes": ALL})
    backend, account = Session(service.api, made["key"]), service.sign_up()
    scheduled = (
        settle(account.session, "/api/queue", service),
        settle(backend, f"/api/users/{NAMED}/queue", service),
    )
    return Owners(service, account, made["key_id"], scheduled)


type Attacker = Callable[[Service, User, SigningProvider], Session]


def key(*scopes: str) -> Attacker:
    def made(service: Service, admin: User, _: SigningProvider) -> Session:
        body = {"name": "other", "scopes": list(scopes)}
        return Session(service.api, admin.session.ask("POST", "/api/admin/keys", body)["key"])

    return made


def minted(service: Service, admin: User, signing: SigningProvider) -> Session:
    body = {"scopes": [scope for scope in ALL if scope != "tokens"]}
    answer = key(*ALL)(service, admin, signing).ask("POST", "/api/users/bob/tokens", body)
    return Session(service.api, answer["token"])


ATTACKERS: dict[str, Attacker] = {
    "account": lambda service, *_: service.sign_up().session,
    "minted token": minted,
    "user of the identity provider": lambda service, _, signing: signing.session(service, "bob"),
    "service with another scope": key("enqueue:none"),
}


def calls(document: Any, places: dict[str, tuple[str, ...]]) -> Iterator[tuple[str, str, Any]]:
    """Each operation with a path parameter, with each combination of places, and the document's own body."""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            names = [each["name"] for each in operation["parameters"] if each["in"] == "path"]
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            for values in product(*(places[name] for name in names)) if names else ():
                address = path.format(**dict(zip(names, values, strict=True)))
                yield method.upper(), address, body.get("example", {}) if body else None


@pytest.mark.parametrize("attacker", ATTACKERS)
def test_what_is_in_a_path_gives_nobody_what_belongs_to_another(
    service: Service, admin: User, owners: Owners, signing: SigningProvider, attacker: str
) -> None:
    document = assembly.document(service.container)
    session = ATTACKERS[attacker](service, admin, signing)
    before, tried = owners.state(), 0

    for method, address, body in calls(document, owners.places()):
        answer = session.call(method, address, body)
        assert answer.status in (403, 404), (method, address, answer)
        assert SECRET not in str(answer.body)
        tried += 1

    assert owners.state() == before
    assert tried >= 100


@pytest.mark.parametrize("attacker", ATTACKERS)
def test_what_needs_no_path_shows_and_changes_only_the_own(
    service: Service, admin: User, owners: Owners, signing: SigningProvider, attacker: str
) -> None:
    session, before = ATTACKERS[attacker](service, admin, signing), owners.state()
    plain = [(o.method, o.path) for o in assembly.OPERATIONS if "{" not in o.path and o.method == "GET"]
    own = [("POST", f"/api/queue/{control}", None) for control in ("pause", "resume", "purge")]
    sent = [
        ("POST", f"/api/queue/enqueue{batch}", body)
        for batch, body in (("", SHARED), ("/batch", {"requests": [SHARED]}))
    ]

    for method, path, body in [
        *sent,
        *own,
        *((*each, None) for each in plain),
        ("DELETE", "/api/queue", None),
    ]:
        answer = session.call(method, path, body)
        assert SECRET not in str(answer.body), path
        assert owners.account.user_id not in str(answer.body), path

    assert owners.state() == before


def test_the_owners_themselves_are_let_in(service: Service, admin: User, owners: Owners) -> None:
    """What is tried above opens something."""
    for path in ("requests/1", f"scheduled/{owners.scheduled[0]}"):
        assert SECRET in str(owners.account.session.ask("GET", f"/api/queue/{path}"))
    before = owners.state()
    admin.session.ask("POST", f"/api/admin/queues/{owners.account.user_id}/purge")
    assert owners.state() != before


def test_a_service_reaches_no_account_by_its_id(
    service: Service, admin: User, owners: Owners, signing: SigningProvider
) -> None:
    session, before, tried = key(*ALL)(service, admin, signing), owners.state(), 0
    places = {**owners.places(), "user": (owners.account.user_id,)}

    for method, address, body in calls(assembly.document(service.container), places):
        answer = session.call(method, address, body)
        assert answer.status in (403, 404), (method, address, answer)
        tried += 1

    assert owners.state() == before
    assert tried >= 70
