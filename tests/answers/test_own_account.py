"""What is answered to who looks at their account, changes its password or deletes it."""

from typing import Any

import pytest

from chalicelib.core.identity.account import Account
from local_cloud.api_client import Answer, Api
from tests.answers.service import Service
from tests.e2e.users import User
from tests.fakes.secrets import COMMON, FakePasswords

NEW = "a quite different one"
PASSWORD_CALLS = [
    ("/api/account/password", lambda password: {"current_password": password, "new_password": NEW}),
    ("/api/account/delete", lambda password: {"password": password}),
]


def change(user: User, current: str, new: str) -> Answer:
    body = {"current_password": current, "new_password": new}
    return user.session.call("POST", "/api/account/password", body)


def signs_in(api: Api, username: str, password: str) -> int:
    return api.call("POST", "/api/auth/login", {"username": username, "password": password}).status


def test_an_account_is_shown_with_its_role_and_age_and_without_its_password(
    service: Service, user: User
) -> None:
    service.clock.advance(60_000)
    expected = {"user_id": user.user_id, "username": user.username, "created_at": "2027-01-15T08:00:00.000Z"}

    assert user.session.ask("GET", "/api/account") == {**expected, "role": "user"}
    admin = service.make_admin(user)
    assert admin.session.ask("GET", "/api/account") == {**expected, "role": "admin"}


def test_a_changed_password_is_answered_with_204_and_is_the_one_to_sign_in_with(api: Api, user: User) -> None:
    answer = change(user, user.password, NEW)

    assert (answer.status, answer.body) == (204, None)
    assert signs_in(api, user.username, NEW) == 200
    assert signs_in(api, user.username, user.password) == 401


@pytest.mark.parametrize(("path", "body"), PASSWORD_CALLS)
def test_who_does_not_know_the_password_may_not_do_what_cannot_be_undone(
    api: Api, user: User, path: str, body: Any
) -> None:
    answer = user.session.call("POST", path, body("wrong password"))

    assert (answer.status, answer.body["detail"]) == (403, "The password is wrong.")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert signs_in(api, user.username, user.password) == 200


@pytest.mark.parametrize(("path", "body"), PASSWORD_CALLS)
def test_who_guesses_the_password_again_and_again_has_to_wait_even_with_the_right_one(
    service: Service, user: User, path: str, body: Any
) -> None:
    guesses = [user.session.call("POST", path, body("wrong password")).status for _ in range(5)]
    service.clock.advance(8_500)

    answer = user.session.call("POST", path, body(user.password))

    assert guesses == [403] * 5
    assert (answer.status, answer.headers["Retry-After"]) == (429, "22")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.body["detail"] == "Too many wrong passwords. Try again in 22 seconds."
    service.clock.advance(22_000)
    assert user.session.call("POST", path, body(user.password)).status == 204


@pytest.mark.parametrize("new", ["short", "x" * 129, COMMON, "{username}"])
def test_a_bad_new_password_is_refused_and_named_and_the_old_one_stays(
    api: Api, user: User, new: str
) -> None:
    answer = change(user, user.password, new.format(username=user.username))

    assert (answer.status, [error["path"] for error in answer.body["errors"]]) == (422, ["new_password"])
    assert signs_in(api, user.username, user.password) == 200


def test_a_deleted_account_is_answered_with_204_and_is_gone_at_once(api: Api, user: User) -> None:
    answer = user.session.call("POST", "/api/account/delete", {"password": user.password})

    assert (answer.status, answer.body) == (204, None)
    assert user.session.call("GET", "/api/account").status == 401
    assert signs_in(api, user.username, user.password) == 401


@pytest.mark.parametrize("settings", [{"REGISTRATION": "closed"}])
def test_where_sign_up_is_closed_nobody_gets_an_account_and_who_has_one_signs_in(
    service: Service, api: Api
) -> None:
    account = Account("ada", "ada's id", FakePasswords().hash(NEW), service.clock.now())
    service.accounts.add(account)

    answer = api.call("POST", "/api/auth/register", {"username": "bob", "password": NEW})

    assert (answer.status, answer.body["code"]) == (403, "registration_closed")
    assert list(service.accounts.accounts) == ["ada"]
    assert signs_in(api, "ada", NEW) == 200
