"""What the function `checker` logs of a check that fails, whoever answers at the address."""

import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.core.log_events import observe
from chalicelib.functions.checking import NO_CREDENTIALS, SPARE_S, run
from tests.unit.canned_server import HANG_UP, CannedServer, answer, serving

PLENTY_S = 30.0
CREDENTIALS = json.dumps({"username": "ada", "password": "correct horse"})
SIGNED_IN = answer(b'{"access_token": "a.secret.token"}')
ACCEPTED = answer(b'{"seq": 1}', "202 Accepted")
NOTHING = answer(b"", "204 No Content")


class Checker:
    """A process of the function, and what it logs."""

    def __init__(self) -> None:
        self.events: list[tuple[str, str]] = []  # with their reasons
        self.calls_before: int | None = None  # how many calls were made before the first event
        self._server: CannedServer

    def __call__(
        self, server: CannedServer, *, secret: str = CREDENTIALS, left_s: float = PLENTY_S
    ) -> list[tuple[str, str]]:
        self._server = server
        resources = {"API_URL": server.url, "CHECK_ACCOUNT_ARN": "arn"}
        container: Any = SimpleNamespace(
            settings=SimpleNamespace(resource=resources.__getitem__),
            adapters=SimpleNamespace(application_secrets=lambda _: lambda _: secret),
        )
        run(container, seconds=20, left_s=left_s)
        return self.events

    def observe(self, event: str, _level: int, fields: Any) -> None:
        if self.calls_before is None:
            self.calls_before = len(self._server.requests)
        self.events.append((event, fields.get("reason", "")))


@pytest.fixture
def checker() -> Iterator[Checker]:
    found = Checker()
    observe(found.observe)
    yield found
    observe(None)


def test_a_fault_is_logged_before_the_sign_out(checker: Checker) -> None:
    with serving(SIGNED_IN, HANG_UP, NOTHING) as server:
        checker(server)
    assert checker.events == [
        ("check failed", "POST /api/queue/enqueue had no answer that can be read: ProtocolError.")
    ]
    assert (checker.calls_before, len(server.requests)) == (2, 3)


@pytest.mark.parametrize("page", [answer(b"{}"), answer(b"[]"), answer(b"null"), answer(b"7"), NOTHING])
def test_an_answer_of_another_shape_is_a_fault(checker: Checker, page: bytes) -> None:
    with serving(page) as server:
        checker(server)
    assert checker.events == [("check failed", "POST /api/auth/login was answered without access_token.")]
    assert len(server.requests) == 1, "nobody is signed in"


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ([NOTHING], "POST /api/queue/enqueue was answered without seq."),
        ([ACCEPTED, answer(b'"x"')], "GET /api/queue/dequeue was answered without seq."),
        ([ACCEPTED, answer(b'{"seq": 1}')], "GET /api/queue/dequeue was answered without status."),
        (
            [ACCEPTED, answer(b'{"seq": 1, "status": "succeeded"}')],
            "Request 1 ended as succeeded, or with another result.",
        ),
    ],
)
def test_so_it_is_later(checker: Checker, answers: list[bytes], reason: str) -> None:
    with serving(SIGNED_IN, *answers, NOTHING) as server:
        assert checker(server) == [("check failed", reason)]


def test_without_time_a_check_fails_and_says_so(checker: Checker) -> None:
    with serving(SIGNED_IN) as server:
        checker(server, left_s=SPARE_S)
    assert checker.events == [("check failed", "POST /api/auth/login was not made: no time was left for it.")]


@pytest.mark.parametrize("secret", ["", "correct horse", "{}", "[]"])
def test_a_secret_without_credentials_is_not_shown(checker: Checker, secret: str) -> None:
    with serving(SIGNED_IN) as server:
        assert checker(server, secret=secret) == [("check failed", NO_CREDENTIALS)]
