"""Sign up, sign in, sign out."""

import base64
import json

import pytest

from local_cloud.api_client import Api, RefusedError, Session
from tests.e2e.users import User


def test_signing_in_gives_tokens_that_open_the_queue(api: Api, user: User) -> None:
    answer = api.call("POST", "/api/auth/login", {"username": user.username, "password": user.password})

    assert answer.status == 200
    assert answer.body.keys() == {"access_token", "refresh_token", "token_type", "expires_in"}
    assert answer.body["token_type"] == "Bearer"
    assert Session(api, answer.body["access_token"]).queue()["state"] == "open"


def test_a_taken_username_is_refused(api: Api, user: User) -> None:
    with pytest.raises(RefusedError) as refused:
        api.register(user.username, "another long password")

    assert refused.value.answer.status == 409


def test_a_wrong_password_and_an_unknown_user_are_told_the_same(api: Api, user: User) -> None:
    wrong = api.call("POST", "/api/auth/login", {"username": user.username, "password": "wrong password"})
    unknown = api.call("POST", "/api/auth/login", {"username": "nobody-at-all", "password": "wrong password"})

    assert wrong.status == unknown.status == 401
    assert wrong.body == unknown.body


def test_signing_out_takes_effect_at_once(user: User) -> None:
    user.session.sign_out()

    assert user.session.call("POST", "/api/queue/enqueue", {"type": "echo", "payload": {}}).status == 401
    assert user.session.call("GET", "/api/queue/dequeue").status == 401


def test_other_sessions_and_the_requests_outlive_a_signing_out(api: Api, user: User) -> None:
    other = api.sign_in(user.username, user.password)
    user.session.enqueue("echo", {"sent": "before"})
    user.session.sign_out()

    outcome = other.dequeue()

    assert outcome is not None
    assert outcome["result"] == {"sent": "before"}


def test_nobody_sees_the_requests_of_another_user(api: Api, user: User) -> None:
    user.session.enqueue("echo", {})
    api.register("stranger-" + user.username, user.password)
    stranger = api.sign_in("stranger-" + user.username, user.password)

    assert stranger.call("GET", "/api/queue/requests/1").status == 404
    assert stranger.dequeue(wait=0) is None


@pytest.mark.parametrize("change", [{"sub": "0" * 32}, {"exp": 4_000_000_000}])
def test_a_token_that_was_changed_opens_nothing(api: Api, user: User, change: dict[str, object]) -> None:
    header, claims, signature = user.session.access_token.split(".")
    padded = claims + "=" * (-len(claims) % 4)
    forged = json.dumps(json.loads(base64.urlsafe_b64decode(padded)) | change)
    claims = base64.urlsafe_b64encode(forged.encode()).decode().rstrip("=")

    assert Session(api, f"{header}.{claims}.{signature}").call("GET", "/api/queue").status == 401
