"""Every error is a problem document (RFC 9457), whoever makes it."""

from typing import Any

import pytest

from local_cloud.api_client import Answer, Api
from tests.e2e.users import User

ENQUEUE = "/api/queue/enqueue"
SIGNED_OUT = {"Authorization": "Bearer nonsense"}
PLAIN = {"Content-Type": "text/plain"}


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "status"),
    [
        ("POST", "/api/auth/register", {"username": "A", "password": "long enough"}, {}, 422),
        ("POST", "/api/auth/login", b"{not json", {}, 400),
        ("GET", "/api/queue", None, {"Authorization": ""}, 401),
        ("GET", "/api/queue", None, SIGNED_OUT, 401),
        ("GET", "/api/queue/requests/1", None, {}, 404),
        ("GET", "/api/queue/requests/first", None, {}, 404),
        ("GET", "/api/queue/dequeue?wait=21", None, {}, 422),
        ("GET", "/api/queue/requests?limit=many", None, {}, 422),
        ("POST", ENQUEUE, {"type": "unheard-of", "payload": {}}, {}, 422),
        ("POST", ENQUEUE, {"type": "echo", "payload": {"x": "x" * 140_000}}, {}, 413),
        ("POST", ENQUEUE, {"type": "echo", "payload": {"x": "x" * 200_000}}, {}, 413),
        ("POST", ENQUEUE, b"type=echo", PLAIN, 415),
        # The gateway refuses the first of these, Chalice the second.
        ("GET", "/api/nothing-here", None, {}, 404),
        ("DELETE", "/api/auth/login", None, {}, 405),
    ],
)
def test_an_error_is_a_problem_document(  # noqa: PLR0917 - a row of the table
    user: User, method: str, path: str, body: Any, headers: dict[str, str], status: int
) -> None:
    answer = user.session.call(method, path, body, headers)

    assert answer.status == status
    _assert_problem(answer)


def test_a_payload_that_its_handler_cannot_take_is_refused_at_once_with_the_field(user: User) -> None:
    answer = user.session.call("POST", ENQUEUE, {"type": "sleep", "payload": {"seconds": "long"}})

    assert answer.status == 422
    assert [error["path"] for error in answer.body["errors"]] == ["payload.seconds"]
    assert user.session.queue()["tail"] == 0


def test_who_is_not_signed_in_is_told_how(api: Api) -> None:
    answer = api.call("GET", "/api/queue")

    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def _assert_problem(answer: Answer) -> None:
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.body.keys() - {"errors"} == {"type", "title", "status", "code", "detail"}
    assert answer.body["status"] == answer.status
    assert answer.body["detail"].endswith(".")
