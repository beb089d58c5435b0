"""Users do nothing to each other; administrators may, and it is written down."""

import json
from typing import Any

import jwt
import pytest

from infra import keys
from local_cloud.api_client import Session
from local_cloud.waiting import wait_until
from tests.conftest import DeployedStack
from tests.patience import PATIENCE_S
from tests.security.conftest import PASSWORD, KeyOf, Person, SignUp

ENQUEUE = ("POST", "/api/queue/enqueue", {"type": "echo"})
KNOWN_WITHIN_S = 15.0  # a new key, by a function that meets it
ADMIN_CALLS: list[tuple[Any, ...]] = [
    ("GET", "/api/admin/queues"),
    ("GET", "/api/admin/stats"),
    ("GET", "/api/admin/audit"),
    ("GET", "/api/admin/queues/{user_id}"),
    ("GET", "/api/admin/users/{user_id}/export"),
    ("DELETE", "/api/admin/users/{user_id}"),
    ("POST", "/api/admin/queues/{user_id}/pause"),
    ("POST", "/api/admin/queues/{user_id}/resume"),
    ("POST", "/api/admin/queues/{user_id}/purge"),
    ("POST", "/api/admin/queues/{user_id}/requests/1/retry"),
    ("POST", "/api/admin/queues/{user_id}/requests/1/skip"),
    ("POST", "/api/admin/queues/{user_id}/requests/1/stop"),
    ("POST", "/api/admin/accounts/{username}/disable"),
    ("POST", "/api/admin/accounts/{username}/enable"),
    ("POST", "/api/admin/accounts/{username}/sign-in-link", {"ttl_seconds": 600}),
    ("POST", "/api/admin/accounts/{username}/password", {"password": "a password of the thief"}),
]


def audit(admin: Person, subject: str) -> list[tuple[str, str]]:
    entries = admin.session.ask("GET", "/api/admin/audit?limit=100")["entries"]
    return [(entry["actor"], entry["action"]) for entry in entries if entry["subject"] == subject]


@pytest.mark.parametrize("call", ADMIN_CALLS, ids=lambda call: f"{call[0]}-{call[1]}")
def test_what_is_for_administrators_is_for_nobody_else(
    person: Person, sign_up: SignUp, key_of: KeyOf, call: tuple[Any, ...]
) -> None:
    method, path, *body = call
    user, address = sign_up(), path.format(user_id=person.user_id, username=person.username)
    claims = jwt.decode(user.access_token, options={"verify_signature": False})
    header = jwt.get_unverified_header(user.access_token)
    was_admin = jwt.encode(claims | {"role": "admin"}, key_of(user.access_token), headers=header)
    before = person.state()

    assert person.api.call(method, address, *body).status == 401
    assert user.call(method, address, *body).status == 403
    assert Session(user.api, was_admin).call(method, address, *body).status == 403

    assert person.state() == before


def test_a_user_sees_and_changes_nothing_of_another_one(person: Person, sign_up: SignUp) -> None:
    person.session.enqueue("echo", {"secret": 1})
    assert person.session.dequeue() is not None
    stranger, before = sign_up(), person.state()

    calls = [("GET", "1"), *(("POST", f"1/{control}") for control in ("cancel", "stop", "retry", "skip"))]
    for method, path in calls:
        assert stranger.call(method, f"/api/queue/requests/{path}").status == 404
    assert stranger.session.ask("GET", "/api/queue/requests")["requests"] == []
    for method, path in [("POST", "pause"), ("POST", "purge"), ("DELETE", "")]:
        assert stranger.call(method, f"/api/queue/{path}".rstrip("/")).status == 200

    assert person.state() == before


def test_an_administrator_pauses_and_resumes_a_queue_and_it_is_written_down(
    admin: Person, person: Person
) -> None:
    path = f"/api/admin/queues/{person.user_id}"

    assert admin.session.ask("POST", f"{path}/pause")["state"] == "paused"
    assert person.session.queue()["state"] == "paused"
    assert admin.session.ask("POST", f"{path}/resume")["state"] == "open"

    assert audit(admin, person.user_id) == [
        (admin.username, "resume queue"),
        (admin.username, "pause queue"),
    ]


def test_an_administrator_finds_a_queue_by_its_users_name(admin: Person, person: Person) -> None:
    found = admin.session.ask("GET", f"/api/admin/queues?username={person.username[2:]}&state=open")["queues"]

    assert [queue["user_id"] for queue in found] == [person.user_id]
    assert admin.session.ask("GET", "/api/admin/stats")["queues"]["open"] >= 2


def test_a_disabled_account_is_out_at_once_until_it_is_enabled(admin: Person, person: Person) -> None:
    path = f"/api/admin/accounts/{person.username}"
    credentials = {"username": person.username, "password": PASSWORD}

    assert admin.session.ask("POST", f"{path}/disable")["disabled"]
    assert person.call(*ENQUEUE).status == 401
    refresh = {"refresh_token": person.refresh_token}
    assert person.api.call("POST", "/api/auth/refresh", refresh).status == 401
    assert person.api.call("POST", "/api/auth/login", credentials).status == 401

    assert not admin.session.ask("POST", f"{path}/enable")["disabled"]
    assert person.again().call(*ENQUEUE).status == 202
    assert [action for _, action in audit(admin, person.username)] == [
        "enable account",
        "disable account",
    ]


def test_administrators_cannot_lock_themselves_out(admin: Person) -> None:
    assert admin.call("POST", f"/api/admin/accounts/{admin.username}/disable").status == 409
    assert admin.call(*ENQUEUE).status == 202


def test_everything_of_a_deleted_account_goes(stack: DeployedStack, person: Person) -> None:
    person.session.enqueue("echo", {})
    assert person.session.dequeue() is not None

    assert person.call("POST", "/api/account/delete", {"password": "wrong password"}).status == 403
    assert person.call("POST", "/api/account/delete", {"password": PASSWORD}).status == 204

    assert person.call(*ENQUEUE).status == 401
    credentials = {"username": person.username, "password": PASSWORD}
    assert person.api.call("POST", "/api/auth/login", credentials).status == 401
    _sweep(stack)
    assert _left(stack, person), "for as long as something may be at it"
    _have_left_long_ago(stack, person)
    _sweep(stack)  # the stack's own sweep may have claimed the removal just now
    assert wait_until(lambda: not _left(stack, person), PATIENCE_S)


def test_a_new_key_signs_and_nobody_notices(stack: DeployedStack, person: Person) -> None:
    client, arn = stack.emulator.client("secretsmanager"), stack.outputs["TokenKeysArn"]
    kid = jwt.get_unverified_header(person.access_token)["kid"]
    secret = json.loads(client.get_secret_value(SecretId=arn)["SecretString"])
    rotated = keys.after(secret, now=2_000_000_000, compromised=False)

    client.put_secret_value(SecretId=arn, SecretString=json.dumps(rotated))
    claims = jwt.decode(person.access_token, options={"verify_signature": False})
    header = jwt.get_unverified_header(person.access_token) | {"kid": rotated["kid"]}
    new = Session(person.api, jwt.encode(claims, rotated["key"], headers=header))

    assert rotated["kid"] != kid
    assert person.call(*ENQUEUE).status == 202
    assert wait_until(lambda: new.call(*ENQUEUE).status == 202, KNOWN_WITHIN_S)
    assert person.again().call(*ENQUEUE).status == 202


def _sweep(stack: DeployedStack) -> None:
    function = stack.outputs["SweeperFunction"]
    event: dict[str, Any] = dict.fromkeys(("version", "account", "region", "source", "time", "id"), "")
    event |= {"detail-type": "", "detail": {}, "resources": []}
    answer = stack.emulator.client("lambda").invoke(FunctionName=function, Payload=json.dumps(event))
    assert "FunctionError" not in answer, answer["Payload"].read()


def _have_left_long_ago(stack: DeployedStack, person: Person) -> None:
    stack.emulator.client("dynamodb").update_item(
        TableName=stack.outputs["QueuesTable"],
        Key={"user_id": {"S": person.user_id}},
        UpdateExpression="SET leaving = :long_ago, moved_at = :long_ago",
        ExpressionAttributeValues={":long_ago": {"N": "1"}},
    )


def _left(stack: DeployedStack, person: Person) -> list[Any]:
    """Items that say anything of the person; the audit log may."""
    client = stack.emulator.client("dynamodb")
    tables = [name for key, name in stack.outputs.items() if key.endswith("Table") and key != "AuditTable"]
    scan = client.get_paginator("scan").paginate  # a page has 1 MB, and the answer is that there is nothing
    items = [item for table in tables for page in scan(TableName=table) for item in page["Items"]]
    return [item for item in items if person.user_id in str(item) or person.username in str(item)]
