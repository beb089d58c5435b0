"""What the operator's settings, and a store that is away, make of the answers of the deployed function."""

import socket
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from moto import mock_aws

from local_cloud.api_client import Answer
from tests.e2e.users import User, sign_up
from tests.infra.cloud import Cloud
from tests.infra.documents import Document

ECHO = {"type": "echo"}
ORIGIN = "https://app.example"


@pytest.fixture
def patch() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.fixture
def cloud(template: Document, patch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    with mock_aws():
        yield Cloud(template, patch)


@pytest.fixture
def silence(patch: pytest.MonkeyPatch) -> Iterator[str]:
    """Where nobody answers."""
    patch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda seconds: None))  # between its tries
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))  # and does not listen
        yield f"http://127.0.0.1:{deaf.getsockname()[1]}"


def send(user: User, count: int) -> Answer:
    return user.session.call("POST", "/api/queue/enqueue/batch", {"requests": [ECHO] * count})


def test_a_queue_is_full_at_the_operators_limit(cloud: Cloud) -> None:
    cloud.become("APIHandler", QUEUE_LIMIT="3")
    user = sign_up(cloud.api)
    assert [send(user, count).status for count in (4, 2)] == [422, 202]

    answer = send(user, 2)

    assert (answer.status, answer.headers["Retry-After"]) == (429, "1")
    assert answer.body["detail"] == "The queue is full: 2 requests are waiting, and there is room for 1 more."
    assert user.session.queue()["tail"] == 2
    assert send(user, 1).status == 202


def test_another_limit_holds_from_the_next_sign_in_on(cloud: Cloud) -> None:
    cloud.become("APIHandler", QUEUE_LIMIT="1")
    user = sign_up(cloud.api)
    assert [send(user, 1).status for _ in range(2)] == [202, 429]

    cloud.become("APIHandler", QUEUE_LIMIT="2")
    cloud.api.sign_in(user.username, user.password)

    assert [send(user, 1).status for _ in range(2)] == [202, 429]


@pytest.mark.parametrize(
    "call",
    [
        ("POST", "/api/auth/register", {"username": "somebody", "password": "long enough"}),
        ("POST", "/api/auth/login", {"username": "somebody", "password": "long enough"}),
        ("POST", "/api/queue/enqueue", ECHO),
        ("GET", "/api/queue/dequeue", None),
    ],
    ids=lambda call: call[1],
)
def test_while_the_store_does_not_answer_callers_are_told_to_try_again(
    cloud: Cloud, patch: pytest.MonkeyPatch, silence: str, call: tuple[str, str, object]
) -> None:
    cloud.become("APIHandler")
    user = sign_up(cloud.api)
    patch.setenv("AWS_ENDPOINT_URL_DYNAMODB", silence)
    cloud.become("APIHandler")

    answer = user.session.call(*call)

    assert (answer.status, answer.headers["Retry-After"]) == (503, "1")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.body["detail"] == "The store does not answer. Try again."
    assert "127.0.0.1" not in str(answer)


def test_the_pages_of_an_origin_that_the_operator_named_may_read_the_answers(cloud: Cloud) -> None:
    cloud.become("APIHandler", CORS_ORIGINS=ORIGIN)

    answer = cloud.api.call("GET", "/api/queue", headers={"Origin": ORIGIN})

    assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (401, ORIGIN)
