"""What `make logs` asks the cloud for, and what it shows."""

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from rich.console import Console

from infra import logs
from infra.errors import DeployError
from infra.log_lines import Line
from infra.log_selection import Requests, Selection, Trail
from infra.logs import options, user_id

ID = "8c5dfd47eab45b78cce755df2c57b096"
CALL = "5c1e1e6d-9f4f-4b58-a8d7-2c4a3b1f0e9d"
TABLES = {"AccountsTable": "accounts", "QueuesTable": "queues"}
NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)


class Accounts:
    """One account, and one user whom a service names."""

    def get_item(self, *, TableName: str, Key: dict[str, dict[str, str]], **_: Any) -> dict[str, Any]:  # noqa: N803 - botocore's
        if TableName == "accounts":
            return {"Item": {"user_id": {"S": ID}}} if Key == {"username": {"S": "ada"}} else {}
        return {"Item": {}} if Key["user_id"]["S"] in {ID, "shop:7"} else {}


def test_a_user_is_found_by_name_or_taken_by_id() -> None:
    assert user_id(Accounts(), TABLES, "ada") == ID
    assert user_id(Accounts(), TABLES, ID) == ID
    assert user_id(Accounts(), TABLES, "shop:7") == "shop:7"


def test_an_unknown_user_is_refused_with_a_sentence() -> None:
    with pytest.raises(DeployError, match="There is no user 'nobody'"):
        user_id(Accounts(), TABLES, "nobody")


THREE_TO_FIVE = '(($.user = "ada") && ($.seq <= 5) && (($.seq >= 3) || ($.last_seq >= 3)))'
NO_ERROR = '($.level != "DEBUG") && ($.level != "INFO") && ($.level != "WARNING")'
BY_ID = f'($.call = "{CALL}") || ($.trace = "{CALL}") || ($.request_id = "{CALL}")'


# The second half is for the lines about a batch.
SEQ_3 = "(($.seq = 3) || (($.seq <= 3) && ($.last_seq >= 3)))"


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        (Selection(), ""),
        (Selection(ID), f'{{ ($.user = "{ID}") }}'),
        (Selection(seq=3), f"{{ {SEQ_3} }}"),
        (Selection(ID, 3), f'{{ ($.user = "{ID}") && {SEQ_3} }}'),
        (Selection(type='a"b'), '{ ($.type = "a\\"b") }'),
        (Selection(id=CALL), f'{{ ({BY_ID} || ($.record.requestId = "{CALL}")) }}'),
        (
            Selection(id=CALL, requests=(Requests("ada", 3, 5),)),
            f'{{ ({BY_ID} || ($.record.requestId = "{CALL}") || {THREE_TO_FIVE}) }}',
        ),
        (Selection(level="WARNING"), ""),  # text, of which no pattern for JSON selects any
        (Selection(level="ERROR"), f'{{ (({NO_ERROR}) || ($.record.status = "*")) }}'),
        (Selection(level="CRITICAL"), f'{{ (({NO_ERROR} && ($.level != "ERROR"))) }}'),
        (Selection(type="x" * 2_000), ""),  # too long for CloudWatch Logs
    ],
)
def test_the_pattern_lets_cloudwatch_do_the_filtering(chosen: Selection, expected: str) -> None:
    assert chosen.pattern() == expected


def line(event: str, *, at: int = 0, level: str = "INFO", **fields: Any) -> Line:
    document = {"timestamp": NOON.isoformat(), "level": level, "event": event, **fields}
    return Line.parse("api", at, json.dumps(document))


@pytest.mark.parametrize(
    ("chosen", "accepted"),
    [
        (Selection(), True),
        (Selection("ada", 4, "echo"), True),
        (Selection("eve"), False),
        (Selection(seq=5), False),
        (Selection(type="mail"), False),
        (Selection(level="WARNING"), True),
        (Selection(level="ERROR"), False),
        (Selection(id="other"), False),
        (Selection(id=CALL), True),
        (Selection(id="other", requests=(Requests("ada", 3, 5),)), True),
        (Selection(id="other", requests=(Requests("eve", 3, 5), Requests("ada", 5, 9))), False),
    ],
)
def test_lines_are_chosen_as_by_the_pattern(chosen: Selection, accepted: bool) -> None:
    said = line("request will be retried", level="WARNING", user="ada", seq=4, type="echo", call=CALL)

    assert chosen.accepts(said) is accepted


def test_lambdas_own_lines_are_shown_when_they_are_wanted() -> None:
    report = Line.parse("api", 0, "REPORT RequestId: 1")

    assert not Selection().accepts(report)
    assert Selection(platform=True).accepts(report)


def test_the_requests_of_a_call_are_found_in_its_lines() -> None:
    lines = [
        line("request accepted", user="ada", seq=3, call=CALL),
        line("request accepted", user="ada", seq=4, call=CALL),
        line("requests accepted", user="eve", seq=7, last_seq=9, call=CALL),
        line("request accepted", user="eve", seq=1, call="another"),
        line("call answered", user="ada", call=CALL),
    ]

    chosen = Selection(id=CALL).with_requests_of(lines)

    assert chosen.requests == (Requests("ada", 3, 4), Requests("eve", 7, 9))
    assert chosen.with_requests_of(lines) == chosen
    assert Selection(id="other").with_requests_of(lines) == Selection(id="other")


def test_a_trail_is_over_when_all_requests_have_their_outcomes() -> None:
    trail = Trail()
    steps = [
        (line("request scheduled", user="ada", id="entry"), False),
        (line("request accepted", user="ada", seq=3), False),
        (line("call answered", user="ada"), False),
        (line("request succeeded", user="ada", seq=3), False),
        (line("entry entered", user="ada", seq=4, id="entry"), False),
        (line("request failed", user="eve", seq=4), False),
        (line("request cancelled", user="ada", seq=4), True),
        (line("request accepted", user="ada", seq=5), False),
        (line("request superseded", user="ada", seq=5, by=6), True),
    ]

    for said, over in steps:
        trail.follow(said)
        assert (said.event, trail.is_over) == (said.event, over)


class RecordedCloud:
    """A stack whose logs come in pieces: a piece for each read of the log group."""

    stack = "test"

    def __init__(self, *pieces: list[Line]) -> None:
        self.pieces = list(pieces)
        self.patterns: list[str] = []
        self.count = 0

    def client(self, _service: str) -> Any:
        return self

    def describe_stacks(self, **_: Any) -> Any:
        return {"Stacks": [{"StackStatus": "CREATE_COMPLETE", "Outputs": [OUTPUT]}]}

    def get_paginator(self, _operation: str) -> Any:
        return self

    def paginate(self, filterPattern: str = "", **_: Any) -> Iterator[Any]:  # noqa: N803 - botocore's
        self.patterns.append(filterPattern)
        for said in self.pieces.pop(0) if self.pieces else []:
            self.count += 1
            yield {"events": [{"eventId": str(self.count), "timestamp": 0, "message": said.as_json()}]}


OUTPUT = {"OutputKey": "ApiFunction", "OutputValue": "api"}


def shown(cloud: Any, *arguments: str) -> str:
    stream = io.StringIO()
    logs.show(cloud, options().parse_args(arguments), Console(file=stream, soft_wrap=True, highlight=False))
    return stream.getvalue()


def test_a_call_is_followed_to_its_outcome(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "PAUSE", 0)
    cloud = RecordedCloud(
        [],
        [line("request accepted", user="ada", seq=3, call=CALL), line("call answered", call=CALL)],
        [line("request started", user="ada", seq=3)],  # a request that does not name its call
        [line("request succeeded", user="ada", seq=3), line("request succeeded", user="ada", seq=4)],
    )

    said = shown(cloud, "--id", CALL)

    events = [" ".join(row.split()[2:4]) for row in said.splitlines()]
    assert events == ["request accepted", "call answered", "request started", "request succeeded"]
    assert "seq <= 3" in cloud.patterns[-1]


def test_without_following_a_hint_says_that_there_is_no_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(RecordedCloud(), "--no-follow") == ""
    assert "No line fits" in capsys.readouterr().err


def test_lines_as_json_are_one_object_each(capsys: pytest.CaptureFixture[str]) -> None:
    shown(RecordedCloud([line("x", seq=1), line("y", seq=2)]), "--no-follow", "--json")

    assert [json.loads(row)["seq"] for row in capsys.readouterr().out.splitlines()] == [1, 2]


def test_a_moment_that_is_none_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    given = options().parse_args(["--since", NOON.isoformat(), "--until", "2026-11-30T13:00Z"])
    assert given.until - given.since == 3_600_000

    with pytest.raises(SystemExit):
        options().parse_args(["--since", "noon"])
    assert "'noon' is no moment such as" in capsys.readouterr().err
