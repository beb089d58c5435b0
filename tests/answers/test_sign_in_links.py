"""What administrators do for users who have forgotten their passwords."""

from collections.abc import Callable

import pytest

from local_cloud.api_client import Answer, Api, Session
from tests.answers.service import Service
from tests.e2e.users import User
from tests.unit.core.sign_in_harness import before_next

NEW, ANOTHER = "a quite different one", "and another one again"
MINUTE_MS = 60_000


def make_link(admin: User, username: str, seconds: int = 3600) -> str:
    """The token."""
    body = {"ttl_seconds": seconds}
    made = admin.session.ask("POST", f"/api/admin/accounts/{username}/sign-in-link", body)
    return str(made["link"].partition("#sign-in=")[2])


def use_link(api: Api, token: str, password: str = NEW) -> Answer:
    return api.call("POST", "/api/auth/sign-in-link", {"token": token, "new_password": password})


def signs_in(api: Api, user: User, password: str) -> int:
    body = {"username": user.username, "password": password}
    return api.call("POST", "/api/auth/login", body).status


def actions(admin: User) -> list[str]:
    return [entry["action"] for entry in admin.session.ask("GET", "/api/admin/audit")["entries"]]


def test_a_link_is_shown_with_its_address_and_its_end(service: Service, admin: User, user: User) -> None:
    path = f"/api/admin/accounts/{user.username.upper()}/sign-in-link"
    answer = admin.session.call("POST", path, {"ttl_seconds": 86_400}, {"Host": "gurukool.example"})

    link = answer.body.pop("link")
    assert (answer.status, answer.body) == (
        201,
        {"username": user.username, "expires_at": "2027-01-16T08:00:00.000Z"},
    )
    assert link.startswith(f"https://gurukool.example/#sign-in={user.username}~")
    assert actions(admin) == ["make sign-in link"]
    assert link.partition("~")[2] not in str(service.accounts.accounts), "what is stored does not open it"


def test_a_link_sets_the_password_ends_all_sessions_and_signs_in(api: Api, admin: User, user: User) -> None:
    answer = use_link(api, make_link(admin, user.username))

    assert answer.status == 200
    assert Session(api, answer.body["access_token"]).ask("GET", "/api/account")["username"] == user.username
    assert user.session.call("GET", "/api/account").body["code"] == "session_ended"
    assert (signs_in(api, user, NEW), signs_in(api, user, user.password)) == (200, 401)


def test_a_user_who_has_never_signed_in_uses_a_link(api: Api, admin: User) -> None:
    api.register("newcomer", "a password nobody knows")

    answer = use_link(api, make_link(admin, "newcomer"))

    assert Session(api, answer.body["access_token"]).ask("GET", "/api/queue")["state"] == "open"


def test_a_refused_password_does_not_use_the_link_up(api: Api, admin: User, user: User) -> None:
    token = make_link(admin, user.username)

    refused = use_link(api, token, "short")

    assert (refused.status, [error["path"] for error in refused.body["errors"]]) == (422, ["new_password"])
    assert user.session.call("GET", "/api/account").status == 200
    assert use_link(api, token).status == 200


def used(service: Service, admin: User, user: User, token: str) -> None:
    use_link(service.api, token)


def expired(service: Service, admin: User, user: User, token: str) -> None:
    service.clock.advance(3600 * 1000)


def replaced(service: Service, admin: User, user: User, token: str) -> None:
    make_link(admin, user.username)


def password_changed(service: Service, admin: User, user: User, token: str) -> None:
    body = {"current_password": user.password, "new_password": ANOTHER}
    user.session.ask("POST", "/api/account/password", body)


def password_set(service: Service, admin: User, user: User, token: str) -> None:
    path = f"/api/admin/accounts/{user.username}/password"
    admin.session.ask("POST", path, {"password": ANOTHER})


def disabled(service: Service, admin: User, user: User, token: str) -> None:
    admin.session.ask("POST", f"/api/admin/accounts/{user.username}/disable")


def disabled_and_enabled(service: Service, admin: User, user: User, token: str) -> None:
    disabled(service, admin, user, token)
    admin.session.ask("POST", f"/api/admin/accounts/{user.username}/enable")


def made_an_administrator(service: Service, admin: User, user: User, token: str) -> None:
    service.make_admin(user)


def deleted(service: Service, admin: User, user: User, token: str) -> None:
    user.session.ask("POST", "/api/account/delete", {"password": user.password})


def deleted_and_registered_by_somebody_else(service: Service, admin: User, user: User, token: str) -> None:
    deleted(service, admin, user, token)
    service.api.register(user.username, ANOTHER)


@pytest.mark.parametrize(
    "happens",
    [
        *(used, expired, replaced, password_changed, password_set, disabled, disabled_and_enabled),
        *(made_an_administrator, deleted, deleted_and_registered_by_somebody_else),
    ],
)
def test_a_link_is_void_after(
    service: Service,
    api: Api,
    admin: User,
    user: User,
    happens: Callable[[Service, User, User, str], None],
) -> None:
    token = make_link(admin, user.username)
    happens(service, admin, user, token)
    before = service.accounts.accounts.get(user.username)

    answer = use_link(api, token, "a third password")

    assert (answer.status, answer.body["code"]) == (401, "invalid_link")
    assert service.accounts.accounts.get(user.username) == before


FORGED: dict[str, Callable[[str, str], str]] = {
    "another secret": lambda name, secret: f"{name}~{secret[::-1]}",
    "of another user": lambda name, secret: f"other-user~{secret}",
    "of nobody": lambda name, secret: f"nobody-at-all~{secret}",
    "no secret": lambda name, secret: f"{name}~",
    "the secret alone": lambda name, secret: secret,
    "the last character less": lambda name, secret: f"{name}~{secret[:-1]}",
    "one character more": lambda name, secret: f"{name}~{secret}A",
    "in capitals": lambda name, secret: f"{name.upper()}~{secret}",
    "a space in it": lambda name, secret: f"{name}~{secret[:20]} {secret[20:]}",
    "a hash": lambda name, secret: f"{name}~{'0' * 64}",
    "nothing": lambda name, secret: "",
}


@pytest.mark.parametrize("forge", FORGED)
def test_a_forged_link_opens_nothing(api: Api, admin: User, user: User, forge: str) -> None:
    api.register("other-user", ANOTHER)
    make_link(admin, "other-user")
    name, _, secret = make_link(admin, user.username).partition("~")

    answer = use_link(api, FORGED[forge](name, secret))

    assert (answer.status, answer.body["code"]) == (401, "invalid_link")
    assert (signs_in(api, user, NEW), signs_in(api, user, user.password)) == (401, 200)


def test_who_guesses_at_links_has_to_wait_and_who_has_guessed_passwords_has_not(
    api: Api, admin: User, user: User
) -> None:
    token = make_link(admin, user.username)
    assert [signs_in(api, user, "wrong password") for _ in range(6)] == [401] * 5 + [429]
    guess = f"{user.username}~{'A' * 43}"

    assert use_link(api, token).status == 200
    assert [use_link(api, guess).status for _ in range(6)] == [401] * 5 + [429]


def test_a_password_that_an_administrator_sets_ends_all_sessions(api: Api, admin: User, user: User) -> None:
    answer = admin.session.call(
        "POST", f"/api/admin/accounts/{user.username}/password", {"password": ANOTHER}
    )

    assert (answer.status, answer.body) == (204, None)
    assert user.session.call("GET", "/api/queue").body["code"] == "session_ended"
    assert (signs_in(api, user, ANOTHER), signs_in(api, user, user.password)) == (200, 401)
    assert actions(admin) == ["set password"]


def test_a_password_that_is_refused_is_written_down(admin: User, user: User) -> None:
    path = f"/api/admin/accounts/{user.username}/password"

    answer = admin.session.call("POST", path, {"password": user.username})

    assert (answer.status, answer.body["code"]) == (422, "password_refused")
    assert set(actions(admin)) == {"set password", "refused: set password"}


@pytest.mark.parametrize(
    ("deed", "body"), [("sign-in-link", {"ttl_seconds": 60}), ("password", {"password": ANOTHER})]
)
def test_administrators_do_not_take_over_accounts_of_administrators(
    service: Service, admin: User, user: User, deed: str, body: object
) -> None:
    other = service.make_admin(user)

    for name in (other.username, admin.username):
        answer = admin.session.call("POST", f"/api/admin/accounts/{name}/{deed}", body)
        assert (answer.status, answer.body["code"]) == (409, "administrator_account")
    assert sum(action.startswith("refused: ") for action in actions(admin)) == 2
    assert other.session.call("GET", "/api/account").status == 200


@pytest.mark.parametrize("place", ["audit.add", "accounts.set_password"])
def test_no_password_is_set_for_who_becomes_an_administrator_meanwhile(
    service: Service, admin: User, user: User, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    store, write = place.split(".")
    before_next(monkeypatch, getattr(service, store), write, lambda: service.make_admin(user))

    path = f"/api/admin/accounts/{user.username}/password"
    answer = admin.session.call("POST", path, {"password": ANOTHER})

    assert (answer.status, answer.body["code"]) == (409, "changed_meanwhile")
    assert signs_in(service.api, user, user.password) == 200


def test_a_disabled_account_gets_no_link(admin: User, user: User) -> None:
    path = f"/api/admin/accounts/{user.username}"
    admin.session.ask("POST", f"{path}/disable")

    assert admin.session.call("POST", f"{path}/sign-in-link", {}).body["code"] == "account_disabled"
