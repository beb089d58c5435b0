"""Every line that a call logs says who called, from where, and why it was refused; and nothing secret."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.adapters.runtime import logs
from chalicelib.core.queueing.registry import Registry
from gurukool import Effects, handler
from local_cloud.api_client import Api
from tests.answers.service import Service
from tests.e2e.users import User

HERE = "127.0.0.1"  # of every call in this process

type Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines() -> Iterator[Lines]:
    """What was logged since one looked last."""
    stream, logger = io.StringIO(), logging.getLogger("gurukool")
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.JsonFormatter())
    logger.addHandler(handler)

    def read() -> list[dict[str, Any]]:
        written = [json.loads(line) for line in stream.getvalue().splitlines()]
        stream.truncate(0)
        stream.seek(0)
        return written

    yield read
    logger.removeHandler(handler)


def test_every_line_of_a_call_says_who_calls_and_from_where(user: User, lines: Lines) -> None:
    lines()
    user.session.ask("POST", "/api/queue/enqueue", {"type": "echo"})
    user.session.call("GET", "/api/queue/requests/7")

    written = lines()

    assert {(line["user"], line["source"]) for line in written} == {(user.user_id, HERE)}
    assert len({line["session"] for line in written}) == 1
    assert [line["status"] for line in written if line["event"] == "call answered"] == [202, 404]
    assert written[-1]["code"] == "not_found"


def test_one_call_says_nothing_of_the_call_before_it(api: Api, user: User, lines: Lines) -> None:
    user.session.call("GET", "/api/queue/requests/7")
    lines()
    api.call("GET", "/api/health")

    assert not {"user", "session", "code", "reason"} & set(lines()[-1])


def test_a_sign_in_says_whose_it_was(api: Api, user: User, lines: Lines) -> None:
    lines()
    api.sign_in(user.username, user.password)

    assert lines()[-1]["user"] == user.user_id


def test_a_refused_sign_in_is_told_with_its_reason_and_not_with_what_was_typed(
    service: Service, user: User, lines: Lines
) -> None:
    lines()
    for username in (user.username, "Hunter2-in-the-wrong-field"):
        for _ in range(6):
            service.api.call("POST", "/api/auth/login", {"username": username, "password": "wrong-Hunter2"})

    written = lines()

    refused = [line for line in written if line["event"] == "sign-in refused"]
    assert [line["reason"] for line in refused] == [
        *["wrong password"] * 5,
        "throttled",
        *["unknown user"] * 5,
        "throttled",
    ]
    assert len({line["subject"] for line in refused}) == 2
    assert {line["source"] for line in written} == {HERE}
    assert "unter2" not in json.dumps(written)
    answered = [line for line in written if line["event"] == "call answered"]
    assert [line["code"] for line in answered[:6]] == ["wrong_credentials"] * 5 + ["throttled"]
    assert answered[5]["reason"].startswith("Too many wrong passwords.")


def test_who_may_not_is_named_and_who_is_not_signed_in_is_told_from_where(
    api: Api, user: User, lines: Lines
) -> None:
    lines()
    user.session.call("GET", "/api/admin/stats")
    api.call("GET", "/api/queue", headers={"Authorization": "Bearer forged"})

    forbidden, unauthenticated = (line for line in lines() if line["event"] == "call answered")

    assert (forbidden["user"], forbidden["code"]) == (user.user_id, "admin_only")
    assert (unauthenticated["source"], unauthenticated["code"]) == (HERE, "unauthenticated")
    assert "user" not in unauthenticated


def test_what_a_caller_says_of_its_address_does_not_count(api: Api, lines: Lines) -> None:
    lines()
    api.call("GET", "/api/health", headers={"X-Forwarded-For": "203.0.113.9"})

    assert lines()[-1]["source"] == HERE


def test_the_id_of_a_call_is_in_every_line_up_to_the_outcome(
    service: Service, user: User, lines: Lines
) -> None:
    lines()
    sent = user.session.call("POST", "/api/queue/enqueue", {"type": "echo"}).headers["X-Request-Id"]
    batch = {"requests": [{"type": "fail", "max_attempts": 1}] * 2}
    both = user.session.call("POST", "/api/queue/enqueue/batch", batch).headers["X-Request-Id"]
    logs.begin_invocation("id")
    service.work()

    calls = {(line["event"], line.get("seq")): line.get("call") for line in lines()}

    assert calls["request accepted", 1] == calls["request succeeded", 1] == sent
    assert calls["requests accepted", 2] == calls["request started", 3] == calls["request failed", 3] == both


def test_a_request_that_an_older_release_has_stored_has_no_call(
    service: Service, user: User, lines: Lines
) -> None:
    user.session.ask("POST", "/api/queue/enqueue", {"type": "echo"})
    stored = service.store.tables.requests[user.user_id]
    stored[1] = replace(stored[1], call=None)
    lines()
    logs.begin_invocation("id")
    service.work()

    assert all("call" not in line for line in lines() if line["event"] == "request succeeded")
    assert service.store.tables.requests[user.user_id][1].result is not None


def test_a_follow_up_has_the_call_of_the_request_that_has_caused_it(service: Service, user: User) -> None:
    @handler("first")
    def first(payload: str, effects: Effects) -> None:
        effects.enqueue(payload, "echo", {})

    service.handlers.update(Registry.of(first))
    sent = user.session.call("POST", "/api/queue/enqueue", {"type": "first", "payload": user.user_id})
    service.work()

    requests = service.store.tables.requests[user.user_id]
    assert [requests[seq].call for seq in (1, 2)] == [sent.headers["X-Request-Id"]] * 2


def test_a_registration_says_whose_it_was(api: Api, lines: Lines) -> None:
    lines()
    answer = api.call("POST", "/api/auth/register", {"username": "grace-h", "password": "a long enough one"})

    assert lines()[-1]["user"] == answer.body["user_id"]


def test_a_line_about_somebody_else_keeps_saying_so(service: Service, user: User, lines: Lines) -> None:
    admin = service.make_admin(service.sign_up())
    lines()
    admin.session.call("POST", f"/api/admin/accounts/{user.username}/disable")

    told = {line["event"]: line for line in lines()}

    assert told["account disabled"]["user"] == user.user_id
    assert told["call answered"]["user"] == admin.user_id
    assert told["account disabled"]["call"] == told["call answered"]["call"]
