"""All that is stored about a user, as the user, a service and an administrator get it."""

import json
from dataclasses import replace

from chalicelib.core.identity.audit import Entry
from local_cloud.api_client import Session
from tests.answers.exporting import LARGE, export_all, live, of_kind
from tests.answers.service import Service
from tests.e2e.users import User

SECRETS = ("password_hash", "hashed ", "family", "refresh_hash", "sealed", "token")


def test_a_user_gets_everything_and_no_secret(service: Service, admin: User, user: User) -> None:
    live(service, user)
    admin.session.ask("POST", f"/api/admin/queues/{user.user_id}/pause")
    long_ago = 1_795_000_000_000  # in November 2026
    for i, about in enumerate(({"subject_id": user.user_id}, {}, {"subject_id": admin.user_id})):
        entry = Entry(f"{long_ago + i:015d}-{i:08x}", long_ago, "root", "old", user.username, **about)
        service.audit.add(entry)  # the second one was of somebody else of that name

    records = list(export_all(user.session))

    kinds = [record["kind"] for record in records]
    assert kinds == [
        "account",
        "session",
        "queue",
        "scheduled",
        "request",
        "request",
        "request",
        "audit",
        "audit",
    ]
    requests = of_kind(records, "request")
    assert [(r["status"], r["payload"], r["result"]) for r in requests] == [
        ("succeeded", {"text": text}, {"text": text}) for text in ("one", LARGE, "three")
    ]
    assert of_kind(records, "account")[0]["username"] == user.username
    assert of_kind(records, "scheduled")[0]["payload"] == {"text": "later"}
    entry, old = of_kind(records, "audit")
    assert old["action"] == "old"
    assert (entry["action"], entry["actor"], entry["actor_id"]) == ("pause queue", None, None)
    assert not [secret for secret in SECRETS if secret in json.dumps(records)]


def test_a_user_sees_nothing_of_another_one(service: Service, admin: User, user: User) -> None:
    live(service, user)

    others = json.dumps(list(export_all(admin.session)))

    assert user.user_id not in others
    assert LARGE not in others


def test_what_the_user_has_deleted_is_not_exported(service: Service, user: User) -> None:
    live(service, user)
    user.session.ask("DELETE", "/api/queue")

    assert not {"request", "scheduled"} & {record["kind"] for record in export_all(user.session)}


def test_a_service_exports_a_user_of_its_own_and_needs_the_scope(service: Service, admin: User) -> None:
    keys = {
        scope: admin.session.ask("POST", "/api/admin/keys", {"name": "shop", "scopes": [scope]})["key"]
        for scope in ("enqueue:*", "read")
    }
    sender, reader = (Session(service.api, keys[scope]) for scope in ("enqueue:*", "read"))
    sender.ask("POST", "/api/users/ada/queue/enqueue", {"type": "echo", "payload": {"text": "hi"}})
    path = "/api/users/ada/export"

    records = list(export_all(reader, path))

    assert [record["kind"] for record in records] == ["queue", "request"]
    assert sender.call("GET", path).body["code"] == "scope_missing"
    assert reader.ask("GET", "/api/users/nobody/export") == {"records": [], "next": None}
    assert reader.call("GET", f"/api/users/{admin.user_id}/export").status == 404


def test_a_name_of_which_only_scheduled_requests_are_stored_is_exported(
    service: Service, admin: User
) -> None:
    body = {"name": "shop", "scopes": ["read", "enqueue:*"]}
    shop = Session(service.api, admin.session.ask("POST", "/api/admin/keys", body)["key"])
    later = {"type": "echo", "payload": {"text": "later"}, "enter_at": "2027-02-01T00:00:00Z"}
    shop.ask("POST", "/api/users/ada/queue/scheduled", later)

    [own] = export_all(shop, "/api/users/ada/export")
    [theirs, act] = export_all(admin.session, "/api/admin/users/ada/export")

    assert own == theirs
    assert (own["kind"], own["data"]["payload"]) == ("scheduled", {"text": "later"})
    assert act["data"]["action"] == "export user"


def test_an_administrator_exports_any_user_and_it_is_written_down(
    service: Service, admin: User, user: User
) -> None:
    live(service, user)

    records = list(export_all(admin.session, f"/api/admin/users/{user.user_id}/export"))

    assert of_kind(records, "request") == of_kind(list(export_all(user.session)), "request")
    actions = [entry["action"] for entry in admin.session.ask("GET", "/api/admin/audit")["entries"]]
    assert actions == ["export user"]
    assert user.session.call("GET", f"/api/admin/users/{admin.user_id}/export").status == 403
    assert admin.session.call("GET", f"/api/admin/users/{'0' * 32}/export").status == 404


def acts(session: Session, path: str = "/api/account/export") -> list[tuple[str, str | None]]:
    """The acts in an export, and whom each was done to."""
    return [(act["action"], act["subject"]) for act in of_kind(list(export_all(session, path)), "audit")]


def test_a_name_spelled_like_an_account_a_key_or_a_service_gets_nothing_of_theirs(
    service: Service, admin: User, user: User
) -> None:
    made = admin.session.ask(
        "POST", "/api/admin/keys", {"name": "shop", "scopes": ["read", "control", "enqueue:*"]}
    )
    shop, names = Session(service.api, made["key"]), (user.username, made["key_id"], "shop")
    for name in (*names, "ada"):
        shop.ask("POST", f"/api/users/{name}/queue/enqueue", {"type": "echo"})
        shop.ask("POST", f"/api/users/{name}/queue/pause")
    admin.session.ask("POST", f"/api/admin/accounts/{user.username}/disable")

    for name in names:
        assert acts(shop, f"/api/users/{name}/export") == [("pause", name)]

    admin.session.ask("POST", f"/api/admin/accounts/{user.username}/enable")
    user = replace(user, session=service.api.sign_in(user.username, user.password))
    assert {action for action, _ in acts(user.session)} == {"disable account", "enable account"}
    admin.session.ask("DELETE", f"/api/admin/keys/{made['key_id']}")
    own = acts(admin.session, f"/api/admin/users/{made['key_id']}/export")
    assert sorted(own) == [("export user", made["key_id"]), ("pause", made["key_id"])]


def test_an_administrator_gets_no_name_of_those_who_were_acted_on(
    service: Service, admin: User, user: User
) -> None:
    admin.session.ask("POST", "/api/admin/keys", {"name": "shop", "scopes": ["read"]})
    admin.session.ask("POST", f"/api/admin/accounts/{user.username}/disable")

    records = of_kind(list(export_all(admin.session)), "audit")

    assert [(act["actor"], act["actor_id"]) for act in records] == [(admin.username, admin.user_id)] * 2
    assert [(act["subject"], act["subject_id"]) for act in records] == [(None, None)] * 2
