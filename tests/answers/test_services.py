"""What services are answered, and administrators about their keys."""

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.api.assembly import OPERATIONS
from chalicelib.core.errors import NewerItemError
from local_cloud.api_client import Answer
from tests.answers.service import Service
from tests.e2e.users import User

ALL = ["read", "dequeue", "control", "enqueue:*"]
QUEUE = "/api/users/ada:chat-7/queue"

type Call = Callable[..., Answer]


@pytest.fixture
def make_key(admin: User) -> Callable[..., Any]:
    def make(*scopes: str, **more: Any) -> Any:
        body = {"name": "shop", "scopes": list(scopes), **more}
        return admin.session.ask("POST", "/api/admin/keys", body)

    return make


@pytest.fixture
def key(make_key: Callable[..., Any]) -> str:
    return str(make_key(*ALL)["key"])


@pytest.fixture
def call(service: Service, key: str) -> Call:
    """As the service, with its key or another one."""

    def as_service(method: str, path: str, body: object = None, *, key: str = key) -> Answer:
        return service.api.call(method, path, body, {"Authorization": f"Bearer {key}"})

    return as_service


def test_a_service_sends_and_reads_for_a_user_who_never_signed_in(service: Service, call: Call) -> None:
    sent = call("POST", f"{QUEUE}/enqueue", {"type": "echo", "payload": {"text": "hello"}})
    assert (sent.status, sent.body["seq"], sent.headers["Location"]) == (202, 1, "requests/1")

    service.work()

    taken = call("GET", f"{QUEUE}/dequeue")
    assert (taken.status, taken.body["result"]) == (200, {"text": "hello"})
    shown = call("GET", QUEUE).body
    assert (shown["state"], shown["tail"], shown["head"], shown["read"]) == ("open", 1, 1, 1)


def test_a_queue_that_was_closed_opens_again_and_goes_on_counting(service: Service, call: Call) -> None:
    for seq in (1, 2):
        sent = call("POST", f"{QUEUE}/enqueue", {"type": "echo"})
        assert (sent.status, sent.body["seq"]) == (202, seq)
        service.work()
        service.clock.advance(60_000)
        service.container.queueing.sweep()
        assert call("GET", QUEUE).body["state"] == "closed"


def test_the_lines_of_one_user_are_independent(service: Service, call: Call) -> None:
    for line in ("ada:chat-7", "ada:chat-8"):
        call("POST", f"/api/users/{line}/queue/enqueue", {"type": "echo"})

    call("POST", "/api/users/ada:chat-7/queue/pause")
    service.work()

    states = [call("GET", f"/api/users/ada:chat-{n}/queue").body["head"] for n in (7, 8)]
    assert states == [0, 1]


def test_of_a_user_without_a_queue_there_is_nothing_to_read_and_nothing_to_steer(call: Call) -> None:
    shown = call("GET", QUEUE).body
    assert (shown["state"], shown["tail"], shown["waiting"]) == ("closed", 0, None)
    assert call("GET", f"{QUEUE}/requests").body["requests"] == []
    assert call("GET", f"{QUEUE}/dequeue").status == 204
    assert call("GET", f"{QUEUE}/outcomes").body["outcomes"] == []
    for path in ("/pause", "/purge", "/requests/1/cancel"):
        answer = call("POST", QUEUE + path)
        assert (answer.status, answer.body["code"]) == (404, "not_found")


def test_deleting_a_queue_deletes_what_is_scheduled_for_a_user_who_has_no_queue_yet(call: Call) -> None:
    later = {"type": "echo", "enter_at": "2027-01-16T08:00:00Z"}
    assert call("POST", f"{QUEUE}/scheduled", later).status == 202

    for _ in range(2):
        deleted = call("DELETE", QUEUE)
        assert (deleted.status, deleted.body) == (200, call("GET", QUEUE).body)

    assert call("GET", f"{QUEUE}/scheduled").body["scheduled"] == []


@pytest.mark.parametrize("name", ["0" * 32, "ABCDEF" * 5 + "01", "two%20words", "a" * 129, "ä"])
def test_the_id_of_an_account_and_what_is_no_name_name_no_user(call: Call, name: str) -> None:
    answer = call("POST", f"/api/users/{name}/queue/enqueue", {"type": "echo"})

    assert (answer.status, answer.body["code"]) == (404, "not_found")


def test_a_key_does_what_its_scopes_say_and_nothing_else(call: Call, make_key: Callable[..., Any]) -> None:
    """Each operation for users, with a key that has all scopes but the one that it takes."""
    places = {"user": "ada", "seq": "1", "id": f"{0:015d}-{0:018d}", "name": "approval"}
    others = {
        scope: make_key(*(other for other in [*ALL, "tokens"] if not other.startswith(scope)))["key"]
        for scope in ("read", "dequeue", "control", "enqueue", "tokens")
    }
    tried = 0
    for operation in OPERATIONS:
        if operation.on_behalf:
            scope = str(operation.permission)
            answer = call(operation.method, operation.path.format(**places), {}, key=others[scope])
            assert (answer.status, answer.body["code"]) == (403, "scope_missing"), operation.operation_id
            tried += 1
    assert tried >= 22


def test_every_operation_on_a_queue_is_there_for_services() -> None:
    own = {
        (o.method, o.path.removeprefix("/api/queue")) for o in OPERATIONS if o.path.startswith("/api/queue")
    }
    of_users = (o for o in OPERATIONS if o.path.startswith("/api/users/{user}/queue"))
    users = {(o.method, o.path.removeprefix("/api/users/{user}/queue")) for o in of_users}
    assert own == users


def test_a_key_may_be_limited_to_some_types(call: Call, make_key: Callable[..., Any]) -> None:
    own = make_key("enqueue:echo")["key"]

    assert call("POST", f"{QUEUE}/enqueue", {"type": "echo"}, key=own).status == 202
    for path, body in (
        ("enqueue", {"type": "sleep", "payload": {"seconds": 1}}),
        ("enqueue/batch", {"requests": [{"type": "echo"}, {"type": "sleep", "payload": {"seconds": 1}}]}),
        ("scheduled", {"type": "sleep", "payload": {"seconds": 1}, "enter_at": "2027-01-16T08:00:00Z"}),
    ):
        answer = call("POST", f"{QUEUE}/{path}", body, key=own)
        assert (answer.status, answer.body["code"]) == (403, "scope_missing")
        assert "enqueue:sleep" in answer.body["detail"]


def test_users_do_not_act_for_others_and_services_not_for_themselves(
    call: Call, user: User, admin: User
) -> None:
    for somebody in (user, admin):
        answer = somebody.session.call("GET", QUEUE)
        assert (answer.status, answer.body["code"]) == (403, "services_only")
    for path in ("/api/queue", "/api/account", "/api/auth/sessions", "/api/admin/keys", "/api/admin/queues"):
        answer = call("GET", path)
        assert (answer.status, answer.body["code"]) == (403, "user_not_named")


def test_a_key_is_shown_once_listed_and_revoked(
    service: Service, admin: User, call: Call, make_key: Callable[..., Any]
) -> None:
    made = make_key("read", "enqueue:*", days=1)
    call("GET", QUEUE, key=made["key"])

    listed = admin.session.ask("GET", "/api/admin/keys")["keys"]

    assert listed[-1] == {name: value for name, value in made.items() if name != "key"} | {
        "last_used_at": "2027-01-15T08:00:00.000Z"
    }
    assert listed[-1]["expires_at"] == "2027-01-16T08:00:00.000Z"
    assert admin.session.call("DELETE", f"/api/admin/keys/{made['key_id']}").status == 204
    refused = call("GET", QUEUE, key=made["key"])
    assert (refused.status, refused.body["code"]) == (401, "invalid_key")
    assert admin.session.call("DELETE", f"/api/admin/keys/{made['key_id']}").status == 404


def test_a_key_that_a_newer_release_has_made_is_revoked_without_being_read(
    service: Service, admin: User, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def get(_: str) -> None:
        raise NewerItemError

    monkeypatch.setattr(service.services, "get", get)

    assert admin.session.call("DELETE", f"/api/admin/keys/{key.split('_')[1]}").status == 204
    assert service.services.all() == []


@pytest.mark.parametrize(
    "body",
    [
        {"name": "shop"},
        {"name": "shop", "scopes": []},
        {"name": "shop", "scopes": ["admin"]},
        {"name": "shop", "scopes": ["read "]},
        {"name": "two words", "scopes": ["read"]},
        {"name": "shop", "scopes": ["read"], "days": 0},
    ],
)
def test_a_key_that_makes_no_sense_is_refused(admin: User, body: object) -> None:
    answer = admin.session.call("POST", "/api/admin/keys", body)

    assert (answer.status, answer.body["code"]) == (422, "invalid_input")


def test_only_administrators_make_keys(user: User) -> None:
    for method, path in (("POST", ""), ("GET", ""), ("DELETE", "/" + "0" * 16)):
        answer = user.session.call(method, f"/api/admin/keys{path}", {"name": "a", "scopes": ["read"]})
        assert (answer.status, answer.body["code"]) == (403, "admin_only")


def test_what_a_service_steers_and_who_makes_and_revokes_its_keys_is_in_the_audit_log(
    admin: User, call: Call, key: str
) -> None:
    call("POST", f"{QUEUE}/enqueue", {"type": "echo"})
    call("POST", f"{QUEUE}/pause")
    call("POST", f"{QUEUE}/requests/2/cancel")
    call("GET", QUEUE)

    key_id = key.split("_")[1]
    for _ in range(2):
        admin.session.call("DELETE", f"/api/admin/keys/{key_id}")

    entries = admin.session.ask("GET", "/api/admin/audit")["entries"]
    told = [(entry["actor"], entry["action"], entry["subject"], entry["subject_id"]) for entry in entries]
    assert sorted(told) == sorted(
        [
            ("shop", "pause", "ada:chat-7", "ada:chat-7"),
            ("shop", "cancel", "ada:chat-7", "ada:chat-7"),
            ("shop", "refused: cancel", "ada:chat-7", "ada:chat-7"),
            (admin.username, "make key: control dequeue enqueue:* read", "shop", key_id),
            (admin.username, "revoke key", "shop", key_id),
            (admin.username, "revoke key", key_id, key_id),
            (admin.username, "refused: revoke key", key_id, key_id),
        ]
    )
