"""Metric math of CloudWatch, search expressions, and the evaluation of alarms, by AWS's documentation."""

from typing import Any

import pytest

from gurukool_localstack.alarm_evaluation import Rule, state
from gurukool_localstack.metric_math import search
from gurukool_localstack.metric_math.queries import Queries
from gurukool_localstack.metric_math.search import Metric
from gurukool_localstack.metric_math.series import MathError, Series

END = 300
DATA = {
    "errors": {0: 1.0, 60: 0.0, 180: 6.0},
    "calls": {0: 10.0, 60: 0.0, 120: 5.0, 180: 12.0},
    "none": {},
}
STATS = [
    {
        "Id": name,
        "MetricStat": {"Metric": {"MetricName": name}, "Period": 60, "Stat": "Sum"},
        "ReturnData": False,
    }
    for name in DATA
]


def evaluate(expression: str, *more: dict[str, Any]) -> list[list[str]]:
    """The points of each series, as time=value."""

    def fetch(stat: Any, label: str) -> Series:
        return Series(label, stat["Period"], dict(DATA[label]))

    def found(text: str, statistic: str, period: int) -> list[Series]:
        return [Series(name, period, dict(points)) for name, points in DATA.items() if name in text]

    queries = Queries([*STATS, *more, {"Id": "e", "Expression": expression}], 0, END, fetch, found)
    [(_, several)] = queries.results()
    return [[f"{at}={value:g}" for at, value in series.points.items()] for series in several]


@pytest.mark.parametrize(
    ("expression", "points"),
    [
        ("errors / calls * 100", "0=10 180=50"),  # no division by zero, and no time that one of them lacks
        ("100 * (1 - errors / calls)", "0=90 180=50"),
        ("-errors + 2 ^ 3", "0=7 60=8 180=2"),
        ("errors > 0 AND calls >= 12 || calls == 0", "0=0 60=1 180=1"),
        ("FILL(errors, 0)", "0=1 60=0 120=0 180=6 240=0"),
        ("FILL(errors, REPEAT)", "0=1 60=0 120=0 180=6 240=6"),
        ("FILL(errors, LINEAR)", "0=1 60=0 120=3 180=6"),
        ("FILL(none, 1)", "0=1 60=1 120=1 180=1 240=1"),
        ("SUM(METRICS())", "0=11 60=0 120=5 180=18"),
        ("SUM([errors, calls])", "0=11 60=0 120=5 180=18"),
        ('MAX(METRICS("err"))', "0=1 60=0 180=6"),
        ("AVG([errors, calls])", "0=5.5 60=0 120=5 180=9"),
        ("calls / SUM(calls)", "0=0.37037 60=0 120=0.185185 180=0.444444"),
        ("calls - MIN(calls) + MAX(errors)", "0=16 60=6 120=11 180=18"),
        ("RATE(calls)", "60=-0.166667 120=0.0833333 180=0.116667"),
        ("DIFF(calls)", "60=-10 120=5 180=7"),
        ("RUNNING_SUM(calls)", "0=10 60=10 120=15 180=27"),
        ("IF(calls > 5, errors, 0)", "0=1 60=0 120=0 180=6"),
        ("IF(calls > 5, errors)", "0=1 180=6"),
        ("IF(SUM(errors) > 5, calls, errors)", "0=10 60=0 120=5 180=12"),
        ("calls / PERIOD(calls)", "0=0.166667 60=0 120=0.0833333 180=0.2"),
        ("calls * METRIC_COUNT(METRICS())", "0=30 60=0 120=15 180=36"),
        ("TIME_SERIES(7)", "0=7 60=7 120=7 180=7 240=7"),
        ("FIRST(SORT(METRICS(), MAX, DESC))", "0=10 60=0 120=5 180=12"),
        ("CEIL(ABS(-errors / 4))", "0=1 60=0 180=2"),
        ("calls - AVG(none)", ""),
        ("half * 2", "0=1 60=0 180=6"),
        ("SUM(SEARCH('{N,D} errors calls', 'Sum', 60))", "0=11 60=0 120=5 180=18"),
    ],
)
def test_expressions(expression: str, points: str) -> None:
    half = {"Id": "half", "Expression": "errors / 2", "ReturnData": False}
    assert evaluate(expression, half) == [points.split()]


def test_lists_have_a_series_each() -> None:
    assert evaluate("REMOVE_EMPTY(METRICS() * 2)") == [
        ["0=2", "60=0", "180=12"],
        ["0=20", "60=0", "120=10", "180=24"],
    ]
    assert evaluate("SORT(METRICS(), SUM, ASC, 1)") == [["0=1", "60=0", "180=6"]]
    assert evaluate("SLICE(METRICS(), 0, 1)") == [["0=1", "60=0", "180=6"]]


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "errors +",
        "errors calls",
        "(errors",
        "unknown",
        "e + 1",
        "UNHEARD(errors)",
        "AVG(errors)",  # a number is no result
        "5",
        "METRICS() + METRICS()",
        "FILL(errors)",
        "FILL(errors, SIDEWAYS)",
        "RATE(5)",
        "'text' + errors",
        "STDDEV(errors)",
    ],
)  # fmt: skip
def test_what_has_no_result_is_refused(expression: str) -> None:
    with pytest.raises(MathError):
        evaluate(expression)


API = Metric("AWS/Lambda", "BilledDuration", {"FunctionName": "shop-api"})


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", True),
        ("{AWS/Lambda,FunctionName}", True),
        ("{AWS/Lambda,FunctionName,Resource}", False),
        ('{"AWS/Lambda","FunctionName"} MetricName="BilledDuration"', True),
        ('MetricName="Duration"', False),
        ("MetricName=duration", True),
        ('FunctionName="shop-api"', True),
        ("FunctionName=(none OR api)", True),
        ('FunctionName=("none" OR "api")', False),
        ("billed shop", True),
        ("billed AND none", False),
        ("none OR billed", True),
        ("billed NOT shop", False),
        ('NOT (none OR "old")', True),
    ],
)
def test_searches(text: str, found: bool) -> None:
    assert search.parsed(text)(API) is found


@pytest.mark.parametrize("text", ["{AWS/Lambda", "a (b", "MetricName=", ")"])
def test_what_is_no_search_is_refused(text: str) -> None:
    with pytest.raises(MathError):
        search.parsed(text)


# The tables of AWS's documentation: data points of three periods, the oldest first, X breaches; then the
# state if missing data are treated as missing, ignore, breaching and notBreaching. "keep" means no change.
THREE_OF_THREE = [
    ("0 - X - X", "OK OK OK OK"),
    ("0 - - - -", "OK OK OK OK"),
    ("- - - - -", "INSUFFICIENT_DATA keep ALARM OK"),
    ("0 X X - X", "ALARM ALARM ALARM ALARM"),
    ("- - X - -", "ALARM keep ALARM OK"),
]
TWO_OF_THREE = [
    ("0 - X - X", "ALARM ALARM ALARM ALARM"),
    ("0 0 X 0 X", "ALARM ALARM ALARM ALARM"),
    ("0 - X - -", "OK OK ALARM OK"),
    ("- - - - 0", "OK OK ALARM OK"),
    ("- - - X -", "ALARM keep ALARM OK"),
]


@pytest.mark.parametrize(
    ("needed", "points", "states"),
    [
        *((3, points, states) for points, states in THREE_OF_THREE),
        *((2, points, states) for points, states in TWO_OF_THREE),
        (3, "- - - - X", "OK keep ALARM OK"),
        (1, "- - - - X", "ALARM ALARM ALARM ALARM"),
        (2, "X X 0 0 X", "OK OK OK OK"),
    ],
)
def test_missing_data(needed: int, points: str, states: str) -> None:
    values = [{"X": 20.0, "0": 1.0}.get(point) for point in points.split()]
    treatments = ("missing", "ignore", "breaching", "notBreaching")
    rules = [Rule("GreaterThanThreshold", 10, 3, needed, treatment) for treatment in treatments]
    assert rules[0].range == len(values)
    assert [state(rule, values) or "keep" for rule in rules] == states.split()


@pytest.mark.parametrize(
    ("comparison", "values"),
    [
        ("GreaterThanThreshold", [11.0]),
        ("GreaterThanOrEqualToThreshold", [10.0, 11.0]),
        ("LessThanThreshold", [9.0]),
        ("LessThanOrEqualToThreshold", [9.0, 10.0]),
    ],
)
def test_comparisons(comparison: str, values: list[float]) -> None:
    rule = Rule(comparison, 10, 1, 1)
    assert [value for value in (9.0, 10.0, 11.0) if state(rule, [None, None, value]) == "ALARM"] == values
