"""What is answered to users and services who send more than their rate."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.core.rates import Rate
from local_cloud.api_client import Answer
from tests.answers.service import Service
from tests.e2e.users import User

ECHO = {"type": "echo"}
LATER = {"type": "echo", "enter_at": "2027-02-01T00:00:00Z"}
SCOPES = ["enqueue:*", "tokens"]


def refusal(answer: Answer) -> tuple[int, str, str | None]:
    return answer.status, answer.body["code"], answer.headers.get("Retry-After")


@pytest.mark.parametrize("settings", [{"USER_RATE": "6/min", "USER_BURST": "3"}])
def test_who_sends_more_than_the_rate_is_told_when_to_send_again(service: Service, user: User) -> None:
    def send(path: str, body: Any) -> Answer:
        return user.session.call("POST", f"/api/queue/{path}", body)

    assert refusal(send("enqueue/batch", {"requests": [ECHO] * 4})) == (422, "batch_exceeds_burst", None)
    assert send("enqueue/batch", {"requests": [ECHO] * 2}).status == 202
    assert send("scheduled", LATER).status == 202

    assert refusal(send("enqueue", ECHO)) == (429, "rate_limited", "10")
    assert refusal(send("enqueue/batch", {"requests": [ECHO] * 2})) == (429, "rate_limited", "20")
    assert refusal(send("scheduled", LATER)) == (429, "rate_limited", "10")
    service.clock.advance(10_000)
    assert send("enqueue", ECHO).status == 202


@pytest.fixture
def make_key(admin: User) -> Callable[..., Any]:
    def make(**more: Any) -> Any:
        body = {"name": "shop", "scopes": SCOPES, **more}
        return admin.session.ask("POST", "/api/admin/keys", body)

    return make


def test_a_key_has_a_rate_of_its_own_for_all_its_users_together(
    service: Service, make_key: Callable[..., Any]
) -> None:
    limited, free = make_key(rate="30/h", burst=2), make_key()
    assert (limited["rate"], limited["burst"], free["rate"], free["burst"]) == ("30/h", 2, None, None)

    def send(name: str, key: str, path: str = "enqueue", body: Any = ECHO) -> Answer:
        address, header = f"/api/users/{name}/queue/{path}", {"Authorization": f"Bearer {key}"}
        return service.api.call("POST", address, body, header)

    assert send("ada", limited["key"]).status == 202
    assert send("max", limited["key"], "scheduled", LATER).status == 202
    assert refusal(send("eve", limited["key"])) == (429, "rate_limited", "120")
    assert refusal(send("eve", limited["key"], "scheduled", LATER)) == (429, "rate_limited", "120")
    batch = {"requests": [ECHO] * 3}
    assert refusal(send("eve", limited["key"], "enqueue/batch", batch)) == (422, "batch_exceeds_burst", None)

    assert [send("eve", free["key"]).status for _ in range(3)] == [202] * 3
    service.clock.advance(120_000)
    assert send("eve", limited["key"]).status == 202


def test_a_retry_as_a_new_request_takes_a_token_of_the_key_and_one_in_place_takes_none(
    service: Service, make_key: Callable[..., Any]
) -> None:
    key = make_key(scopes=["enqueue:*", "control"], rate="30/h", burst=2)["key"]

    def call(path: str, body: Any = None) -> Answer:
        header = {"Authorization": f"Bearer {key}"}
        return service.api.call("POST", f"/api/users/ada/queue/{path}", body, header)

    fails = {"type": "fail", "payload": {"times": 9}, "max_attempts": 1, "on_failure": "halt"}
    assert call("enqueue", fails).status == 202
    for _ in range(2):
        service.work()
        assert call("requests/1/retry").status == 200
    service.work()
    call("requests/1/skip")

    assert call("requests/1/retry").status == 202
    assert refusal(call("requests/1/retry")) == (429, "rate_limited", "120")


def test_the_bearer_of_a_minted_token_takes_nothing_from_the_key(
    service: Service, make_key: Callable[..., Any]
) -> None:
    key = make_key(rate="1/h", burst=1)["key"]
    minted = service.api.call(
        "POST",
        "/api/users/ada/tokens",
        {"scopes": ["enqueue:echo"], "ttl_seconds": 600},
        {"Authorization": f"Bearer {key}"},
    )

    bearer = {"Authorization": f"Bearer {minted.body['token']}"}
    sent = [service.api.call("POST", "/api/queue/enqueue", ECHO, bearer).status for _ in range(3)]

    assert sent == [202] * 3


@pytest.mark.parametrize("more", [{"rate": "fast"}, {"rate": "2000/s"}, {"rate": "1/s", "burst": 0}])
def test_a_key_with_what_is_no_rate_is_refused(admin: User, more: Any) -> None:
    body = {"name": "shop", "scopes": SCOPES, **more}

    answer = admin.session.call("POST", "/api/admin/keys", body)

    assert (answer.status, answer.body["code"]) == (422, "invalid_input")


def test_who_waits_for_the_rate_of_a_handler_is_told_so(service: Service, user: User) -> None:
    echo = service.handlers.get("echo")
    assert echo
    service.handlers.remove("echo")
    service.handlers.add(replace(echo, rate=Rate.parse("4/min")))
    for _ in range(2):
        user.session.ask("POST", "/api/queue/enqueue", ECHO)
    service.work_once()

    waiting = user.session.queue()["waiting"]

    assert (waiting["reason"], waiting["seq"], waiting["until"]) == ("rate", 2, "2027-01-15T08:00:15.000Z")
