"""Reads new log events of several log groups."""

from collections.abc import Iterator, Mapping
from typing import Any

from infra.log_lines import Line

# CloudWatch Logs may return an event some seconds later than a newer one.
OVERLAP_MS = 10_000


class Follower:
    """Reads each event of the log groups once."""

    def __init__(
        self,
        logs: Any,
        groups: Mapping[str, str],
        since: int,
        pattern: str = "",
        until: int | None = None,
    ) -> None:
        """`groups`: log groups by function; `since` and `until`: Unix times in ms; `pattern`: a filter of
        FilterLogEvents.
        """
        self._pages = logs.get_paginator("filter_log_events")
        self._groups = groups
        self._begin = self._since = since
        self._filter: dict[str, Any] = {} if until is None else {"endTime": until}
        self._seen: dict[str, int] = {}  # the time of each event, by its id
        self._use(pattern)

    def widen(self, pattern: str) -> None:
        """Also have the events come that only this pattern selects, from the beginning on."""
        self._since = self._begin
        self._use(pattern)

    def _use(self, pattern: str) -> None:
        self._filter.pop("filterPattern", None)
        if pattern:
            self._filter["filterPattern"] = pattern

    def new_lines(self) -> list[Line]:
        """The lines since the previous call, in the order of writing."""
        lines = [line for function, group in self._groups.items() for line in self._read(function, group)]
        self._forget()
        return sorted(lines, key=lambda line: line.moment)

    def _read(self, function: str, group: str) -> Iterator[Line]:
        for page in self._pages.paginate(logGroupName=group, startTime=self._since, **self._filter):
            for event in page["events"]:
                if event["eventId"] not in self._seen:
                    self._seen[event["eventId"]] = event["timestamp"]
                    yield Line.parse(function, event["timestamp"], event["message"])

    def _forget(self) -> None:
        """Forgets the events that the next call will not return again."""
        self._since = max([self._since, *(moment - OVERLAP_MS for moment in self._seen.values())])
        if "filterPattern" not in self._filter:  # those that a pattern selects are few, and it may be widened
            self._seen = {event: moment for event, moment in self._seen.items() if moment >= self._since}
