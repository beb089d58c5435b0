"""Sign-in links and roles that operators give in the tables of a stack."""

import boto3
import pytest

from chalicelib.core.identity.account import Role
from infra import roles, sign_in_links
from infra.errors import DeployError
from local_cloud.api_client import Answer
from tests.e2e.users import sign_up
from tests.infra.cloud import REGION, Cloud
from tests.unit.core.sign_in_harness import before_next

TABLES = sign_in_links.Tables("AccountsTable", "AuditTable")
API = "https://api.example/live/"


def make(cloud: Cloud, username: str, minutes: int = 5) -> str:
    return sign_in_links.make(boto3.client("dynamodb", REGION), TABLES, API, username, minutes)


def use(cloud: Cloud, made: str) -> Answer:
    body = {"token": made.splitlines()[0].removeprefix(f"{API}#sign-in="), "new_password": "quite another"}
    return cloud.api.call("POST", "/api/auth/sign-in-link", body)


def test_an_operators_link_is_used_like_one_of_an_administrator(cloud: Cloud) -> None:
    cloud.become("APIHandler")
    user = sign_up(cloud.api)
    older, newer = make(cloud, user.username), make(cloud, user.username.upper())

    assert [use(cloud, made).status for made in (older, newer, newer)] == [401, 200, 401]
    assert user.session.call("GET", "/api/account").status == 401
    noted = cloud.container.adapters.tables.audit.scan()
    assert [(entry.action, entry.subject) for entry in noted] == [("make sign-in link", user.username)] * 2


@pytest.mark.parametrize(("username", "minutes"), [("nobody", 5), ("", 5), ("nobody", 0), ("nobody", 1441)])
def test_there_is_no_link_for_nobody_and_none_for_longer_than_a_day(
    cloud: Cloud, username: str, minutes: int
) -> None:
    with pytest.raises(DeployError):
        make(cloud, username, minutes)


def test_a_name_that_was_registered_again_meanwhile_gets_no_role(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    def register_again() -> None:
        user.session.ask("POST", "/api/account/delete", {"password": user.password})
        cloud.api.register(user.username, user.password)

    def role() -> Role:
        found = cloud.container.adapters.accounts.by_username(user.username)
        assert found
        return found.role

    cloud.become("APIHandler")
    tables = roles.Tables("AccountsTable", "AuditTable")
    dynamodb, user = boto3.client("dynamodb", REGION), sign_up(cloud.api)
    before_next(monkeypatch, dynamodb, "update_item", register_again)

    with pytest.raises(DeployError, match="again"):
        roles.give(dynamodb, tables, user.username, "admin")
    assert role() is Role.USER

    roles.give(dynamodb, tables, user.username, "admin")
    assert role() is Role.ADMIN
