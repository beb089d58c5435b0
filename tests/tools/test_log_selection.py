"""What CloudWatch Logs is asked for has all the lines that are to be shown."""

import json

import pytest

from gurukool_localstack.filter_patterns import compiled
from infra.log_lines import Line
from infra.log_selection import LEVELS, Selection

CALL = "5c1e1e6d-9f4f-4b58-a8d7-2c4a3b1f0e9d"
NOON = "2026-11-30T12:00:00Z"
MESSAGES = [
    *(
        json.dumps({"timestamp": NOON, "level": level, "event": "x", "user": "ada", "seq": 4})
        for level in (*LEVELS, "FATAL")
    ),
    *(
        json.dumps({"time": NOON, "type": "platform.report", "record": record})
        for record in ({"requestId": CALL, "status": "timeout"}, {"requestId": CALL, "status": "success"}, {})
    ),
    json.dumps({"timestamp": NOON, "message": "of a library, without a level"}),
    "Traceback of a child process",
    f"REPORT RequestId: {CALL} Duration: 3 ms",
]


@pytest.mark.parametrize("message", MESSAGES)
@pytest.mark.parametrize(
    "chosen",
    [
        *(Selection(level=level, platform=level == "DEBUG") for level in LEVELS),
        *(Selection(id=CALL), Selection(user="ada", level="ERROR"), Selection(seq=4), Selection(type="echo")),
    ],
)
def test_the_pattern_keeps_nothing_back_that_is_to_be_shown(chosen: Selection, message: str) -> None:
    if chosen.accepts(Line.parse("api", 0, message)):
        assert compiled(chosen.pattern())(message)


def test_what_went_wrong_without_a_line_of_ours_is_shown_with_the_errors() -> None:
    """A time-out, a crash, used-up memory; and what a process writes to its descriptors is a warning."""
    seen = {level: [Line.parse("api", 0, said) for said in MESSAGES] for level in ("WARNING", "ERROR")}
    shown = {
        level: [said.event for said in seen[level] if Selection(level=level).accepts(said)] for level in seen
    }
    assert shown["ERROR"] == ["x", "x", "x", "platform.report"]
    assert shown["WARNING"] == ["x", *shown["ERROR"], "Traceback of a child process"]
