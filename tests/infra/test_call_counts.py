"""No path costs more calls of AWS than it was designed to; docs/security.md has the figures."""

from collections.abc import Iterator

import pytest
from chalice.test import Client
from moto import mock_aws

from app import app
from tests.infra.cloud import Cloud, Recorder, forget_clients
from tests.infra.documents import Document
from tests.infra.test_permissions import PASSWORD, Caller

KEYS_READ = ("secretsmanager:GetSecretValue", "TokenKeys")  # once in five minutes


@pytest.fixture
def recorder(template: Document) -> Iterator[Recorder]:
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        yield Cloud(template, patch).become("APIHandler")
    forget_clients()


@pytest.fixture
def caller() -> Iterator[Caller]:
    with Client(app) as client:
        yield Caller(client, idempotency_key=None)


def test_the_way_from_sign_up_to_enqueue(recorder: Recorder, caller: Caller) -> None:
    def made() -> list[str]:
        calls = [action.partition(":")[2] for action, _ in recorder.made if action != KEYS_READ[0]]
        recorder.made.clear()
        return calls

    caller.call("POST", "/api/auth/register", {"username": "ada", "password": PASSWORD})
    assert made() == ["PutItem"]

    caller.sign_in("ada")
    first_sign_in = made()
    assert first_sign_in[:3] == [
        "PutItem",
        "GetItem",
        "DeleteItem",
    ]  # the try, the account, the try forgotten

    caller.sign_in("ada")
    assert made() == ["PutItem", "GetItem", "DeleteItem", "PutItem", "UpdateItem"]

    caller.call("POST", "/api/queue/enqueue", {"type": "echo"})
    assert made() == ["UpdateItem", "PutItem", "SendMessage"]

    caller.call("POST", "/api/auth/refresh", {"refresh_token": caller.refresh_token})
    assert made() == ["UpdateItem", "UpdateItem"]

    caller.call("POST", "/api/queue/pause")
    assert made() == ["GetItem", "UpdateItem", "Query"]  # the last for what waits at the head

    caller.call("POST", "/api/auth/logout")
    assert made() == ["UpdateItem", "DeleteItem"]
