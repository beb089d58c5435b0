"""The dashboard of one type of requests: by its metrics, if the stack has them, and by the log lines."""

import json

from grafana_foundation_sdk.builders.dashboard import Dashboard

from infra.grafana.board import Board
from infra.grafana.log_panels import over_time, whole_log
from infra.grafana.one_user import ENDED
from infra.grafana.panels import Panel, number, rows, series
from infra.grafana.queries import VARIABLES, Place, Queries, Query

UID = "gurukool-type"
OWN = 'filter type = "${type}"'
OUTCOMES = ("Succeeded", "Failed", "Expired", "Cancelled")

ask = Queries(VARIABLES)


def one_type(shown: Place) -> Dashboard:
    board = Board(UID, "Gurukool: one type", "How the requests of one type run.", shown)
    board.text_variable("type", "Type", "The name of a handler, as in @handler.", "sleep")
    board.log_groups_variable()
    board.row("By metrics: only with the parameter Metrics=types", _numbers())
    board.row("Over time", _over_time())
    board.row("By log lines", over_time(OWN, f"filter event in {json.dumps(ENDED)}"))
    board.row("Users and failures", [_users(), _reasons()])
    board.row("Log", [whole_log(OWN)])
    return board.built()


def _numbers() -> list[Panel]:
    sums, worst = "In the time shown.", "The worst minute."
    return [
        number("Accepted", [_metric("Accepted")], calculation="sum", about=sums),
        number("Succeeded", [_metric("Succeeded")], calculation="sum", about=sums),
        number("Wait, p99", [_metric("WaitMs", "p99")], unit="ms", calculation="max", about=worst),
        number("Attempt, p99", [_metric("RunMs", "p99")], unit="ms", calculation="max", about=worst),
    ]


def _over_time() -> list[Panel]:
    return [
        series("Outcomes", [_metric(name) for name in OUTCOMES], stacked=True, about="How requests ended."),
        series("Waits", _percentiles("WaitMs"), unit="ms", about="From the 202 to the first attempt."),
        series("Attempts", _percentiles("RunMs"), unit="ms", about="How long attempts took."),
        series(
            "Attempts lost or repeated",
            [_metric(name) for name in ("Retried", "TimedOut", "Crashed")],
            stacked=True,
            about="A crash is a worker that was killed or ran out of memory.",
        ),
    ]


def _users() -> Panel:
    first = 'filter event = "request started" and attempt = 1'  # a batch is accepted with one line for all
    counted = f"{first} | stats count(*) as requests by user | sort requests desc"
    return rows(
        "Users with the most",
        ask.logs(f"{OWN} | {counted} | limit 20"),
        about="By requests that were begun.",
    )


def _reasons() -> Panel:
    counted = "filter ispresent(kind) | stats count(*) as attempts by kind, error | sort attempts desc"
    return rows(
        "Reasons of failures", ask.logs(f"{OWN} | {counted} | limit 20"), about="The most frequent first."
    )


def _metric(name: str, statistic: str = "Sum", label: str = "") -> Query:
    return ask.metric(name, statistic, label=label, dimensions={"stack": VARIABLES.stack, "type": "${type}"})


def _percentiles(name: str) -> list[Query]:
    return [_metric(name, statistic, statistic) for statistic in ("p50", "p99")]
