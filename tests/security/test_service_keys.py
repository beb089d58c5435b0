"""Whatever is not exactly a key that was made opens nothing, and a key opens what it is for."""

import secrets
from collections.abc import Callable

import pytest

from local_cloud.api_client import Session
from tests.security.conftest import Person, SignUp

QUEUE = "/api/users/ada/queue"

type Forge = Callable[[str, str], str]
"""From the id and the secret of a key to what somebody sends instead."""

ATTACKS: dict[str, Forge] = {
    "another secret": lambda id_, _: f"gk_{id_}_{secrets.token_urlsafe(32)}",
    "no secret": lambda id_, _: f"gk_{id_}_",
    "the id alone": lambda id_, _: f"gk_{id_}",
    "the secret alone": lambda _, secret: f"gk_{secret}",
    "an id that nobody has": lambda _, secret: f"gk_{'0' * 16}_{secret}",
    "the id in capitals": lambda id_, secret: f"gk_{id_.upper()}x_{secret}",
    "the last character less": lambda id_, secret: f"gk_{id_}_{secret[:-1]}",
    "one character more": lambda id_, secret: f"gk_{id_}_{secret}A",
    "a space in it": lambda id_, secret: f"gk_{id_}_{secret[:20]} {secret[20:]}",
    "another prefix": lambda id_, secret: f"gK_{id_}_{secret}",
    "no prefix": lambda id_, secret: f"{id_}_{secret}",
    "twice": lambda id_, secret: f"gk_{id_}_{secret}" * 2,
    "a hash for the secret": lambda id_, _: f"gk_{id_}_{'0' * 64}",
    "a key of another table": lambda _, secret: f"gk_../accounts_{secret}",
    "endless": lambda id_, secret: f"gk_{id_}_{secret * 100}",
}


@pytest.fixture(scope="module")
def key(new_admin: SignUp) -> str:
    body = {"name": "shop", "scopes": ["enqueue:*", "read", "dequeue", "control"]}
    return str(new_admin().session.ask("POST", "/api/admin/keys", body)["key"])


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_forged_key_opens_nothing(person: Person, key: str, attack: str) -> None:
    _, id_, secret = key.split("_", 2)

    answer = Session(person.api, ATTACKS[attack](id_, secret)).call("GET", QUEUE)

    assert answer.status in (401, 403), answer
    assert answer.body["code"] in ("invalid_key", "services_only", "unauthenticated", "invalid_token")


def test_a_key_opens_no_account_and_no_account_a_queue_of_a_service(person: Person, key: str) -> None:
    service = Session(person.api, key)

    assert service.call("GET", f"/api/users/{person.user_id}/queue").status == 404
    assert service.call("POST", f"/api/users/{person.user_id}/queue/enqueue", {"type": "echo"}).status == 404
    for path in ("/api/queue", "/api/account", "/api/auth/sessions", f"/api/admin/queues/{person.user_id}"):
        assert service.call("GET", path).body["code"] == "user_not_named"
    assert person.session.call("GET", QUEUE).body["code"] == "services_only"
