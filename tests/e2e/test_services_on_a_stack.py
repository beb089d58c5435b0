"""A backend with a key on the deployed stack: its users never sign in."""

import secrets

import pytest

from infra import service_keys
from local_cloud.api_client import Api, Session
from local_cloud.waiting import wait_until
from tests.conftest import DeployedStack

SCOPES = ("enqueue:*", "read", "dequeue", "control")
REVOKED_SECONDS = 20  # docs/services.md promises 5; a busy machine answers later


@pytest.fixture
def tables(stack: DeployedStack) -> service_keys.Tables:
    return service_keys.Tables(stack.outputs["ServicesTable"], stack.outputs["AuditTable"])


@pytest.fixture
def key(stack: DeployedStack, tables: service_keys.Tables) -> str:
    """As `make key` prints it."""
    dynamodb = stack.emulator.client("dynamodb")
    return service_keys.make(dynamodb, tables, "shop", SCOPES, days=1).splitlines()[0]


def test_the_lines_of_users_whom_a_service_names_move_by_themselves(api: Api, key: str) -> None:
    service, users = Session(api, key), [f"ada:{secrets.token_hex(4)}-{n}" for n in range(3)]
    for number in range(2):
        for user in users:
            order = {"type": "echo", "payload": {"text": f"{user} {number}"}}
            service.ask("POST", f"/api/users/{user}/queue/enqueue", order)

    for user in users:
        taken = [service.ask("GET", f"/api/users/{user}/queue/dequeue?wait=20") for _ in range(2)]
        assert [outcome["result"]["text"] for outcome in taken] == [f"{user} {n}" for n in range(2)]


def test_a_revoked_key_is_refused(
    api: Api, stack: DeployedStack, tables: service_keys.Tables, key: str
) -> None:
    service, path = Session(api, key), f"/api/users/ada-{secrets.token_hex(4)}/queue"
    service.ask("POST", f"{path}/enqueue", {"type": "echo"})

    service_keys.revoke(stack.emulator.client("dynamodb"), tables, key.split("_")[1])

    assert wait_until(lambda: service.call("GET", path).status == 401, REVOKED_SECONDS)
