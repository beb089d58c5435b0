"""Refresh tokens are spent once, sessions end at once, and no session ends another user's."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from local_cloud.api_client import Answer, Session
from tests.conftest import DeployedStack
from tests.security.conftest import PASSWORD, Person, SignUp

THIRTY = 30
ENQUEUE = ("POST", "/api/queue/enqueue", {"type": "echo"})


def refresh(person: Person, token: str) -> Answer:
    return person.api.call("POST", "/api/auth/refresh", {"refresh_token": token})


def at_once(what: Callable[[], Answer], times: int = THIRTY) -> list[Answer]:
    with ThreadPoolExecutor(times) as pool:
        return [future.result() for future in [pool.submit(what) for _ in range(times)]]


def spend_long_ago(stack: DeployedStack, person: Person) -> str:
    """A refresh token that was spent longer ago than an answer may be late; its successor is lost."""
    refresh(person, person.refresh_token)
    stack.emulator.client("dynamodb").update_item(
        TableName=stack.outputs["SessionsTable"],
        Key={"session_id": {"S": person.refresh_token.split(".")[0]}},
        UpdateExpression="SET refreshed_at = refreshed_at - :grace",
        ExpressionAttributeValues={":grace": {"N": "60001"}},
    )
    return person.refresh_token


def test_refreshing_gives_new_tokens_for_the_same_session(person: Person) -> None:
    answer = refresh(person, person.refresh_token)

    assert answer.status == 200
    assert answer.body["refresh_token"] != person.refresh_token
    assert Session(person.api, answer.body["access_token"]).call(*ENQUEUE).status == 202
    assert len(person.session.ask("GET", "/api/auth/sessions")["sessions"]) == 1


def test_an_answer_that_was_lost_can_be_had_again_for_a_moment(person: Person) -> None:
    first, second = refresh(person, person.refresh_token), refresh(person, person.refresh_token)

    assert first.status == second.status == 200
    assert first.body["refresh_token"] == second.body["refresh_token"]


def test_thirty_refreshes_at_once_give_one_successor_and_the_family_lives_on(person: Person) -> None:
    answers = at_once(lambda: refresh(person, person.refresh_token))

    assert Counter(answer.status for answer in answers) == {200: THIRTY}
    (successor,) = {answer.body["refresh_token"] for answer in answers}
    assert refresh(person, successor).status == 200


def test_a_spent_token_that_comes_back_ends_the_session_for_everybody(
    stack: DeployedStack, person: Person
) -> None:
    other = person.again()
    successor = refresh(person, person.refresh_token).body["refresh_token"]
    spent = spend_long_ago(stack, person)

    assert refresh(person, spent).status == 401
    assert refresh(person, successor).status == 401
    assert person.call(*ENQUEUE).status == 401
    assert other.call(*ENQUEUE).status == 202


def test_thirty_thieves_at_once_get_nothing(stack: DeployedStack, person: Person) -> None:
    spent = spend_long_ago(stack, person)

    answers = at_once(lambda: refresh(person, spent))

    assert Counter(answer.status for answer in answers) == {401: THIRTY}
    assert person.call(*ENQUEUE).status == 401


@pytest.mark.parametrize(
    "guess",
    [
        lambda sid, family, secret: f"{sid}.{family[::-1]}.{secret}",
        lambda sid, family, secret: f"{sid}.{'A' * 22}.{'A' * 43}",
        lambda sid, family, secret: f"{sid}..{secret}",
        lambda sid, family, secret: f"{sid}.{family}",
        lambda sid, family, secret: f"tries {sid}.{family}.{secret}",
        lambda sid, family, secret: f"{sid}.{family}.{secret}.{secret}",
        lambda sid, family, secret: "",
        lambda sid, family, secret: "..",
        lambda sid, family, secret: "\u0000.\u0000.\u0000",
    ],
)
def test_a_guessed_refresh_token_is_refused_and_harms_nobody(
    person: Person, guess: Callable[[str, str, str], str]
) -> None:
    before = person.state()

    assert refresh(person, guess(*person.refresh_token.split("."))).status == 401

    assert person.state() == before
    assert refresh(person, person.refresh_token).status == 200


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ENQUEUE,
        ("GET", "/api/queue/dequeue", None),
        ("POST", "/api/queue/pause", None),
        ("POST", "/api/queue/purge", None),
        ("DELETE", "/api/queue", None),
        ("DELETE", "/api/auth/sessions", None),
        ("POST", "/api/account/password", {"current_password": PASSWORD, "new_password": "another password"}),
        ("POST", "/api/account/delete", {"password": PASSWORD}),
    ],
)
def test_an_ended_session_changes_nothing_any_more(person: Person, method: str, path: str, body: Any) -> None:
    other = person.again()
    person.session.sign_out()
    before = other.state()

    assert person.call(method, path, body).status == 401
    assert refresh(person, person.refresh_token).status == 401

    assert other.state() == before


def test_one_session_ends_another_one_of_the_same_user(person: Person) -> None:
    other = person.again()

    assert person.call("DELETE", f"/api/auth/sessions/{other.refresh_token.split('.')[0]}").status == 204

    assert other.call(*ENQUEUE).status == 401
    assert person.call(*ENQUEUE).status == 202


def test_nobody_ends_the_session_of_another_user(person: Person, sign_up: SignUp) -> None:
    stranger = sign_up()

    assert stranger.call("DELETE", f"/api/auth/sessions/{person.refresh_token.split('.')[0]}").status == 404

    assert person.call(*ENQUEUE).status == 202


def test_a_new_password_ends_all_other_sessions(person: Person) -> None:
    other = person.again()
    change = {"current_password": PASSWORD, "new_password": "a quite different one"}

    assert person.call("POST", "/api/account/password", change).status == 204

    assert other.call(*ENQUEUE).status == 401
    assert person.call(*ENQUEUE).status == 202
    old = {"username": person.username, "password": PASSWORD}
    assert person.api.call("POST", "/api/auth/login", old).status == 401


def test_the_eleventh_session_ends_the_first(person: Person) -> None:
    for _ in range(10):
        newest = person.again()

    assert person.call(*ENQUEUE).status == 401
    assert newest.call(*ENQUEUE).status == 202
    assert len(newest.session.ask("GET", "/api/auth/sessions")["sessions"]) == 10


def test_thirty_wrong_sign_ins_at_once_count_as_thirty(person: Person) -> None:
    """Five are tried; the other twenty-five come too early, and not one of them is tried as well."""
    wrong = {"username": person.username, "password": "wrong password"}

    answers = at_once(lambda: person.api.call("POST", "/api/auth/login", wrong))

    assert Counter(answer.status for answer in answers) == {401: 5, 429: 25}
    refused = next(answer for answer in answers if answer.status == 429)
    assert 1 <= int(refused.headers["Retry-After"]) <= 30


def test_twelve_right_sign_ins_at_once_all_pass(person: Person) -> None:
    right = {"username": person.username, "password": PASSWORD}

    answers = at_once(lambda: person.api.call("POST", "/api/auth/login", right), 12)

    assert Counter(answer.status for answer in answers) == {200: 12}


def test_who_fails_to_sign_in_locks_no_live_session_out(person: Person) -> None:
    wrong = {"username": person.username, "password": "wrong password"}
    for _ in range(6):
        person.api.call("POST", "/api/auth/login", wrong)
    right = {**wrong, "password": PASSWORD}

    assert person.api.call("POST", "/api/auth/login", right).status == 429
    assert person.call(*ENQUEUE).status == 202
    assert refresh(person, person.refresh_token).status == 200


def test_an_unknown_user_has_to_wait_like_a_known_one(person: Person) -> None:
    unknown = {"username": f"no-{person.username}", "password": "wrong password"}
    statuses = [person.api.call("POST", "/api/auth/login", unknown).status for _ in range(6)]

    assert statuses == [401] * 5 + [429]
