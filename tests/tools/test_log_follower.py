"""Following log groups whose events may come late, twice or in another order."""

from collections.abc import Iterator
from typing import Any

from infra.log_follower import OVERLAP_MS, Follower

BEGIN = 1_000_000


class RecordedLogs:
    """FilterLogEvents over events that a test adds, a page each."""

    def __init__(self) -> None:
        self.events: dict[str, list[dict[str, Any]]] = {"/worker": [], "/api": []}
        self.asked: list[dict[str, Any]] = []

    def add(self, group: str, moment: int, message: str) -> None:
        number = sum(map(len, self.events.values()))
        self.events[group].append({"eventId": str(number), "timestamp": moment, "message": message})

    def get_paginator(self, operation: str) -> "RecordedLogs":
        assert operation == "filter_log_events"
        return self

    def paginate(self, **asked: Any) -> Iterator[dict[str, Any]]:
        self.asked.append(asked)
        for event in self.events[asked["logGroupName"]]:
            if event["timestamp"] >= asked["startTime"]:
                yield {"events": [event]}


def test_lines_of_all_groups_come_once_and_in_the_order_of_time() -> None:
    logs = RecordedLogs()
    follower = _follow(logs)
    logs.add("/worker", BEGIN + 2, "second")
    logs.add("/api", BEGIN + 1, "first")
    logs.add("/api", BEGIN - 1, "too old")

    assert _texts(follower) == ["first", "second"]
    logs.add("/worker", BEGIN + 3, "third")
    assert _texts(follower) == ["third"]
    assert _texts(follower) == []


def test_a_line_that_comes_late_is_shown_still() -> None:
    logs = RecordedLogs()
    follower = _follow(logs)
    logs.add("/api", BEGIN + OVERLAP_MS, "young")
    assert _texts(follower) == ["young"]

    logs.add("/api", BEGIN + 1, "late")

    assert _texts(follower) == ["late"]


def test_what_was_shown_long_ago_is_not_asked_for_again() -> None:
    logs = RecordedLogs()
    follower = _follow(logs)
    logs.add("/api", BEGIN, "old")
    logs.add("/api", BEGIN + 5 * OVERLAP_MS, "young")
    assert _texts(follower) == ["old", "young"]

    assert _texts(follower) == []
    assert logs.asked[-1]["startTime"] == BEGIN + 4 * OVERLAP_MS


def test_the_pattern_is_handed_on() -> None:
    logs = RecordedLogs()

    _follow(logs, "{ $.seq = 3 }").new_lines()

    assert {asked["filterPattern"] for asked in logs.asked} == {"{ $.seq = 3 }"}


def test_a_wider_pattern_brings_what_was_left_out_and_nothing_twice() -> None:
    logs = RecordedLogs()
    follower = _follow(logs, "{ $.seq = 2 }")
    logs.add("/api", BEGIN, "old")
    logs.add("/api", BEGIN + 5 * OVERLAP_MS, "young")
    assert _texts(follower) == ["old", "young"]

    follower.widen("{ $.seq = 3 }")
    logs.add("/api", BEGIN + 1, "left out until now")

    assert _texts(follower) == ["left out until now"]
    assert (logs.asked[-1]["startTime"], logs.asked[-1]["filterPattern"]) == (BEGIN, "{ $.seq = 3 }")
    assert _texts(follower) == []


def _follow(logs: RecordedLogs, pattern: str = "") -> Follower:
    return Follower(logs, {"worker": "/worker", "api": "/api"}, BEGIN, pattern)


def _texts(follower: Follower) -> list[str]:
    return [line.event for line in follower.new_lines()]
