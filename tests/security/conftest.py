"""People on the deployed stack, and the keys that sign their tokens."""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import jwt
import pytest

from chalicelib.adapters.security.secret_keys import to_keys
from infra import roles
from local_cloud.api_client import Answer, Api, Session
from tests.conftest import DeployedStack

PASSWORD = "correct horse battery staple"


@dataclass(frozen=True)
class Person:
    api: Api
    user_id: str
    username: str
    password: str
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)

    @property
    def session(self) -> Session:
        return Session(self.api, self.access_token)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        return self.session.call(method, path, body, headers)

    def again(self) -> "Person":
        """Signed in once more."""
        tokens = sign_in(self.api, self.username, self.password)
        return Person(self.api, self.user_id, self.username, self.password, *tokens)

    def state(self) -> Any:
        """What nobody else may change: the queue, the requests, the sessions."""
        return [
            self.session.ask("GET", f"/api/{path}") for path in ("queue", "queue/requests", "auth/sessions")
        ]


type SignUp = Callable[[], Person]
type KeyOf = Callable[[str], str]


def sign_in(api: Api, username: str, password: str) -> tuple[str, str]:
    tokens = api.ask("POST", "/api/auth/login", {"username": username, "password": password})
    return tokens["access_token"], tokens["refresh_token"]


@pytest.fixture(scope="session")
def api(stack: DeployedStack) -> Iterator[Api]:
    with Api(stack.api_url) as client:
        yield client


@pytest.fixture(scope="session")
def sign_up(api: Api) -> SignUp:
    def new() -> Person:
        username = f"user-{secrets.token_hex(6)}"
        user_id = api.register(username, PASSWORD)
        return Person(api, user_id, username, PASSWORD, *sign_in(api, username, PASSWORD))

    return new


@pytest.fixture
def person(sign_up: SignUp) -> Person:
    return sign_up()


@pytest.fixture(scope="session")
def new_admin(stack: DeployedStack, sign_up: SignUp) -> SignUp:
    def new() -> Person:
        user = sign_up()
        tables = roles.Tables(stack.outputs["AccountsTable"], stack.outputs["AuditTable"])
        roles.give(stack.emulator.client("dynamodb"), tables, user.username, "admin")
        return user.again()

    return new


@pytest.fixture
def admin(new_admin: SignUp) -> Person:
    return new_admin()


@pytest.fixture
def key_of(stack: DeployedStack) -> KeyOf:
    """The key that signed a token; a test may have rotated them."""
    client = stack.emulator.client("secretsmanager")
    secret = client.get_secret_value(SecretId=stack.outputs["TokenKeysArn"])["SecretString"]
    keys = to_keys(secret).all
    return lambda token: keys[jwt.get_unverified_header(token)["kid"]]
