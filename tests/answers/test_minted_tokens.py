"""Tokens that a service makes for the browsers and devices of its users."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import pytest

from chalicelib.api.assembly import OPERATIONS
from local_cloud.api_client import Answer, Session
from tests.answers.service import Service
from tests.e2e.users import User

PLACES = {"seq": "1", "id": f"{0:015d}-{0:018d}", "name": "approval"}
SCOPES = ["read", "dequeue", "control", "enqueue:echo"]

type Mint = Callable[..., Session]


@pytest.fixture
def backend(service: Service, admin: User) -> Session:
    """A service with a key that has all scopes."""
    body = {
        "name": "shop",
        "scopes": ["read", "dequeue", "control", "enqueue:echo", "enqueue:fail", "tokens"],
    }
    return Session(service.api, admin.session.ask("POST", "/api/admin/keys", body)["key"])


@pytest.fixture
def mint(service: Service, backend: Session) -> Mint:
    def made(*scopes: str, user: str = "ada", **more: Any) -> Session:
        answer = backend.ask("POST", f"/api/users/{user}/tokens", {"scopes": list(scopes), **more})
        return Session(service.api, answer["token"])

    return made


def refusal(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.body["code"]


def test_it_opens_the_queue_of_its_user_and_no_other(service: Service, backend: Session, mint: Mint) -> None:
    ada = mint(*SCOPES)
    assert ada.ask("POST", "/api/queue/enqueue", {"type": "echo"})["seq"] == 1
    backend.ask("POST", "/api/users/bob/queue/enqueue", {"type": "echo"})
    service.work()

    assert ada.ask("GET", "/api/queue/dequeue")["seq"] == 1
    assert ada.queue()["read"] == 1
    assert backend.ask("GET", "/api/users/bob/queue")["read"] == 0
    assert refusal(ada.call("GET", "/api/users/bob/queue")) == (403, "services_only")


def test_it_does_what_its_scopes_say_and_nothing_else(mint: Mint) -> None:
    """Each operation on a queue, with a token that has all scopes but the one that it takes."""
    own = [o for o in OPERATIONS if o.path.startswith("/api/queue")]
    for operation in own:
        scope = str(operation.permission)
        bearer = mint(*(other for other in SCOPES if not other.startswith(scope)))
        answer = bearer.call(operation.method, operation.path.format(**PLACES), {})
        assert refusal(answer) == (403, "scope_missing"), operation.operation_id
    assert len(own) >= 22


def test_what_a_user_without_a_queue_is_answered_is_documented(mint: Mint) -> None:
    bearer, missing = mint(*SCOPES), set[str]()
    paths = bearer.ask("GET", "/api/openapi.json")["paths"]
    for operation in (o for o in OPERATIONS if o.path.startswith("/api/queue")):
        answer = bearer.call(operation.method, operation.path.format(**PLACES), {})
        assert str(int(answer.status)) in paths[operation.path][operation.method.lower()]["responses"]
        if answer.status == HTTPStatus.NOT_FOUND:
            missing.add(operation.own_id)
    assert missing >= {"pause", "resume", "purge", "cancel"}


def test_it_opens_nothing_but_a_queue(mint: Mint) -> None:
    places = {
        "username": "somebody",
        "user_id": "0" * 32,
        "session_id": "session",
        "key_id": "0" * 16,
        "trace_id": "0" * 32,
    }
    bearer, tried = mint(*SCOPES), 0
    for operation in OPERATIONS:
        if operation.signed_in and not operation.on_behalf and not operation.path.startswith("/api/queue"):
            answer = bearer.call(operation.method, operation.path.format(**PLACES, **places), {})
            assert refusal(answer) == (403, "accounts_only"), operation.operation_id
            tried += 1
    assert tried >= 15


def test_it_may_be_limited_to_one_request(service: Service, backend: Session, mint: Mint) -> None:
    for _ in range(2):
        backend.ask("POST", "/api/users/ada/queue/enqueue", {"type": "echo"})
    bearer = mint(*SCOPES, seq=2)

    assert bearer.ask("GET", "/api/queue/requests/2")["seq"] == 2
    assert bearer.ask("POST", "/api/queue/requests/2/cancel")["status"] == "cancelled"
    for method, path in (
        ("GET", "requests/1"),
        ("POST", "requests/1/cancel"),
        ("GET", "requests"),
        ("GET", "outcomes"),
        ("GET", "dequeue"),
        ("POST", "purge"),
        ("GET", "scheduled"),
    ):
        assert refusal(bearer.call(method, f"/api/queue/{path}")) == (403, "other_request"), path


def test_a_token_for_one_request_repeats_it_in_its_place_and_not_as_a_new_one(
    service: Service, backend: Session, mint: Mint
) -> None:
    fails = {"type": "fail", "payload": {"times": 9}, "max_attempts": 1, "on_failure": "halt"}
    backend.ask("POST", "/api/users/ada/queue/enqueue", fails)
    bearer, retry = mint("control", seq=1), "/api/queue/requests/1/retry"
    service.work()

    assert bearer.ask("POST", retry)["seq"] == 1
    service.work()
    bearer.ask("POST", "/api/queue/requests/1/skip")
    assert refusal(bearer.call("POST", retry)) == (403, "other_request")
    assert mint("control").ask("POST", retry)["seq"] == 2


@pytest.mark.parametrize("scope", ["enqueue:*", "enqueue:sleep", "tokens"])
def test_a_key_passes_on_no_more_than_it_has(backend: Session, scope: str) -> None:
    answer = backend.call("POST", "/api/users/ada/tokens", {"scopes": ["read", scope]})

    assert refusal(answer) == (403, "scope_missing")
    assert scope in answer.body["detail"]


def test_only_a_key_with_that_scope_makes_tokens(service: Service, admin: User, mint: Mint) -> None:
    keys = admin.session
    other = keys.ask("POST", "/api/admin/keys", {"name": "shop", "scopes": ["read"]})["key"]
    for token, code in ((other, "scope_missing"), (mint("read").access_token, "services_only")):
        answer = Session(service.api, token).call("POST", "/api/users/ada/tokens", {"scopes": ["read"]})
        assert refusal(answer) == (403, code)


@pytest.mark.parametrize("body", [{"scopes": []}, {"scopes": ["read"], "ttl_seconds": 3601}, {}])
def test_a_token_that_makes_no_sense_is_refused(backend: Session, body: object) -> None:
    assert refusal(backend.call("POST", "/api/users/ada/tokens", body)) == (422, "invalid_input")


def test_what_it_steers_is_in_the_audit_log_with_the_key_that_has_made_it(
    admin: User, backend: Session, mint: Mint
) -> None:
    backend.ask("POST", "/api/users/ada/queue/enqueue", {"type": "echo"})
    bearer = mint(*SCOPES)
    bearer.ask("GET", "/api/queue")
    bearer.ask("DELETE", "/api/queue")
    bearer.call("POST", "/api/queue/requests/1/cancel")

    key_id = admin.session.ask("GET", "/api/admin/keys")["keys"][0]["key_id"]
    entries = admin.session.ask("GET", "/api/admin/audit?user=ada")["entries"]
    assert {(e["actor"], e["actor_id"], e["action"], e["subject"]) for e in entries} == {
        ("(token)", key_id, action, "ada") for action in ("deleteQueue", "cancel", "refused: cancel")
    }


def test_what_users_steer_in_their_own_sessions_is_not(admin: User, user: User) -> None:
    user.session.ask("DELETE", "/api/queue")

    assert admin.session.ask("GET", "/api/admin/audit")["entries"] == []
