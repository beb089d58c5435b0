"""Parts of the extension, each on its own, beside no LocalStack. LocalStack's own Python runs this program.

It ends with a traceback if one of them does not do what it should.
"""

import json
from types import SimpleNamespace
from typing import Any

from localstack.services.lambda_.event_source_mapping.event_processor import PartialBatchFailureError
from localstack.services.lambda_.event_source_mapping.pollers.sqs_poller import SqsPoller

from gurukool_localstack import emf, event_sources

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
    emf.metrics = SimpleNamespace(put=lambda *datum: found.append((datum[2], datum[3]["Values"])))
    for line in lines:
        emf.extract("account", "region", line if isinstance(line, str) else json.dumps(line))
    return found


def document(aws: Any = None, **fields: Any) -> dict[str, Any]:
    directive = {"Namespace": "N", "Dimensions": [["Of"]], "Metrics": [{"Name": "M"}]} | (aws or {})
    return {"_aws": {"Timestamp": 0, "CloudWatchMetrics": [directive]}, "Of": "x", "M": 1} | fields


def a_malformed_metric_is_just_a_line() -> None:
    aws = document()["_aws"]
    assert metrics_in(document(), document(M=[1, 2.5])) == [("N", [1.0]), ("N", [1.0, 2.5])]
    assert not metrics_in(
        '"_aws"',
        '["_aws"]',
        '{"_aws": ' + "[" * 100_000,
        '{"_aws": {"Timestamp": ' + "1" * 5_000,
        *({"_aws": other} for other in (None, 1, [], "text", {}, aws | {"Timestamp": None})),
        *({**document(), "_aws": aws | {"Timestamp": moment}} for moment in (1e18, 1e300, 10**400, "now")),
        *({**document(), "_aws": aws | {"CloudWatchMetrics": other}} for other in (1, [1], ["text"], [None])),
        *(document(M=value) for value in ("1", None, True, [[1]], {}, float("nan"), float("inf"), 10**400)),
        *(document({"Namespace": name}) for name in (None, 1, "", [])),
        *(document({"Metrics": metrics}) for metrics in (1, [1], [{"Name": 1}], [{"Name": "M", "Unit": 1}])),
        *(document({"Dimensions": names}) for names in (1, [1], [["Nobody"]], [[["Of"]]])),
    )


if __name__ == "__main__":
    event_sources.install()
    a_body_reaches_the_function_as_it_was_sent()
    filters_look_at_the_value_of_a_body()
    what_has_failed_is_not_deleted()
    a_malformed_metric_is_just_a_line()
