"""How calls may be written: bodies, content types, methods, paths, and who calls."""

import pytest

from local_cloud.api_client import Api
from tests.e2e.users import User

ENQUEUE = "/api/queue/enqueue"
ECHO = {"type": "echo"}
PROBLEM = "application/problem+json"


@pytest.mark.parametrize("body", [None, b"", b"{}", b"{} ", b" \r\n\t{ }\n", b"  "])
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/api/queue/pause", 200),
        ("POST", "/api/queue/purge", 200),
        ("DELETE", "/api/queue", 200),
        ("GET", "/api/queue", 200),
        ("POST", "/api/auth/logout", 204),
    ],
)
def test_a_call_that_takes_no_body_takes_an_empty_object(
    user: User, method: str, path: str, status: int, body: bytes | None
) -> None:
    assert user.session.call(method, path, body).status == status


@pytest.mark.parametrize("body", [b'{"reason": "lunch"}', b"null", b"[]", b"{}{}", b"{", b"x"])
def test_a_call_that_takes_no_body_refuses_one_that_asks_for_something(user: User, body: bytes) -> None:
    answer = user.session.call("POST", "/api/queue/pause", body)

    assert (answer.status, answer.body["code"]) == (400, "malformed")
    assert user.session.queue()["state"] == "open"


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "application/json;",
        "application/json; charset=utf8",
        "application/json; charset=UTF-8",
        'Application/JSON;charset="utf-8"',
        "application/json; odata=verbose",
        "application/json; version=1; charset=utf-8",
        "application/json ; a=b",
    ],
)
def test_json_in_utf_8_is_taken_whatever_else_is_said_of_it(user: User, content_type: str) -> None:
    answer = user.session.call("POST", ENQUEUE, ECHO, {"Content-Type": content_type})

    assert answer.status == 202


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "text/json",
        "application/jsonp",
        "application/json, text/plain",
        "application/json; charset=utf-16",
        "application/json; charset=latin1; charset=utf-8",
        "application/x-www-form-urlencoded",
    ],
)
def test_what_is_not_json_in_utf_8_is_refused(user: User, content_type: str) -> None:
    answer = user.session.call("POST", ENQUEUE, ECHO, {"Content-Type": content_type})

    assert (answer.status, answer.body["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize("spelling", ["Bearer {}", "bearer {}", "BEARER   {}", "Bearer\t{}", " Bearer {} "])
def test_an_access_token_may_be_spelt_as_http_allows(user: User, spelling: str) -> None:
    authorization = spelling.format(user.session.access_token)

    assert user.session.api.call("GET", "/api/queue", headers={"Authorization": authorization}).status == 200


@pytest.mark.parametrize("spelling", ["{}", "Bearer", "Bearer ", "Bearer{}", "Basic {}", "Token {}"])
def test_whoever_says_nothing_of_a_token_is_told_how(user: User, spelling: str) -> None:
    headers = {"Authorization": spelling.format(user.session.access_token)}

    answer = user.session.api.call("GET", "/api/queue", headers=headers)

    assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize(
    "path", ["/", "/docs", "/api/health", "/api/openapi.json", "/console/icon.svg", "/docs/docs.js"]
)
def test_head_is_answered_like_get_without_the_body(api: Api, path: str) -> None:
    answer = api.call("HEAD", path)

    assert (answer.status, answer.body) == (200, None)
    assert answer.headers["Content-Type"]


def test_head_is_answered_without_a_body_where_it_finds_nothing(api: Api) -> None:
    answer = api.call("HEAD", "/console/none.js")

    assert (answer.status, answer.body) == (404, None)


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "PATCH"])
def test_a_method_that_a_path_does_not_know_is_told_those_that_it_knows(user: User, method: str) -> None:
    answer = user.session.call(method, "/api/queue")

    assert (answer.status, answer.headers["Content-Type"]) == (405, PROBLEM)
    assert {part.strip() for part in answer.headers["Allow"].split(",")} == {"GET", "DELETE"}


@pytest.mark.parametrize("text", ["%31", "1"])
def test_a_path_may_be_escaped_without_need(user: User, text: str) -> None:
    user.session.enqueue("echo", {})

    assert user.session.ask("GET", f"/api/queue/requests/{text}")["seq"] == 1


@pytest.mark.parametrize("text", ["1%2F2", "%00", "%ff", "+1", "01", "1.0", "%D9%A1", "%2531"])
def test_a_path_that_names_nothing_is_not_found_however_it_is_escaped(user: User, text: str) -> None:
    user.session.enqueue("echo", {})

    assert user.session.call("GET", f"/api/queue/requests/{text}").status == 404
