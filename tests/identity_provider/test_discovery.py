"""What a provider, or somebody in its place, may answer: it is bounded, and never believed by half."""

import json
import socket
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.adapters.oidc import discovery
from chalicelib.adapters.oidc.discovery import BODY_LIMIT, read_keys
from chalicelib.adapters.oidc.key_set import MOST_KEYS, ProviderError
from tests.unit.receiver import Answer, Receiver, answer, dripping

EMPTY = answer(200, b'{"keys": []}')

type Describe = Callable[[str], Answer]
"""From the issuer to its description."""


def description(**changes: Any) -> Describe:
    return lambda issuer: json_of({"issuer": issuer, "jwks_uri": f"{issuer}/keys", **changes})


def json_of(document: Any) -> bytes:
    return answer(200, json.dumps(document).encode())


def redirect(issuer: str) -> Answer:
    return answer(302, b"", Location=f"{issuer}/elsewhere")


def read(describe: Describe, keys: Answer = EMPTY, seconds: float = 2.0) -> list[bytes]:
    """The calls that reading makes."""

    def first(connection: socket.socket) -> None:
        described = describe(issuer)
        if callable(described):
            described(connection)
        else:
            connection.sendall(described)

    with Receiver(first, keys) as receiver:
        issuer = f"http://127.0.0.1:{receiver.port}"
        assert read_keys(issuer, seconds) == {}
        return receiver.requests


def test_two_calls_read_the_keys() -> None:
    first, second = read(description())

    assert first.startswith(b"GET /.well-known/openid-configuration HTTP/1.1\r\n")
    assert second.startswith(b"GET /keys HTTP/1.1\r\n")


DESCRIPTIONS: dict[str, tuple[Describe, str]] = {
    "another issuer": (description(issuer="https://other.example"), "names another issuer"),
    "no issuer": (lambda issuer: json_of({"jwks_uri": f"{issuer}/keys"}), "names another issuer"),
    "a list": (lambda issuer: json_of([issuer]), "names another issuer"),
    "keys without TLS": (description(jwks_uri="http://192.0.2.1/keys"), "must begin with https://"),
    "keys in a file": (description(jwks_uri="file:///etc/passwd"), "must be like https://"),
    "keys of another host by a name within": (description(jwks_uri="https://a@b/keys"), "must be like https"),
    "no keys": (lambda issuer: json_of({"issuer": issuer}), "must be like https://"),
    "no JSON": (lambda _: answer(200, b"<html>"), "is not JSON"),
    "JSON without end": (lambda _: answer(200, b"[" * BODY_LIMIT), "is not JSON"),
    "too much": (lambda _: answer(200, b" " * (BODY_LIMIT + 1)), "too large"),
    "less than announced": (lambda _: answer(200, b"{}").replace(b": 2", b": 9"), "cut off"),
    "a redirect": (redirect, "answers 302"),
    "an error": (lambda _: answer(500), "answers 500"),
    "nothing": (lambda _: b"", "RemoteDisconnected"),
    "headers that drip": (lambda _: dripping(b"HTTP/1.1 200 OK\r\n", b"A: b\r\n"), "cut off"),
    "a body that drips": (
        lambda _: dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n", b" "),
        "cut off",
    ),
}


@pytest.mark.parametrize("case", DESCRIPTIONS)
def test_a_description_that_cannot_be_used_is_refused(case: str) -> None:
    describe, reason = DESCRIPTIONS[case]
    with pytest.raises(ProviderError, match=reason):
        read(describe, seconds=0.3 if "drip" in case else 10)


@pytest.mark.parametrize(
    ("keys", "reason"),
    [
        (json_of({"keys": [{}] * (MOST_KEYS + 1)}), "not a list of at most 20"),
        (json_of({"keys": {}}), "not a list"),
        (json_of([]), "not a list"),
        (answer(200, b'{"keys": [' + b" " * BODY_LIMIT + b"]}"), "too large"),
        (redirect("https://login.example"), "answers 302"),
        (dripping(b"", b"H"), "TimeoutError"),
    ],
)
def test_keys_that_cannot_be_used_are_refused(keys: Answer, reason: str) -> None:
    with pytest.raises(ProviderError, match=reason):
        read(description(), keys, seconds=0.3 if callable(keys) else 10)


def test_an_issuer_with_tls_names_no_keys_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever listens there would sign for all of its users."""
    issuer = "https://login.example"
    described = {"issuer": issuer, "jwks_uri": "http://127.0.0.1:8080/keys"}
    monkeypatch.setattr(discovery, "_document", lambda address, *_: described | {"keys": [], "at": address})

    with pytest.raises(ProviderError, match="must begin with https://"):
        read_keys(issuer)
