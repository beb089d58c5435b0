"""Queries of CloudWatch Logs Insights by the calls of its API."""

import json
import time
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_cloud.emulator import Emulator

LINES = [{"level": "ERROR", "seq": 1}, {"level": "INFO", "seq": 2}, {"level": "ERROR", "seq": 3}]


@pytest.fixture(scope="module")
def logs(emulator: Emulator) -> Any:
    return emulator.client("logs")


@pytest.fixture(scope="module")
def group(logs: Any) -> Iterator[str]:
    name, now = f"insights-{uuid.uuid4().hex[:8]}", time.time_ns() // 1_000_000
    logs.create_log_group(logGroupName=name)
    logs.create_log_stream(logGroupName=name, logStreamName="one")
    events = [{"timestamp": now + at, "message": json.dumps(line)} for at, line in enumerate(LINES)]
    logs.put_log_events(logGroupName=name, logStreamName="one", logEvents=events)
    yield name
    logs.delete_log_group(logGroupName=name)


def start(logs: Any, query: str, **options: Any) -> str:
    now = int(time.time())
    options = {"startTime": now - 60, "endTime": now + 60} | options
    return str(logs.start_query(queryString=query, **options)["queryId"])


def rows(answer: Any) -> list[dict[str, str]]:
    return [{each["field"]: each["value"] for each in row} for row in answer["results"]]


def test_a_query_selects_and_its_pointers_lead_to_the_events(logs: Any, group: str) -> None:
    query = start(logs, 'filter level = "ERROR" | sort seq asc | display seq', logGroupName=group)
    answer = logs.get_query_results(queryId=query)
    assert answer["status"] == "Complete"
    assert (answer["statistics"]["recordsMatched"], answer["statistics"]["recordsScanned"]) == (2, 3)
    assert [row["seq"] for row in rows(answer)] == ["1", "3"]
    [first, _] = rows(answer)
    record = logs.get_log_record(logRecordPointer=first["@ptr"])["logRecord"]
    assert (record["seq"], record["@logStream"], record["@log"]) == ("1", "one", f"000000000000:{group}")


@pytest.mark.parametrize(
    ("kind", "form"),
    [
        ("logGroupNames", "{group}"),
        ("logGroupIdentifiers", "{group}"),
        ("logGroupIdentifiers", "{arn}"),
        ("logGroupIdentifiers", "{arn}:*"),
        ("logGroupIdentifiers", "{arn}:"),  # as Grafana has it
    ],
)
def test_groups_are_named_in_lists_too(logs: Any, group: str, kind: str, form: str) -> None:
    arn = f"arn:aws:logs:us-east-1:000000000000:log-group:{group}"
    query = start(logs, "stats count(*) as n", **{kind: [form.format(group=group, arn=arn)]})
    assert rows(logs.get_query_results(queryId=query)) == [{"n": "3"}]


def test_the_time_and_the_limit_of_the_call_count(logs: Any, group: str) -> None:
    early = start(logs, "stats count(*)", logGroupName=group, startTime=1, endTime=2)
    assert logs.get_query_results(queryId=early)["results"] == []
    limited = start(logs, "fields seq", logGroupName=group, limit=1)
    assert [row["seq"] for row in rows(logs.get_query_results(queryId=limited))] == ["3"]


def test_a_query_is_listed_and_cannot_be_stopped_when_it_is_over(logs: Any, group: str) -> None:
    query = start(logs, "fields seq | limit 2", logGroupName=group)
    [newest, *_] = logs.describe_queries(logGroupName=group, status="Complete")["queries"]
    assert (newest["queryId"], newest["queryString"]) == (query, "fields seq | limit 2")
    with pytest.raises(ClientError, match="InvalidParameterException"):
        logs.stop_query(queryId=query)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"queryString": "filter nothing("}, "MalformedQueryException"),
        ({"queryString": "pattern @message"}, "MalformedQueryException"),
        ({"logGroupName": "missing"}, "ResourceNotFoundException"),
        ({"logGroupNames": ["and another"]}, "InvalidParameterException"),
        ({"startTime": 2, "endTime": 1}, "InvalidParameterException"),
        ({"queryLanguage": "SQL"}, "InvalidParameterException"),
    ],
)
def test_what_cannot_be_answered_is_refused(
    logs: Any, group: str, options: dict[str, Any], code: str
) -> None:
    request = {"queryString": "fields @message", "logGroupName": group, "startTime": 1, "endTime": 2}
    with pytest.raises(ClientError) as caught:
        logs.start_query(**request | options)
    assert caught.value.response["Error"]["Code"] == code


def test_a_malformed_query_is_refused_with_the_place_of_the_fault(logs: Any, group: str) -> None:
    with pytest.raises(ClientError) as caught:
        start(logs, "filter nothing(", logGroupName=group)
    assert caught.value.response["queryCompileError"]["location"] == {
        "startCharOffset": 7,
        "endCharOffset": 14,
    }


def test_an_unknown_query_has_no_result(logs: Any) -> None:
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        logs.get_query_results(queryId="00000000-0000-0000-0000-000000000000")
