"""Keys of services that operators make in the tables of a stack: the bounds are those of the API."""

from typing import Any

import boto3
import pytest

from chalicelib.core.identity.services import Key
from infra import service_keys
from infra.errors import DeployError
from tests.infra.cloud import REGION, Cloud

TABLES = service_keys.Tables("ServicesTable", "AuditTable")
FITTING: dict[str, Any] = {"name": "shop", "scopes": ["read"], "days": None}
NO_DATABASE = None  # nothing may be asked of it


def test_it_says_when_a_key_ends_and_a_hundred_are_the_most(cloud: Cloud) -> None:
    cloud.become("APIHandler")
    dynamodb = boto3.client("dynamodb", REGION)

    def make(days: int | None) -> str:
        return service_keys.make(dynamodb, TABLES, **{**FITTING, "days": days})

    assert [make(days).rpartition(" and ")[2] for days in (None, 1, 3650)] == [
        "does not expire.",
        "expires in 1 day.",
        "expires in 3650 days.",
    ]
    stored = cloud.container.adapters.services.all()
    assert sorted(service.expires_at is None for service in stored) == [False, False, True]

    for _ in range(97):
        made = make(1)
    with pytest.raises(DeployError, match="100 keys"):
        make(1)
    key = Key.parse(made.splitlines()[0])
    assert key
    service_keys.revoke(dynamodb, TABLES, key.key_id)
    make(1)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"days": 0}, "1 to 3650 days"),
        ({"days": -5}, "1 to 3650 days"),
        ({"days": 3651}, "1 to 3650 days"),
        ({"scopes": [f"enqueue:t{n}" for n in range(21)]}, "20 scopes"),
        ({"scopes": ["write"]}, "no scope 'write'"),
        ({"name": "a shop"}, "no name"),
    ],
)
def test_a_key_that_the_api_would_not_make_is_not_made(wrong: dict[str, Any], named: str) -> None:
    with pytest.raises(DeployError, match=named):
        service_keys.make(NO_DATABASE, TABLES, **{**FITTING, **wrong})


@pytest.mark.parametrize(
    ("rate", "burst", "named"),
    [("10/s", 0, "1 to 10000"), ("10/s", 10_001, "1 to 10000"), ("often", 1, "no rate")],
)
def test_a_rate_that_the_api_would_refuse_is_refused(rate: str, burst: int, named: str) -> None:
    with pytest.raises(DeployError, match=named):
        service_keys.bucket_of(rate, burst)


def test_what_an_operator_does_is_in_the_audit_log_with_the_name_and_the_id_of_the_key(cloud: Cloud) -> None:
    dynamodb = boto3.client("dynamodb", REGION)

    key = service_keys.make(dynamodb, TABLES, "shop", ["read"], days=None)
    key_id = key.split("_")[1]
    service_keys.revoke(dynamodb, TABLES, key_id)

    entries = [
        {name: value["S"] for name, value in item.items() if "S" in value}
        for item in cloud.scan("AuditTable")
    ]
    assert {(entry["action"], entry["subject"], entry["subject_id"]) for entry in entries} == {
        ("make key: read", "shop", key_id),
        ("revoke key", "shop", key_id),
    }
