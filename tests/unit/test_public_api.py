"""Calls of the own API from outside: what is sent, and what is told of a call that failed."""

import json
import socket
import time

import pytest

from chalicelib.adapters.gateway.public_api import NotAnsweredError, PublicApi
from tests.unit.canned_server import HANG_UP, answer, serving

TOKEN = "a.secret.token"
CREDENTIALS = {"username": "ada", "password": "correct horse"}


def test_the_body_is_json_and_the_token_is_sent() -> None:
    with serving(answer(b'{"seq": 1}', "202 Accepted")) as server:
        api = PublicApi(f"{server.url}/live/")
        assert api("POST", "/api/queue/enqueue", CREDENTIALS, token=TOKEN) == {"seq": 1}
    [(headers, body)] = server.requests
    assert headers["authorization"] == f"Bearer {TOKEN}"
    assert headers["content-type"] == "application/json"
    assert json.loads(body) == CREDENTIALS


def test_an_answer_without_a_document_is_none() -> None:
    with serving(answer(b"")) as server:
        assert PublicApi(server.url)("POST", "/api/auth/logout", token=TOKEN) is None


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (
            answer(b'{"code": "wrong_credentials"}', "401 Unauthorized"),
            "was answered with 401 wrong_credentials.",
        ),
        (answer(b'{"message": null}', "502 Bad Gateway"), "was answered with 502."),
        (answer(b"[]", "500 Internal Server Error"), "was answered with 500."),
        (answer(b"", "302 Found", Location="http://127.0.0.1:9/"), "was answered with 302."),
        (answer(b"<html>"), "had no answer that can be read: JSONDecodeError."),
        (HANG_UP, "had no answer that can be read: ProtocolError."),
    ],
)
def test_a_fault_is_told_without_credentials(given: bytes, told: str) -> None:
    with serving(given) as server, pytest.raises(NotAnsweredError) as raised:
        PublicApi(server.url)("POST", "/api/auth/login?x=1", CREDENTIALS, token=TOKEN)
    assert str(raised.value) == f"POST /api/auth/login {told}"


def test_no_call_waits_longer_than_there_is_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        api = PublicApi(f"http://127.0.0.1:{silent.getsockname()[1]}", time.monotonic() + 1)
        with pytest.raises(NotAnsweredError, match="had no answer that can be read: ReadTimeoutError"):
            api("POST", "/api/auth/login", CREDENTIALS)


def test_without_time_nothing_is_called() -> None:
    with serving(answer(b"")) as server:
        api = PublicApi(server.url, until=5, now=lambda: 5)
        with pytest.raises(NotAnsweredError, match=r"logout was not made: no time was left for it\."):
            api("POST", "/api/auth/logout", token=TOKEN)
    assert server.requests == []


def test_nobody_at_the_address() -> None:
    with serving(answer(b"")) as server:
        pass
    with pytest.raises(NotAnsweredError, match="had no answer that can be read: NewConnectionError"):
        PublicApi(server.url)("POST", "/api/auth/login", CREDENTIALS)
