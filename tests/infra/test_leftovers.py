"""Data that an earlier deployment has left, of which an update would make an empty table or bucket."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from infra.change_set import Change
from infra.deploy import Options, deploy
from infra.errors import DeployError
from infra.leftovers import refuse
from infra.target import Target
from tests.infra.fakes import FakeCloudFormation, Moment, change, change_set
from tests.infra.test_deploy_to_aws import CREATED, Aws

TARGET = Target("us-east-1", "shop")
TABLE, BUCKET = "AWS::DynamoDB::Table", "AWS::S3::Bucket"
SCHEDULED = Change("Add", "ScheduledTable", TABLE)
UPLOADS = Change("Add", "UploadsBucket", BUCKET)
OLD = "shop-ScheduledTable-1A2B3C4D5E6F"


@pytest.fixture(autouse=True)
def _(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with mock_aws():
        yield


def make_table(name: str, *, items: int = 1) -> None:
    client = boto3.client("dynamodb", "us-east-1")
    client.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    )
    for number in range(items):
        client.put_item(TableName=name, Item={"id": {"S": str(number)}})


def make_bucket(name: str, *, objects: int = 1) -> None:
    client = boto3.client("s3", "us-east-1")
    client.create_bucket(Bucket=name)
    for number in range(objects):
        client.put_object(Bucket=name, Key=str(number))


def refused(*changes: Change, allowed: tuple[str, ...] = ()) -> str:
    """With which sentence; none if nothing is."""
    try:
        refuse(TARGET, changes, allowed, pytest.fail)
    except DeployError as error:
        return str(error)
    return ""


def test_a_table_with_data_of_an_earlier_deployment_is_named() -> None:
    make_table(OLD)
    told = refused(SCHEDULED, Change("Add", "Other", "AWS::SQS::Queue"))
    assert f"\n  ScheduledTable: {OLD}\n" in told
    assert "Bringing a table back" in told
    assert refused(SCHEDULED, allowed=("ScheduledTable",)) == ""
    assert refused(Change("Modify", "ScheduledTable", TABLE)) == ""


def test_an_empty_one_is_not_missed() -> None:
    make_table(OLD, items=0)
    make_bucket("shop-uploadsbucket-1a2b3c", objects=0)
    assert refused(SCHEDULED, UPLOADS) == ""


@pytest.mark.parametrize(
    "name", ["shop-ScheduledTable", "shop-ScheduledTable-2-1A2B3C", "my-shop-ScheduledTable-1A2B3C"]
)
def test_the_tables_of_other_stacks_are_theirs(name: str) -> None:
    make_table(name)
    assert refused(SCHEDULED) == ""


def test_a_bucket_is_named_too() -> None:
    make_bucket("shop-uploadsbucket-1a2b3c")
    assert "UploadsBucket: shop-uploadsbucket-1a2b3c" in refused(UPLOADS)


@dataclass(frozen=True)
class Denied(Target):
    """Whose caller may not list tables or, if it `lists`, not read them, nor buckets."""

    lists: bool = False

    def client(self, service: str) -> Any:
        client = super().client(service)
        denied = "Scan" if self.lists else "ListTables"

        def deny(**_: Any) -> None:
            raise ClientError({"Error": {"Code": "AccessDeniedException"}}, denied)

        client.meta.events.register(f"before-call.dynamodb.{denied}", deny)
        client.meta.events.register("before-call.s3.ListObjectsV2", deny)
        return client


def test_whoever_may_not_list_tables_is_told_and_whoever_may_not_read_them_is_refused() -> None:
    make_table(OLD, items=0)
    told: list[str] = []
    refuse(Denied("us-east-1", "shop"), [SCHEDULED], (), told.append)
    (line,) = told
    assert "could not be seen (AccessDeniedException): that needs dynamodb:ListTables" in line
    make_bucket("shop-uploadsbucket-1a2b3c", objects=0)
    with pytest.raises(DeployError) as refused:
        refuse(Denied("us-east-1", "shop", lists=True), [SCHEDULED, UPLOADS], (), pytest.fail)
    why = "could not be read: AccessDeniedException; that needs"
    assert f"  ScheduledTable: {OLD} ({why} dynamodb:Scan)\n" in str(refused.value)
    assert f"  UploadsBucket: shop-uploadsbucket-1a2b3c ({why} s3:ListBucket)\n" in str(refused.value)


@dataclass(frozen=True)
class AwsWithTables(Aws):
    def _dynamodb(self) -> Any:
        return boto3.client("dynamodb", "us-east-1")


def on_aws(outputs: dict[str, str]) -> AwsWithTables:
    described = {"Outputs": [{"OutputKey": name, "OutputValue": value} for name, value in outputs.items()]}
    before: Moment | None = ("UPDATE_COMPLETE", []) if outputs else None
    changes = change_set(change("Add", "ScheduledTable", TABLE))
    cloudformation = FakeCloudFormation(before, CREATED, changes, described=described)
    return AwsWithTables("us-east-1", "shop", cloudformation=cloudformation)


def test_an_update_stops_before_it_changes_anything_and_its_plan_says_so() -> None:
    make_table(OLD)
    for options in (Options(), Options(plan=True)):
        aws = on_aws({"Release": "0.1.0"})
        with pytest.raises(DeployError, match=OLD):
            deploy(aws, {"SweepShards": "8"}, lambda line: None, options)
        assert aws.cloudformation.called == ["create_change_set UPDATE", "delete_change_set"]

    aws = on_aws({"Release": "0.1.0"})
    deploy(aws, {"SweepShards": "8"}, lambda line: None, Options(replaceable=("ScheduledTable",)))
    assert "execute_change_set" in aws.cloudformation.called


def test_a_new_stack_begins_with_empty_tables_whatever_another_one_has_left() -> None:
    make_table(OLD)
    aws = on_aws({})
    deploy(aws, {}, lambda line: None)
    assert "execute_change_set" in aws.cloudformation.called
