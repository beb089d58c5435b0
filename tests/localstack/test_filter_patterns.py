"""Filter patterns of CloudWatch Logs, with the examples of AWS's documentation."""

import pytest

from gurukool_localstack.filter_patterns import PatternError, compiled, value_in

LINES = {
    "[ERROR 400] BAD REQUEST",
    "[ERROR 401] UNAUTHORIZED REQUEST",
    "[ERROR 419] MISSING ARGUMENTS",
    "[ERROR 420] INVALID ARGUMENTS",
    "[INFO] all is well",
}
EVENT = """{
    "eventType": "UpdateTrail",
    "sourceIPAddress": "111.111.111.111",
    "arrayKey": ["value", "another value"],
    "objectList": [{"name": "a", "id": 1}, {"name": "b", "id": 2}],
    "SomeObject": null,
    "cluster.name": "c",
    "isError": true,
    "latency": 12.5
}"""


@pytest.mark.parametrize(
    ("pattern", "matching"),
    [
        ("ERROR", "400 401 419 420"),
        ("ERROR ARGUMENTS", "419 420"),
        ("?ERROR ?INFO", "400 401 419 420 [INFO]"),
        ("?MISSING ?INVALID", "419 420"),
        ("ERROR ?MISSING", "400 401 419 420"),
        ("ERROR -ARGUMENTS", "400 401"),
        ('"INVALID ARGUMENTS"', "420"),
        ("%4[01][0-9]%", "400 401 419"),
        ("", "400 401 419 420 [INFO]"),
    ],
)
def test_terms(pattern: str, matching: str) -> None:
    matches = compiled(pattern)
    expected = {line for line in LINES if any(word in line for word in matching.split())}
    assert {line for line in LINES if matches(line)} == expected


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ('$.eventType = "UpdateTrail"', True),
        ("$.eventType = Update*", True),
        ('$.eventType != "UpdateTrail"', False),
        ('$.sourceIPAddress != "123.123.*"', True),
        ('$.arrayKey[0] = "value"', True),
        ("$.objectList[1].id = 2", True),
        ("$.objectList[1].id > 2", False),
        ("$.latency >= 12.5", True),
        ("$.latency < 1e1", False),
        ('$.latency = "12.5"', False),
        ("$.SomeObject IS NULL", True),
        ("$.isError IS TRUE", True),
        ("$.nothing NOT EXISTS", True),
        ("$.isError NOT EXISTS", False),
        ("$.nothing = 1", False),
        ('$["cluster.name"] = "c"', True),
        ('($.latency > 100 || $.isError IS TRUE) && $.eventType = "U*"', True),
        ('$.latency > 100 || $.isError IS TRUE && $.eventType = "X"', False),
    ],
)
def test_conditions_on_json(condition: str, holds: bool) -> None:
    assert compiled(f"{{ {condition} }}")(EVENT) is holds


ACCESS = '127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534'


@pytest.mark.parametrize(
    ("pattern", "holds"),
    [
        ("[ip, user, username, timestamp, request, status_code, bytes]", True),
        ("[ip, user, username, timestamp, request = *html*, status_code = 4*, bytes]", True),
        ("[ip, user, username, timestamp, request, status_code = 404, bytes > 1000]", True),
        ("[ip, user, username, timestamp, request, status_code = 5*, bytes]", False),
        ("[ip, user, username, timestamp, request, code = 400 || code = 404, bytes]", True),
        ("[ip, user, username, timestamp, request, code >= 400 && code < 404, bytes]", False),
        ("[ip, user, username != frank, timestamp, request, status_code, bytes]", False),
        ("[ip, user, username]", False),
        ("[ip, ...]", True),
        ("[..., status_code = 4*, bytes]", True),
        ("[ip = 127.*, ..., bytes <= 1534]", True),
        ("[ip = %127\\.0\\.0\\.[1-9]%, ...]", True),
        ("[ip != %^10%, ...]", True),
        ('[..., request = "GET*", status_code, bytes]', True),
        ("[..., (code = 404 || code = 410) && code != 405, bytes]", True),
    ],
)
def test_fields_with_spaces_between_them(pattern: str, holds: bool) -> None:
    assert compiled(pattern)(ACCESS) is holds


@pytest.mark.parametrize(
    ("message", "pattern", "selector", "value"),
    [
        (ACCESS, "[..., status, size]", "$size", "1534"),
        (ACCESS, "[ip, ...]", "$status", None),
        (EVENT, "{ $.latency > 1 }", "$.latency", 12.5),
        (EVENT, "{ $.latency > 1 }", "$.objectList[1].name", "b"),
        (EVENT, "{ $.latency > 1 }", "$.missing", None),
        ("no JSON", "", "$.latency", None),
    ],
)
def test_what_a_filter_takes_out_of_a_line(message: str, pattern: str, selector: str, value: object) -> None:
    assert value_in(message, pattern, selector) == value


def test_a_line_that_is_no_json_meets_no_condition() -> None:
    assert not compiled("{ $.a NOT EXISTS }")("plain text")


@pytest.mark.parametrize(
    "pattern",
    [
        "[ip, user",
        "[ip=]",
        "[a=1 && b=1]",
        "[a > x]",
        "[a=%(%]",
        "[..., a, ...]",
        "{ $.a = 1",
        "{ a = 1 }",
        "{ ($.a = 1 }",
        "{ $.a }",
        "%(%",
    ],
)
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(PatternError):
        compiled(pattern)
