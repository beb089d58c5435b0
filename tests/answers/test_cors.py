"""What the pages of other sites are answered, through the middleware that every answer passes."""

from collections.abc import Mapping

import pytest

from local_cloud.api_client import Answer, Api
from tests.e2e.users import User

ORIGIN = "https://app.example"
OPENED = {"CORS_ORIGINS": f"https://other.example, {ORIGIN}"}
SHOWN = {"Location", "Retry-After", "X-Request-Id", "Idempotency-Replayed", "Results-Omitted"}


def permissions(answer: Answer) -> Mapping[str, str]:
    return {name: value for name, value in answer.headers.items() if name.startswith("Access-Control-")}


def listed(answer: Answer, name: str) -> set[str]:
    return {part.strip() for part in answer.headers[name].split(",")}


@pytest.mark.parametrize("settings", [OPENED])
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/api/queue", 200), ("GET", "/api/queue/requests/1", 404), ("DELETE", "/api/auth/login", 405)],
)
def test_a_named_origin_may_read_every_answer_and_the_headers_that_it_needs(
    user: User, method: str, path: str, status: int
) -> None:
    answer = user.session.call(method, path, headers={"Origin": ORIGIN})

    assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (status, ORIGIN)
    assert listed(answer, "Access-Control-Expose-Headers") == SHOWN
    assert answer.headers["Vary"] == "Origin"
    assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize("settings", [OPENED])
@pytest.mark.parametrize("origin", [{}, {"Origin": "null"}, {"Origin": f"{ORIGIN}.evil"}])
def test_no_other_origin_may_and_caches_are_told_that_it_depends(user: User, origin: dict[str, str]) -> None:
    answer = user.session.call("GET", "/api/queue", headers=origin)

    assert (answer.status, answer.headers["Vary"]) == (200, "Origin")
    assert permissions(answer) == {}


def test_without_the_operators_word_nobody_may_and_nobody_is_asked(user: User) -> None:
    answer = user.session.call("GET", "/api/queue", headers={"Origin": ORIGIN})

    assert (permissions(answer), "Vary" in answer.headers) == ({}, False)
    assert asking(user.session.api, ORIGIN).status == 405


@pytest.mark.parametrize("settings", [OPENED])
def test_a_named_origin_that_asks_before_it_sends_is_told_what_it_may(api: Api) -> None:
    answer = asking(api, ORIGIN)

    assert (answer.status, answer.body) == (204, None)
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert listed(answer, "Access-Control-Allow-Methods") == {"GET", "POST", "DELETE"}
    assert listed(answer, "Access-Control-Allow-Headers") == {
        "Authorization",
        "Content-Type",
        "Idempotency-Key",
        "traceparent",
        "*",
    }


@pytest.mark.parametrize("settings", [OPENED])
def test_no_other_origin_that_asks_is_told_anything(api: Api) -> None:
    answer = asking(api, "https://evil.example")

    assert (answer.status, permissions(answer)) == (405, {})


def asking(api: Api, origin: str) -> Answer:
    """What a browser sends first."""
    headers = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    return api.call("OPTIONS", "/api/queue/enqueue", headers=headers)
