"""Users of a real identity provider on the deployed stack: its functions verify the tokens themselves."""

import secrets

import pytest

from local_cloud.api_client import Session
from tests.examples.conftest import ExamplesStack
from tests.identity_provider.provider import Provider


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_a_users_requests_run_in_order(
    deployed: ExamplesStack, identity_provider: Provider, algorithm: str
) -> None:
    token = identity_provider.access_token(f"auth0|{secrets.token_hex(4)}", algorithm)
    user = Session(deployed.api, token)
    for number in range(3):
        user.ask("POST", "/api/queue/enqueue", {"type": "echo", "payload": {"n": number}})

    outcomes = [user.ask("GET", "/api/queue/dequeue?wait=20") for _ in range(3)]

    assert [(outcome["seq"], outcome["result"]) for outcome in outcomes] == [
        (number + 1, {"n": number}) for number in range(3)
    ]


def test_an_expired_token_and_one_for_somebody_else_are_refused(
    deployed: ExamplesStack, identity_provider: Provider
) -> None:
    expired = identity_provider.access_token("ada", seconds="-60")
    elsewhere = identity_provider.access_token("ada", audience="https://other.example")

    answers = [Session(deployed.api, token).call("GET", "/api/queue") for token in (expired, elsewhere)]

    assert [(answer.status, answer.body["code"]) for answer in answers] == [
        (401, "token_expired"),
        (401, "invalid_token"),
    ]
