"""What an emulator with data has after its next start, however the last one ended."""

import json
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_cloud.data import DATABASE, Data
from local_cloud.errors import LocalCloudError
from local_cloud.waiting import wait_until
from tests.localstack.kept_cloud import (
    BEGUN,
    BY_HAND,
    DEFINITIONS,
    DELETED,
    ITEM,
    KEY,
    NAME,
    OBJECTS,
    PARAMETER,
    TEMPLATE,
    TWO_INDEXES,
    Cloud,
    with_indexes,
)
from tests.patience import PATIENCE_S


@pytest.fixture(scope="module")
def cloud(environment: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    cloud = Cloud(tmp_path_factory.mktemp("kept"))
    with cloud.emulator:
        yield cloud


@pytest.fixture(scope="module")
def before(cloud: Cloud) -> dict[str, str]:
    """The outputs of the stack before the second start, which has happened."""
    outputs = cloud.create(NAME)
    cloud.create(DELETED)
    cloud.delete(DELETED)
    cloud.begin(BEGUN)
    cloud.tables.put_item(TableName=outputs["Table"], Item=ITEM)
    cloud.secrets.put_secret_value(SecretId=outputs["Secret"], SecretString="rotated")
    cloud.secrets.create_secret(Name=BY_HAND, SecretBinary=b"\x00\xff")
    cloud.objects.create_bucket(Bucket=BY_HAND)
    for key, data in OBJECTS.items():
        cloud.objects.put_object(Bucket=outputs["Bucket"], Key=key, Body=b"before")
        cloud.objects.put_object(Bucket=outputs["Bucket"], Key=key, Body=data, ContentType="text/x-one")
    cloud.objects.put_object(Bucket=outputs["Bucket"], Key="deleted", Body=b"")
    cloud.objects.delete_object(Bucket=outputs["Bucket"], Key="deleted")
    source = {"Bucket": outputs["Bucket"], "Key": "small"}
    cloud.objects.copy_object(Bucket=outputs["Bucket"], Key="copied", CopySource=source)
    cloud.post_object(outputs["Bucket"], "posted/${filename}", "one.txt", b"posted")
    made = cloud.tables.create_table(
        TableName=BY_HAND, KeySchema=KEY, AttributeDefinitions=DEFINITIONS, BillingMode="PAY_PER_REQUEST"
    )
    arn = made["TableDescription"]["TableArn"]
    cloud.tables.tag_resource(ResourceArn=arn, Tags=[{"Key": "colour", "Value": "red"}])
    cloud.start_again()
    return outputs


def test_a_stack_is_there_and_a_deleted_one_is_not(cloud: Cloud, before: dict[str, str]) -> None:
    assert cloud.outputs() == before
    assert sorted(cloud.names()) == [BEGUN, NAME]


def test_items_and_what_is_set_of_their_table_are_there(cloud: Cloud, before: dict[str, str]) -> None:
    name = before["Table"]

    assert cloud.tables.get_item(TableName=name, Key={"id": {"S": "one"}})["Item"] == ITEM
    ttl = cloud.tables.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    assert ttl == {"AttributeName": "expires", "TimeToLiveStatus": "ENABLED"}
    backups = cloud.tables.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"


def test_a_first_deployment_that_was_not_completed_goes_on_with_its_tables(
    cloud: Cloud, before: dict[str, str]
) -> None:
    [table] = [name for name in cloud.tables.list_tables()["TableNames"] if name.startswith(BEGUN)]

    assert cloud.update(TEMPLATE, BEGUN)["Table"] == table


def test_a_table_that_no_stack_made_is_there(cloud: Cloud, before: dict[str, str]) -> None:
    arn = cloud.tables.describe_table(TableName=BY_HAND)["Table"]["TableArn"]

    assert cloud.tables.list_tags_of_resource(ResourceArn=arn)["Tags"] == [{"Key": "colour", "Value": "red"}]


def test_a_secret_is_there_with_its_former_version(cloud: Cloud, before: dict[str, str]) -> None:
    arn = before["Secret"]

    assert cloud.secrets.get_secret_value(SecretId=arn)["SecretString"] == "rotated"
    former = cloud.secrets.get_secret_value(SecretId=arn, VersionStage="AWSPREVIOUS")["SecretString"]
    assert len(former) == 32
    assert cloud.secrets.get_secret_value(SecretId=BY_HAND)["SecretBinary"] == b"\x00\xff"


def test_a_bucket_is_there_with_its_rules_and_its_objects(cloud: Cloud, before: dict[str, str]) -> None:
    bucket = {"Bucket": before["Bucket"]}
    names = {each["Name"] for each in cloud.objects.list_buckets()["Buckets"]}
    assert before["Bucket"] in names
    assert BY_HAND not in names
    listed = cloud.objects.list_objects_v2(**bucket)["Contents"]
    assert [each["Key"] for each in listed] == sorted({*OBJECTS, "copied", "posted/one.txt"})
    for key, data in OBJECTS.items():
        found = cloud.objects.get_object(**bucket, Key=key)
        assert (found["Body"].read(), found["ContentType"]) == (data, "text/x-one")
    assert cloud.objects.get_object(**bucket, Key="copied")["Body"].read() == OBJECTS["small"]
    assert cloud.objects.get_object(**bucket, Key="posted/one.txt")["Body"].read() == b"posted"
    [rule] = cloud.objects.get_bucket_lifecycle_configuration(**bucket)["Rules"]
    assert rule["Expiration"] == {"Days": 1}

    cloud.objects.delete_objects(**bucket, Delete={"Objects": [{"Key": "copied"}, {"Key": "posted/one.txt"}]})
    cloud.objects.copy_object(**bucket, Key="small", CopySource={**bucket, "Key": "large"})
    cloud.start_again()

    assert [each["Key"] for each in cloud.objects.list_objects_v2(**bucket)["Contents"]] == sorted(OBJECTS)
    assert cloud.objects.get_object(**bucket, Key="small")["Body"].read() == OBJECTS["large"]


def test_only_the_owner_may_read_it(cloud: Cloud, before: dict[str, str]) -> None:
    assert cloud.data.directory.stat().st_mode & 0o777 == 0o700
    documents = {path.name: path.stat().st_mode & 0o777 for path in cloud.data.directory.glob("*.json")}
    assert documents == dict.fromkeys(("buckets.json", "secrets.json", "stacks.json", "tables.json"), 0o600)
    assert (cloud.data.directory / DATABASE).stat().st_mode & 0o777 == 0o600
    objects = {path.stat().st_mode & 0o777 for path in cloud.data.directory.glob("objects/*/*")}
    assert objects == {0o600}


def test_nobody_else_uses_it_or_deletes_it(cloud: Cloud, before: dict[str, str]) -> None:
    link = cloud.data.directory.with_name("link")
    link.symlink_to(cloud.data.directory)
    with pytest.raises(LocalCloudError, match="Another process uses the data"):
        Data(link).delete()


def test_a_newer_template_updates_the_tables_and_makes_the_rest(cloud: Cloud, before: dict[str, str]) -> None:
    assert cloud.update(with_indexes("colour")) == before

    found: Any = cloud.tables.query(
        TableName=before["Table"],
        IndexName="colour",
        KeyConditionExpression="colour = :red",
        ExpressionAttributeValues={":red": {"S": "red"}},
    )
    assert found["Count"] == 1
    ttl = cloud.tables.describe_time_to_live(TableName=before["Table"])["TimeToLiveDescription"]
    assert ttl["AttributeName"] == "ends"
    [rule] = cloud.objects.get_bucket_lifecycle_configuration(Bucket=before["Bucket"])["Rules"]
    assert rule["Expiration"] == {"Days": 2}, "of the newer template"
    [cors] = cloud.objects.get_bucket_cors(Bucket=before["Bucket"])["CORSRules"]
    assert cors["AllowedOrigins"] == ["https://one.example"]
    parameters = cloud.parameters.describe_parameters()["Parameters"]
    values = [cloud.parameters.get_parameter(Name=p["Name"])["Parameter"]["Value"] for p in parameters]
    assert any(value.endswith(f":table/{before['Table']}") for value in values)


def test_a_stack_that_cannot_be_kept_has_failed(cloud: Cloud, before: dict[str, str]) -> None:
    """As with a full disk. Its deployment would otherwise never end."""
    obstacle = cloud.data.directory / "stacks.json.new"
    obstacle.mkdir()
    try:
        cloud.execute_change_set("unkept", PARAMETER)
        assert wait_until(lambda: "ROLLBACK" in cloud.describe("unkept")["StackStatus"], PATIENCE_S)
    finally:
        obstacle.rmdir()
    assert "The stack cannot be kept: [Errno 21]" in cloud.describe("unkept")["StackStatusReason"]
    cloud.delete("unkept")


def test_a_call_whose_change_cannot_be_kept_has_failed(
    cloud: Cloud, before: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Likewise: its change would be gone after the next start."""
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    secrets, objects = cloud.emulator.client("secretsmanager"), cloud.emulator.client("s3")
    secret, one = {"SecretId": before["Secret"]}, {"Bucket": before["Bucket"], "Key": "one"}
    object_file = f"objects/{one['Bucket']}/{sha256(b'one').hexdigest()}"
    calls: dict[str, Callable[[], Any]] = {
        "secrets.json": lambda: secrets.put_secret_value(**secret, SecretString="1"),
        object_file: lambda: objects.put_object(**one, Body=b"1"),
    }
    for file, call in calls.items():
        obstacle = cloud.data.directory / f"{file}.new"
        obstacle.mkdir()
        try:
            with pytest.raises(ClientError, match=r"InternalError.* cannot be kept: \[Errno 21\]") as refused:
                call()
        finally:
            obstacle.rmdir()
        assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
        call()


def test_after_an_update_that_failed_a_start_brings_the_last_one_back(
    cloud: Cloud, before: dict[str, str]
) -> None:
    cloud.stacks.update_stack(
        StackName=NAME, TemplateBody=json.dumps(with_indexes("size", "shape", "colour"))
    )
    assert wait_until(lambda: TWO_INDEXES in cloud.reasons(), PATIENCE_S)

    cloud.start_again()

    assert cloud.describe()["StackStatus"] == "UPDATE_COMPLETE"
    assert cloud.outputs() == before
    assert cloud.update(TEMPLATE) == before
    assert "GlobalSecondaryIndexes" not in cloud.tables.describe_table(TableName=before["Table"])["Table"]


def test_an_update_that_failed_halfway_can_be_repeated(cloud: Cloud, before: dict[str, str]) -> None:
    """The index was made, and the next template asks for it again."""
    broken = with_indexes("colour")
    nonsense = {"Type": "Nonsense", "Value": {"Ref": "Table"}}
    broken["Resources"]["Broken"] = {"Type": "AWS::SSM::Parameter", "Properties": nonsense}
    cloud.stacks.update_stack(StackName=NAME, TemplateBody=json.dumps(broken))
    assert wait_until(lambda: cloud.reasons() != {""}, PATIENCE_S)
    table = cloud.tables.describe_table(TableName=before["Table"])["Table"]
    assert [index["IndexName"] for index in table["GlobalSecondaryIndexes"]] == ["colour"]

    cloud.start_again()

    assert cloud.update(with_indexes("colour")) == before
    assert cloud.update(TEMPLATE) == before
    assert "GlobalSecondaryIndexes" not in cloud.tables.describe_table(TableName=before["Table"])["Table"]
