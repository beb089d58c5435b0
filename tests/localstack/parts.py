"""Parts of the extension, each on its own, beside no LocalStack. LocalStack's own Python runs this program.

It ends with a traceback if one of them does not do what it should.
"""

import json
from types import SimpleNamespace
from typing import Any

from localstack.services.lambda_.event_source_mapping.event_processor import PartialBatchFailureError
from localstack.services.lambda_.event_source_mapping.pollers.sqs_poller import SqsPoller

from gurukool_localstack import api_updates, emf, event_sources, metrics, table_updates
from gurukool_localstack.front import event

QUEUE_ARN = "arn:aws:sqs:us-east-1:000000000000:queue.fifo"


class Source:
    """An event source mapping of a queue, whose function notes its events and fails for some messages."""

    def __init__(self, *patterns: dict[str, Any], fails: tuple[str, ...] = ()) -> None:
        self.events, self.deleted = list[dict[str, Any]](), list[str]()
        self._fails = fails
        self._poller = SqsPoller.__new__(SqsPoller)
        vars(self._poller).update(
            source_arn=QUEUE_ARN,
            aws_region="us-east-1",
            queue_url="",
            batch_size=10,
            filter_patterns=patterns,
            source_client=SimpleNamespace(delete_message_batch=self._delete),
            processor=SimpleNamespace(process_events_batch=self._process),
        )

    def deliver(self, *bodies: str) -> None:
        """The message with the number 0 is the first one."""
        self._poller.handle_messages(
            [{"MessageId": str(n), "ReceiptHandle": str(n), "Body": body} for n, body in enumerate(bodies)]
        )

    def _process(self, events: list[dict[str, Any]]) -> None:
        self.events += events
        if self._fails:
            failures = [{"itemIdentifier": number} for number in self._fails]
            raise PartialBatchFailureError({"batchItemFailures": failures}, "some have failed")

    def _delete(self, *, Entries: list[dict[str, str]], **_: Any) -> None:  # noqa: N803  (its name in boto3)
        self.deleted += [entry["ReceiptHandle"] for entry in Entries]


def a_body_reaches_the_function_as_it_was_sent() -> None:
    bodies = ['"ada"', '{"a":1}', '[1e2,"é"]', "plain", "NaN", "[" * 100_000, "1" * 5_000]
    source = Source()
    source.deliver(*bodies)
    assert [event["body"] for event in source.events] == bodies
    assert sorted(source.deleted) == list("0123456")
    assert source.events[0]["eventSourceARN"] == QUEUE_ARN


def filters_look_at_the_value_of_a_body() -> None:
    source = Source({"body": {"a": [1]}})
    source.deliver('{"a":1}', '{"a":2}', "plain")
    assert [event["body"] for event in source.events] == ['{"a":1}']
    assert sorted(source.deleted) == ["0", "1", "2"]


def what_has_failed_is_not_deleted() -> None:
    source = Source(fails=("1",))
    source.deliver("a", "b", "c")
    assert sorted(source.deleted) == ["0", "2"]


def metrics_in(*lines: Any) -> list[tuple[str, Any]]:
    found = list[tuple[str, Any]]()
    vars(metrics)["put"] = lambda *datum: found.append((datum[2], datum[3]["Values"]))
    for line in lines:
        emf.extract("account", "region", line if isinstance(line, str) else json.dumps(line))
    return found


def document(aws: Any = None, **fields: Any) -> dict[str, Any]:
    directive = {"Namespace": "N", "Dimensions": [["Of"]], "Metrics": [{"Name": "M"}]} | (aws or {})
    return {"_aws": {"Timestamp": 0, "CloudWatchMetrics": [directive]}, "Of": "x", "M": 1} | fields


def a_malformed_metric_is_just_a_line() -> None:
    aws = document()["_aws"]
    no_objects: list[Any] = [None, 1, [], "text", {}]
    no_numbers: list[Any] = ["1", None, True, [[1]], {}, float("nan"), float("inf"), 10**400]
    no_names: list[Any] = [None, 1, "", []]
    assert metrics_in(document(), document(M=[1, 2.5])) == [("N", [1.0]), ("N", [1.0, 2.5])]
    malformed: list[Any] = [
        '"_aws"',
        '["_aws"]',
        '{"_aws": ' + "[" * 100_000,
        '{"_aws": {"Timestamp": ' + "1" * 5_000,
        *({"_aws": other} for other in no_objects),
        {"_aws": aws | {"Timestamp": None}},
        *({**document(), "_aws": aws | {"Timestamp": moment}} for moment in (1e18, 1e300, 10**400, "now")),
        *({**document(), "_aws": aws | {"CloudWatchMetrics": other}} for other in (1, [1], ["text"], [None])),
        *(document(M=value) for value in no_numbers),
        *(document({"Namespace": name}) for name in no_names),
        *(document({"Metrics": metrics}) for metrics in (1, [1], [{"Name": 1}], [{"Name": "M", "Unit": 1}])),
        *(document({"Dimensions": names}) for names in (1, [1], [["Nobody"]], [[["Of"]]])),
    ]
    assert not metrics_in(*malformed)


class Table:
    """As boto3's client for DynamoDB, for one table that an update left as it is here."""

    def __init__(self, time_to_live: str | None = None, **described: Any) -> None:
        self.calls = list[tuple[str, Any]]()
        self._described = {"TableStatus": "ACTIVE", **described}
        self._time_to_live = time_to_live

    def describe_table(self, **_: Any) -> Any:
        return {"Table": self._described}

    def describe_time_to_live(self, **_: Any) -> Any:
        is_on = {"TimeToLiveStatus": "ENABLED", "AttributeName": self._time_to_live}
        return {"TimeToLiveDescription": is_on if self._time_to_live else {"TimeToLiveStatus": "DISABLED"}}

    def describe_continuous_backups(self, **_: Any) -> Any:
        description = {"PointInTimeRecoveryStatus": "DISABLED"}
        return {"ContinuousBackupsDescription": {"PointInTimeRecoveryDescription": description}}

    def update_table(self, *, TableName: str, **change: Any) -> None:  # noqa: N803  (its name in boto3)
        self.calls.append((TableName, change))

    def update_time_to_live(self, **change: Any) -> None:
        self.calls.append(("time to live", change["TimeToLiveSpecification"]))


def an_update_looks_at_the_table_itself() -> None:
    key = [{"AttributeName": "id", "KeyType": "HASH"}]
    index = {"IndexName": "one", "KeySchema": key, "Projection": {"ProjectionType": "KEYS_ONLY"}}
    before = {"TableName": "table", "KeySchema": key}
    stream = {"StreamSpecification": {"StreamViewType": "KEYS_ONLY"}}
    wanted = {
        "KeySchema": key,
        "AttributeDefinitions": [],
        "GlobalSecondaryIndexes": [index],
        "TimeToLiveSpecification": {"AttributeName": "ends", "Enabled": True},
        **stream,
    }
    updated = table_updates._updated

    half_done = Table(
        GlobalSecondaryIndexes=[{**index, "IndexStatus": "ACTIVE", "ItemCount": 3}],
        StreamSpecification={"StreamEnabled": True, **stream["StreamSpecification"]},
    )
    updated(before, wanted, half_done)
    assert half_done.calls == [("time to live", {"AttributeName": "ends", "Enabled": True})]

    untouched = Table("ends")
    updated(before, wanted, untouched)
    assert [list(change)[-1] for _, change in untouched.calls] == [
        "GlobalSecondaryIndexUpdates",
        "StreamSpecification",
    ]

    taken_back = Table("ends", GlobalSecondaryIndexes=[index])
    updated(before, {**before, "AttributeDefinitions": []}, taken_back)
    assert [name for name, _ in taken_back.calls] == ["table", "time to live"]


def an_update_of_a_stage_changes_what_differs() -> None:
    before = {"Variables": {"goes": "1", "stays": "2", "changes": "3"}, "TracingEnabled": True}
    variables = {"stays": "2", "changes": "4", "comes": "5"}
    wanted = {"DeploymentId": "d", "Variables": variables, "Description": "D"}
    changes = list(api_updates._stage_changes(before, wanted))
    assert [(change["op"], change["path"], change.get("value")) for change in changes] == [
        ("replace", "/deploymentId", "d"),
        ("replace", "/description", "D"),
        ("replace", "/tracingEnabled", "false"),
        ("remove", "/variables/goes", None),
        ("replace", "/variables/changes", "4"),
        ("replace", "/variables/comes", "5"),
    ]


def an_update_of_an_api_without_a_definition_changes_the_rest() -> None:
    present = {"name": "old", "description": "same", "binaryMediaTypes": ["image/png", "image/gif"]}
    wanted = {"Name": "new", "Description": "same", "BinaryMediaTypes": ["image/gif", "image/*"]}
    calls = list[Any]()
    client = SimpleNamespace(
        get_rest_api=lambda **_: present, update_rest_api=lambda **call: calls.extend(call["patchOperations"])
    )
    request = SimpleNamespace(
        previous_state={"RestApiId": "id"},
        desired_state=wanted,
        aws_client_factory=SimpleNamespace(apigateway=client, s3=None),
    )
    api_updates._update_api(None, request)
    assert calls == [
        {"op": "replace", "path": "/name", "value": "new"},
        {"op": "remove", "path": "/binaryMediaTypes/image~1png"},
        {"op": "add", "path": "/binaryMediaTypes/image~1*"},
    ]


def a_body_is_binary_by_its_media_type() -> None:
    assert event._body(b"text", "text/plain", ["image/png"]) == ("text", False)
    assert event._body(b"text", "image/png", ["image/*"]) == ("dGV4dA==", True)
    assert event._body(b"text", None, ["*/*"]) == ("dGV4dA==", True)
    assert event._body(b"\xff", "text/plain", []) == ("/w==", True)
    assert event._body(b"", "image/png", ["image/png"]) == ("", False)


if __name__ == "__main__":
    event_sources.install()
    a_body_reaches_the_function_as_it_was_sent()
    filters_look_at_the_value_of_a_body()
    what_has_failed_is_not_deleted()
    a_malformed_metric_is_just_a_line()
    an_update_looks_at_the_table_itself()
    an_update_of_a_stage_changes_what_differs()
    an_update_of_an_api_without_a_definition_changes_the_rest()
    a_body_is_binary_by_its_media_type()
