"""Keys of services that operators make and revoke."""

from infra import service_keys
from infra.target import on_aws
from tests.infra.cloud import REGION, Cloud

TABLES = service_keys.Tables("ServicesTable", "AuditTable")


def test_what_an_operator_does_is_in_the_audit_log_with_the_name_and_the_id_of_the_key(cloud: Cloud) -> None:
    dynamodb = on_aws("gurukool", REGION).client("dynamodb")

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
