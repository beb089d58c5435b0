"""Panels that both dashboards of log lines have, each about the lines that a filter chooses."""

from infra.grafana.panels import Panel, lines, series
from infra.grafana.queries import VARIABLES, Queries

ask = Queries(VARIABLES)


def over_time(chosen: str, events: str) -> list[Panel]:
    """`events`: the filter of the events that are counted, too."""
    counted = ask.logs(f"{chosen} | {events} | stats count(*) by bin(1m), event")
    return [
        series("Events", [counted], stacked=True, about="What was logged in each minute."),
        _times("Waits", "waited_ms", chosen, about="From the 202 to the first attempt."),
        _times("Attempts", "took_ms", chosen, about="How long attempts took."),
    ]


def whole_log(chosen: str) -> Panel:
    newest = ask.logs(f"fields @timestamp, @message | {chosen} | sort @timestamp desc | limit 200")
    return lines("Log lines", newest, about="The newest first, with all their fields.")


def _times(title: str, field: str, chosen: str, *, about: str) -> Panel:
    percentiles = f"pct({field}, 50) as p50, pct({field}, 99) as p99"
    query = ask.logs(f"{chosen} | filter ispresent({field}) | stats {percentiles} by bin(1m)")
    return series(title, [query], unit="ms", about=about)
