"""Bad input is refused with the right status, before anything is stored."""

import json
from typing import Any

import pytest

from tests.security.conftest import Person

ENQUEUE = "/api/queue/enqueue"
JSON = {"Content-Type": "application/json"}


def echo(payload: str) -> bytes:
    return f'{{"type": "echo", "payload": {payload}}}'.encode()


BODIES: dict[str, tuple[bytes, int]] = {
    "nothing": (b"", 400),
    "no JSON": (b"type=echo", 400),
    "half of it": (b'{"type": "echo", "pay', 400),
    "something behind it": (b'{"type": "echo"} {}', 400),
    "another encoding": ('{"type": "echo"}'.encode("utf-16"), 400),
    "a byte order mark": (b"\xef\xbb\xbf" + b'{"type": "echo"}', 400),
    "bytes that are no UTF-8": (echo('{"a": "\xff"}').replace(b"\xc3\xbf", b"\xff"), 400),
    "half a surrogate pair": (echo(r'{"a": "\ud800"}'), 400),
    "a control character": (echo('{"a": "\x01"}'), 400),
    "a name twice": (b'{"type": "echo", "type": "sleep"}', 400),
    "a name twice within": (echo('{"a": {"b": 1, "b": 2}}'), 400),
    "a name twice, one escaped": (echo(r'{"a": 1, "\u0061": 2}'), 400),
    "nested without end": (echo("[" * 100_000 + "]" * 100_000), 400),
    "objects without end": (echo('{"a":' * 10_000 + "1" + "}" * 10_000), 400),
    "nested a little too deep": (echo('{"a":' + "[" * 31 + "]" * 31 + "}"), 400),
    "not a number": (echo('{"a": NaN}'), 400),
    "infinity": (echo('{"a": -Infinity}'), 400),
    "a number beyond all": (echo('{"a": 1e999}'), 422),
    "a number without end": (echo('{"a": ' + "9" * 5000 + "}"), 400),
    "a list": (b"[]", 422),
    "null": (b"null", 422),
    "a field too many": (b'{"type": "echo", "admin": true}', 422),
    "another user's id": (b'{"type": "echo", "user_id": "0"}', 422),
    "a type that nobody knows": (b'{"type": "../../etc/passwd"}', 422),
    "a type that is none": (b'{"type": {"$ne": null}}', 422),
    "a payload of another shape": (b'{"type": "sleep", "payload": {"seconds": "long"}}', 422),
    "a payload with a field too many": (b'{"type": "sleep", "payload": {"seconds": 0, "x": 1}}', 422),
    "a batch at the address for one request": (b'{"requests": [{"type": "echo"}]}', 422),
    "a payload that is too large": (echo('{"a": "' + "x" * 131_072 + '"}'), 413),
    "a body that is too large": (b" " * (2 * 1024 * 1024) + b"{}", 413),
}


BATCHES: dict[str, tuple[bytes, int]] = {
    "empty": (b'{"requests": []}', 422),
    "too long": (json.dumps({"requests": [{"type": "echo"}] * 101}).encode(), 422),
    "one request": (b'{"type": "echo"}', 422),
    "a request beside it": (b'{"type": "echo", "requests": [{"type": "echo"}]}', 422),
    "one bad request": (b'{"requests": [{"type": "echo"}, {"type": "none"}]}', 422),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_bad_body_is_refused_and_nothing_is_stored(person: Person, name: str) -> None:
    body, status = BODIES[name]

    answer = person.call("POST", ENQUEUE, body)

    assert answer.status == status, answer
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert person.session.queue()["tail"] == 0


@pytest.mark.parametrize("name", BATCHES)
def test_a_bad_batch_is_refused_and_nothing_is_stored(person: Person, name: str) -> None:
    body, status = BATCHES[name]

    answer = person.call("POST", f"{ENQUEUE}/batch", body, **JSON)

    assert answer.status == status, answer
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert person.session.queue()["tail"] == 0


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/xml",
        "application/x-www-form-urlencoded",
        "application/json; charset=utf-16",
        "application/json, text/plain",
        "application/jsonp",
        "",
    ],
)
def test_a_body_says_that_it_is_json(person: Person, content_type: str) -> None:
    answer = person.call("POST", ENQUEUE, b'{"type": "echo"}', **{"Content-Type": content_type})

    assert answer.status == 415
    assert person.session.queue()["tail"] == 0


@pytest.mark.parametrize(
    "content_type", ["application/json; charset=UTF-8", 'Application/JSON;charset="utf-8"']
)
def test_json_may_say_that_it_is_utf_8(person: Person, content_type: str) -> None:
    answer = person.call("POST", ENQUEUE, b'{"type": "echo"}', **{"Content-Type": content_type})

    assert answer.status == 202


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/queue/dequeue?wait=21", 422),
        ("GET", "/api/queue/dequeue?wait=-1", 422),
        ("GET", "/api/queue/dequeue?wait=1.0", 422),
        ("GET", "/api/queue/dequeue?wait=1e1", 422),
        ("GET", "/api/queue/dequeue?wait=%D9%A3", 422),
        ("GET", "/api/queue/dequeue?wait=", 422),
        ("GET", "/api/queue/dequeue?wait=0&wait=0", 422),
        ("GET", "/api/queue/dequeue?wait=0&other=1", 422),
        ("GET", "/api/queue?user_id=0", 422),
        ("GET", "/api/queue/requests?limit=101", 422),
        ("GET", "/api/queue/requests?after=99999999999999999999", 422),
        ("GET", "/api/queue/requests/0", 404),
        ("GET", "/api/queue/requests/-1", 404),
        ("GET", "/api/queue/requests/01", 404),
        ("GET", "/api/queue/requests/1e0", 404),
        ("GET", "/api/queue/requests/99999999999999999999", 404),
        ("GET", "/api/queue/requests/..%2f..%2fetc%2fpasswd", 404),
        ("GET", "/api/queue/requests/%00", 404),
        ("DELETE", "/api/auth/sessions/..%2F..", 404),
        ("DELETE", "/api/auth/sessions/%0d%0aSet-Cookie:x", 404),
        ("GET", "/console/..%2F..%2Fsettings.py", 404),
        ("GET", "/console/%2e%2e/settings.py", 404),
        ("GET", "//api/queue/../../settings.py", 404),
        ("PUT", "/api/queue", 405),
        ("PATCH", "/api/queue/requests/1", 405),
        ("OPTIONS", "/api/queue", 405),
    ],
)
def test_a_bad_address_is_refused(person: Person, method: str, path: str, status: int) -> None:
    answer = person.call(method, path)

    assert answer.status == status, answer
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("key", ["", " ", "a b", "ä", "x" * 256, "\x7f"])
def test_a_bad_idempotency_key_is_refused(person: Person, key: str) -> None:
    answer = person.call(
        "POST", ENQUEUE, {"type": "echo"}, **{"Idempotency-Key": key.encode().decode("latin-1")}
    )

    assert answer.status == 422, answer
    assert person.session.queue()["tail"] == 0


@pytest.mark.parametrize("path", ["/api/queue/pause", "/api/auth/logout"])
def test_a_call_without_a_body_takes_none(person: Person, path: str) -> None:
    assert person.call("POST", path, {"reason": "lunch"}).status == 400
    assert person.session.queue()["state"] == "open"


@pytest.mark.parametrize(
    ("username", "password", "status"),
    [
        ("ab", "long enough", 422),
        ("a" * 65, "long enough", 422),
        ("-ada", "long enough", 422),
        ("ada lovelace", "long enough", 422),
        ("ada\n", "long enough", 422),
        ("ada\u0000", "long enough", 422),
        ("\u0430da", "long enough", 422),  # it begins with a Cyrillic letter
        ("ada'; DROP TABLE", "long enough", 422),
        ("ada-{}", "seven77", 422),
        ("ada-{}", "x" * 129, 422),
        ("ada-{}", "password1", 422),
        ("ada-{}", "PASSWORD1", 422),
        ("ada-{}", "Ada-{}", 422),
        ("ada-{}", "xy" * 65, 422),
        ("ada-{}", "gurukool123", 422),
        ("admin", "long enough", 422),
        ("ada-{}", "\u1e9e\u00fc" * 4, 201),  # any characters will do
        ("ADA-{}", "xy" * 64, 201),
    ],
)
def test_usernames_and_passwords_have_rules(
    person: Person, username: str, password: str, status: int
) -> None:
    suffix = person.username[-8:]
    body = {"username": username.format(suffix), "password": password.format(suffix)}

    assert person.api.call("POST", "/api/auth/register", body).status == status


def test_a_username_is_the_same_however_it_is_typed(person: Person) -> None:
    typed = person.username.upper()
    wide = "".join(chr(ord(c) + 0xFEE0) if c.isalnum() else c for c in person.username)

    for username in (typed, wide):
        body = {"username": username, "password": person.password}
        assert person.api.call("POST", "/api/auth/login", body).status == 200
    assert (
        person.api.call("POST", "/api/auth/register", {"username": typed, "password": person.password}).status
        == 409
    )


@pytest.mark.parametrize("header", ["User-Agent", "X-Forwarded-For", "Origin", "X-Amzn-Trace-Id"])
def test_what_a_caller_writes_into_headers_shows_up_nowhere_else(person: Person, header: str) -> None:
    planted = 'x"}\\u000a{"level":"ERROR","event":"forged"}'
    answer = person.call("GET", "/api/queue", **{header: planted})

    assert answer.status == 200
    assert all("forged" not in value for value in answer.headers.values())


def test_every_answer_has_security_headers_and_a_request_id(person: Person) -> None:
    answers: list[Any] = [
        person.call("GET", "/api/queue"),
        person.call("GET", "/api/queue/requests/1"),
        person.call("PUT", "/api/queue"),
        person.api.call("GET", "/api/queue"),
    ]
    for answer in answers:
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert answer.headers["Strict-Transport-Security"].startswith("max-age=")
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert len(answer.headers["X-Request-Id"]) == 36
        assert "Access-Control-Allow-Origin" not in answer.headers
