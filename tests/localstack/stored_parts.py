"""Parts of the extension that store something, each on its own, beside no LocalStack.

LocalStack's own Python runs this program. It ends with a traceback if a part does not do what it should.
"""

import tempfile
import time
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from localstack.aws.api.cloudformation import ChangeAction
from localstack.services.cloudwatch.cloudwatch_database_helper import CloudwatchDatabase
from localstack.services.s3.models import KeyStore
from localstack.services.s3.storage.ephemeral import EphemeralS3ObjectStore

from gurukool_localstack import (
    bucket_rules,
    direct,
    metric_store,
    metrics,
)
from gurukool_localstack.kept import buckets, files, objects, stacks

ACCOUNT, REGION = "000000000000", "us-east-1"
DAY_MS = 86_400_000
OF_THE_METRIC = "FROM SINGLE_METRICS WHERE namespace = 'N' AND metric_name = 'M' AND timestamp > 0"


def a_metric_that_is_refused_takes_no_others_with_it() -> None:
    stored = list[Any]()

    def call(_context: Any, *, metric_data: list[Any], **_: Any) -> None:
        if any(value["Value"] < 0 for value in metric_data):
            raise ValueError("refused")
        stored.extend(metric_data)

    vars(direct)["call"] = call
    place = metrics.Place(ACCOUNT, REGION, "N")
    metrics._flush([metrics.Datum(place, {"Value": value}) for value in (1, -1, 2)])
    assert stored == [{"Value": 1}, {"Value": 2}]


def old_metrics_are_deleted_and_others_found_by_time() -> None:
    with tempfile.TemporaryDirectory() as folder:
        CloudwatchDatabase.CLOUDWATCH_DATA_ROOT = folder
        CloudwatchDatabase.METRICS_DB = str(Path(folder, "metrics.db"))
        database: Any = CloudwatchDatabase()
        now = time.time()
        for age_days in (16, 14, 3, 2, 1):
            moment = datetime.fromtimestamp(now - age_days * DAY_MS / 1000, UTC)
            datum = {"MetricName": "M", "Timestamp": moment, "Value": age_days}
            summary = dict.fromkeys(("SampleCount", "Sum", "Minimum", "Maximum"), age_days)
            database.add_metric_data(ACCOUNT, REGION, "N", [datum, {**datum, "StatisticValues": summary}])
        metric_store.delete_old(now)
        assert stored_values(database) == ([1, 2, 3, 14], [1, 2, 3, 14])
        vars(metric_store)["MOST_ROWS"] = 3
        metric_store.delete_old(now)
        assert stored_values(database) == ([1, 2], [1, 2, 3])
        with metric_store._writing(database) as connection:
            (plan,) = connection.execute(f"EXPLAIN QUERY PLAN SELECT value {OF_THE_METRIC}").fetchall()
        assert "timestamp>?" in plan[-1]


def stored_values(database: Any) -> tuple[list[float], list[float]]:
    """Those that are there, and those of which there are summaries."""
    with metric_store._writing(database) as connection:
        values = connection.execute(f"SELECT DISTINCT value {OF_THE_METRIC} ORDER BY value").fetchall()
        summaries = connection.execute("SELECT min FROM AGGREGATED_METRICS ORDER BY min").fetchall()
    return [value for (value,) in values], [value for (value,) in summaries]


def rules_of_a_template_are_rules_of_s3() -> None:
    red = {"Key": "colour", "Value": "red"}
    cases: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({}, {"Prefix": ""}),
        ({"Prefix": "a/"}, {"Prefix": "a/"}),
        ({"TagFilters": [red]}, {"Tag": red}),
        ({"ObjectSizeLessThan": "5"}, {"ObjectSizeLessThan": 5}),
        ({"Prefix": "a/", "TagFilters": [red]}, {"And": {"Prefix": "a/", "Tags": [red]}}),
        ({"TagFilters": [red, red]}, {"And": {"Tags": [red, red]}}),
        (
            {"ObjectSizeGreaterThan": "1", "ObjectSizeLessThan": "5"},
            {"And": {"ObjectSizeGreaterThan": 1, "ObjectSizeLessThan": 5}},
        ),
    ]
    rules = [bucket_rules._rule({"Status": "Enabled", **described}) for described, _ in cases]
    assert [rule["Filter"] for rule in rules] == [conditions for _, conditions in cases]
    assert len({rule["ID"] for rule in rules}) == len(rules)


def the_key_of_a_posted_object_is_in_its_form() -> None:
    form, file = {"key": "folder/${filename}"}, SimpleNamespace(filename="one.txt")
    posted = SimpleNamespace(form=form, files={"file": file})
    assert objects._keys({"Bucket": "bucket", "Body": None}, posted) == ["folder/one.txt"]
    assert objects._keys({"Bucket": "bucket"}, SimpleNamespace(form={}, files={})) == []
    assert objects._keys({"Bucket": "bucket", "Key": "one"}, None) == ["one"]
    assert objects._keys({"Delete": {"Objects": [{"Key": "one"}, {"Key": "two"}]}}, None) == ["one", "two"]


def attributes_of_an_object_that_nobody_has_opened_are_kept() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "kept", "bucket", sha256(b"one").hexdigest())
        attributes = {"key": "one", "version_id": None, "internal_last_modified": 1}
        files.write_with(path, {**attributes, "acl": "private"}, b"bytes\n")
        bucket = SimpleNamespace(name="bucket", objects=KeyStore())
        vars(buckets)["every"] = lambda: [bucket]
        kept = objects.Objects(Path(folder, "kept"))
        found = bucket.objects.get("one")
        found.acl = "public-read"
        kept.after_call("PutObjectAcl", {"Bucket": "bucket", "Key": "one"}, None)
        assert files.read_with(path) == ({**attributes, "acl": "public-read"}, b"bytes\n")
        with EphemeralS3ObjectStore(str(Path(folder, "open"))).open("bucket", found) as stored:
            assert b"".join(stored) == b"bytes\n"
        kept.after_call("PutObjectAcl", {"Bucket": "bucket", "Key": "one"}, None)
        assert files.read_with(path)[1] == b"bytes\n"


def a_changed_table_of_a_stack_is_noted_at_once() -> None:
    """With what it is now, and not under a condition that the kept template does not have."""

    def made(size: int) -> dict[str, Any]:
        return {"Type": "AWS::DynamoDB::Table", "PhysicalResourceId": "t", "Properties": {"Size": size}}

    stack = SimpleNamespace(**dict.fromkeys(stacks._ATTRIBUTES, "id"))
    described = {"Type": made(0)["Type"], "Condition": "Large", "Properties": {"Size": {"Ref": "Size"}}}
    executor = SimpleNamespace(
        _change_set=SimpleNamespace(stack=stack, tags=[], processed_template={"Resources": {"T": described}}),
        resources={},
    )
    for size, action in ((1, ChangeAction.Add), (2, ChangeAction.Modify), (3, ChangeAction.Add)):
        executor.resources["T"] = made(size)
        stacks._note_at_once(executor, "T", action)
    record = stacks._records["id"]
    assert record["resources"] == {"T": made(2)}, "the third is to replace it, if the stack succeeds"
    assert record["template"] == {"Resources": {"T": {"Type": made(2)["Type"], "Properties": {"Size": 2}}}}


if __name__ == "__main__":
    metric_store.install()
    a_metric_that_is_refused_takes_no_others_with_it()
    old_metrics_are_deleted_and_others_found_by_time()
    rules_of_a_template_are_rules_of_s3()
    the_key_of_a_posted_object_is_in_its_form()
    attributes_of_an_object_that_nobody_has_opened_are_kept()
    a_changed_table_of_a_stack_is_noted_at_once()
