"""Queries of CloudWatch Logs Insights and their results, with the syntax of AWS's documentation."""

import json
from typing import Any

import pytest

from gurukool_localstack.insights import discovery
from gurukool_localstack.insights.discovery import Event, fields_of
from gurukool_localstack.insights.query import parsed
from gurukool_localstack.insights.values import sort_key
from gurukool_localstack.scanner import SyntaxFaultError

MINUTE = 60_000
CALLS = [
    {"type": "echo", "ms": 10, "ok": True, "user": {"name": "ada", "roles": ["admin", "user"]}},
    {"type": "sleep", "ms": 2000.5, "ok": False, "error": "Timeout: 2 s", "user": {"name": "bob"}},
    {"type": "echo", "ms": 30, "ok": True, "user": {"name": "bob"}, "odd-name": "x"},
    {"type": "echo", "ms": "12", "ok": True, "user": {"name": "eve"}, "route": "GET /things/7"},
]
LINES = [*map(json.dumps, CALLS), "user=ada, method:GET, latency := 20"]


def run(query: str, lines: list[str] = LINES, group: str = "app") -> list[dict[str, str]]:
    """The result's rows. The events are a minute apart, the first at 00:01 of 1970-01-01."""
    events = [
        Event(MINUTE * at, MINUTE * at, line, group, f"stream-{at % 2}", f"p{at}")
        for at, line in enumerate(lines, 1)
    ]
    rows = parsed(query).run([fields_of(event, "000000000000") for event in events]).written()
    return [{each["field"]: each["value"] for each in row if each["field"] != "@ptr"} for row in rows]


def column(query: str, **options: Any) -> str:
    """The values of the only column of a query, in one text."""
    return " ".join(value for row in run(query, **options) for value in row.values())


def test_without_fields_there_are_the_newest_messages_first() -> None:
    assert run("limit 2") == [
        {"@timestamp": "1970-01-01 00:05:00.000", "@message": LINES[4]},
        {"@timestamp": "1970-01-01 00:04:00.000", "@message": LINES[3]},
    ]


@pytest.mark.parametrize(
    ("condition", "milliseconds"),
    [
        ('type = "echo"', "12 30 10"),
        ("type = 'echo' and ms > 10", "12 30"),
        ("ms = 10", "10"),
        ('ms = "10.0"', "10"),
        ("ms >= 12 and ms <= 30", "12 30"),
        ("ok = 0", "2000.5"),
        ("ok", "12 30 10"),
        ("not ok and ispresent(ms)", "2000.5"),
        ('user.name in ["ada", "eve"]', "12 10"),
        ('user.name not in ["ada", "eve"] and ispresent(ms)', "30 2000.5"),
        ('user.roles.1 = "user"', "10"),
        ("user.name like 'o'", "30 2000.5"),
        ("user.name like /^[AB]/", ""),
        ("user.name like /(?i)^[AB]/", "30 2000.5 10"),
        ("user.name =~ /^e/", "12"),
        ("user.name not like /^e/ and ispresent(user.name)", "30 2000.5 10"),
        ("ispresent(`odd-name`)", "30"),
        ('type = "sleep" or user.name = "eve" and ms < 20', "12 2000.5"),
        ('(type = "sleep" or user.name = "eve") and ms < 20', "12"),
        ("ms / 10 = 3", "30"),
        ("ms * 2 - 4 = 2 ^ 4 or ms % 100 = 30", "30 10"),
        ("-ms < -100", "2000.5"),
        ("abs(0 - ms) = 10 or strlen(type) = 5", "2000.5 10"),
        ("@timestamp <= 120000", "2000.5 10"),
        ("nothing = 1 or nothing < 1", ""),
        ("ms != 10 # a comment\n and ms != 30", "12 2000.5"),
        ("route like /GET \\/things/", "12"),
        ("coalesce(error, route) like 'T'", "12 2000.5"),
    ],
)
def test_filter(condition: str, milliseconds: str) -> None:
    assert column(f"filter {condition} | display ms") == milliseconds


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("stats count(*)", [{"count(*)": "5"}]),
        ("stats count(error) as errors, count() as all", [{"errors": "1", "all": "5"}]),
        ("stats avg(ms)", [{"avg(ms)": "513.125"}]),
        ("stats sum(ms) as s, min(ms) as l, max(ms) as m", [{"s": "2052.5", "l": "10", "m": "2000.5"}]),
        ("stats pct(ms, 50) as p50, pct(ms, 100) as p100", [{"p50": "21", "p100": "2000.5"}]),
        ("stats count_distinct(user.name) as users", [{"users": "3"}]),
        ("stats earliest(ms) as first, latest(ms) as last", [{"first": "10", "last": "12"}]),
        ("stats sortsFirst(type) as a, sortsLast(type) as z", [{"a": "echo", "z": "sleep"}]),
        ("stats max(ms) - min(ms) as range, range / 2 as half", [{"range": "1990.5", "half": "995.25"}]),
        (
            "filter ispresent(type) | stats count(*) as n by type | sort n desc",
            [{"type": "echo", "n": "3"}, {"type": "sleep", "n": "1"}],
        ),
        (
            "stats count(*) as n by bin(2m) | sort bin(2m) asc",
            [
                {"bin(2m)": "1970-01-01 00:00:00.000", "n": "1"},
                {"bin(2m)": "1970-01-01 00:02:00.000", "n": "2"},
                {"bin(2m)": "1970-01-01 00:04:00.000", "n": "2"},
            ],
        ),
        (
            "stats max(ms) as worst by user.name as name | stats avg(worst) as mean",
            [{"mean": "674.1666666666666"}],
        ),
        ("filter type = 'none' | stats count(*)", []),
    ],
)
def test_stats(query: str, rows: list[dict[str, str]]) -> None:
    assert run(query) == rows


GLOB = 'parse @message "user=*, method:*, latency := *" as @user, @method, @latency'


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        (
            f"{GLOB} | filter ispresent(@user) | display @user, @method, @latency",
            [{"@user": "ada", "@method": "GET", "@latency": "20"}],
        ),
        ("parse /latency := (?<latency>\\d+)/ | stats avg(latency)", [{"avg(latency)": "20"}]),
        (
            "parse error '*: * s' as kind, seconds | filter seconds > 0 | stats sum(seconds) as s by kind",
            [{"kind": "Timeout", "s": "2"}],
        ),
        ("fields type | parse error '*:' as kind | limit 1", [{}]),
        (
            "fields concat(type, '-', ms) as label, toupper(type) | filter ms = 10",
            [{"label": "echo-10", "toupper(type)": "ECHO"}],
        ),
        (
            "fields datefloor(@timestamp, 1h) as hour, toMillis(@timestamp) as at | sort at asc | limit 1",
            [{"hour": "1970-01-01 00:00:00.000", "at": "60000"}],
        ),
        (
            "FIELDS @logStream, @log | SORT @timestamp ASC | LIMIT 1",
            [{"@logStream": "stream-1", "@log": "000000000000:app"}],
        ),
        (
            "filter ispresent(type) | sort type asc, ms desc | display ms",
            [{"ms": "30"}, {"ms": "12"}, {"ms": "10"}, {"ms": "2000.5"}],
        ),
        (
            "filter ispresent(type) | display type, ms | dedup type",
            [{"type": "echo", "ms": "12"}, {"type": "sleep", "ms": "2000.5"}],
        ),
        ("fields ms | sort ms desc | dedup error | limit 1", [{"ms": "2000.5"}]),
    ],
)
def test_fields_parse_sort_and_dedup(query: str, rows: list[dict[str, str]]) -> None:
    assert run(query) == rows


@pytest.mark.parametrize(
    "query",
    [
        "",
        "filter",
        "filter a =",
        "filter (a = 1",
        "filter a = 1 |",
        "filter a ~ 1",
        "filter a like b",
        "filter a like /(/",
        "filter unheardOf(a)",
        "filter count(*) > 1",
        "filter strlen(a, b) = 1",
        "fields a b",
        "pattern @message",
        "stats stddev(a)",
        "stats count(count(a))",
        "stats count(*) by bin(5 lightyears)",
        "stats count(*) by bin(1mo)",
        "stats count(*) by a | stats count(*) by b | stats count(*)",
        "limit many",
        "sort a",
        "dedup a | filter b = 1",
        'parse @message "* *" as a',
        "parse @message /no group/",
        "parse @message a",
    ],
)
def test_what_is_not_known_is_refused(query: str) -> None:
    with pytest.raises(SyntaxFaultError):
        parsed(query)


def test_a_refusal_says_where() -> None:
    with pytest.raises(SyntaxFaultError, match="unheardOf") as caught:
        parsed("fields a | filter unheardOf(a)")
    assert (caught.value.at, caught.value.end) == (18, 27)


REQUEST = "2f0c1b9a-6a2e-4f0e-9d50-0123456789ab"
REPORT = (
    f"REPORT RequestId: {REQUEST}\tDuration: 12.34 ms\tBilled Duration: 13 ms\tMemory Size: 128 MB\t"
    "Max Memory Used: 60 MB\tInit Duration: 100.5 ms\t"
)


@pytest.mark.parametrize(
    ("query", "values"),
    [
        (f"filter @requestId = '{REQUEST}' | stats count(*)", "3"),
        ("filter n.a = 1 | display n.a", "1"),
        ("filter @type = 'REPORT' | stats max(@maxMemoryUsed / 1000 / 1000) as megabytes", "60"),
        (
            "filter ispresent(@duration) | display @duration, @billedDuration, @initDuration, @memorySize",
            "12.34 13 100.5 128000000",
        ),
    ],
)
def test_lines_of_a_function_have_fields_of_lambda(query: str, values: str) -> None:
    lines = [
        f"START RequestId: {REQUEST} Version: $LATEST",
        f'[INFO]\t2026-11-30T00:00:00.000Z\t{REQUEST}\tdone {{"n": {{"a": 1}}}} and more',
        REPORT,
    ]
    assert column(query, lines=lines, group="/aws/lambda/f") == values


def test_fields_are_found_in_their_order_and_at_any_depth() -> None:
    depth = 2_000
    deep = (
        '{"a": 1, "b": ' + '{"c": [0, ' * depth + "1" + "]}" * depth + ', "@own": true, "d": null, "e": "x"}'
    )
    found = list(discovery._flat(json.loads(deep)))
    assert found[:2] == [("a", 1), ("b.c.0", 0)]
    assert found[-3:] == [("b" + ".c.1" * depth, 1), ("@@own", 1), ("e", "x")]
    assert len(found) == depth + 4
    assert column("filter a = 1 | display a", lines=[deep, '{"a": 1}']) == "1 1"


def test_the_natural_order_of_the_documentation() -> None:
    documented = "!: # *%04 0# 5A 111A 2345_ @ @_ A A9876fghj a12345hfh 0 1 2 3"
    keys = list(map(sort_key, documented.split(" ")))
    assert keys == sorted(keys)
