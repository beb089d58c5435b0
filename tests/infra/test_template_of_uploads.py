"""What a stack has for uploads, and that it has nothing of it unless they are switched on."""

from pathlib import Path

import pytest

from chalicelib.core.queueing.object_store import LIFETIMES
from infra.package import package
from tests.infra.documents import FUNCTIONS, Document, at, environment

OWN = {"UploadsBucket", "UploadsBucketPolicy", "ApiUploads", "WorkerUploads", "SweeperUploads"}
BUCKET = "Resources.UploadsBucket"


def test_unless_they_are_switched_on_there_is_nothing(template: Document) -> None:
    conditional = {name for name, of in template["Resources"].items() if of.get("Condition") == "HasUploads"}
    assert conditional == OWN
    assert template["Parameters"]["Uploads"]["Default"] == "off"
    assert template["Parameters"]["Uploads"]["AllowedValues"] == ["off"], "packaged without S3"


def test_a_package_for_uploads_can_switch_them_on(tmp_path: Path) -> None:
    package("arm64", tmp_path, uploads=True)
    assert '"AllowedValues": [\n        "on",' in (tmp_path / "template.json").read_text()


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_function_knows_the_bucket_if_there_is_one(template: Document, function: str) -> None:
    assert environment(template, function)["UPLOADS_BUCKET"] == {
        "Fn::If": ["HasUploads", {"Ref": "UploadsBucket"}, {"Ref": "AWS::NoValue"}]
    }


def test_objects_expire_as_the_core_counts_on_it(template: Document) -> None:
    rules = at(template, f"{BUCKET}.Properties.LifecycleConfiguration.Rules")
    days = {rule["Prefix"]: rule["ExpirationInDays"] for rule in rules if "Prefix" in rule}
    assert days == {f"{place}/": lifetime for place, lifetime in LIFETIMES.items()}
    assert all(rule["Status"] == "Enabled" for rule in rules)


def test_nobody_else_gets_at_the_bucket(template: Document) -> None:
    properties = at(template, f"{BUCKET}.Properties")
    assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}
    [statement] = at(template, "Resources.UploadsBucketPolicy.Properties.PolicyDocument.Statement")
    assert (statement["Effect"], statement["Principal"]) == ("Deny", "*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


@pytest.mark.parametrize("policy", ["DeletionPolicy", "UpdateReplacePolicy"])
def test_the_bucket_stays_as_the_tables_do(template: Document, policy: str) -> None:
    assert at(template, f"{BUCKET}.{policy}") == "Retain"
