"""Rows of the overview about what callers notice: requests, their times, calls."""

from infra.grafana.board import Board
from infra.grafana.panels import series
from infra.grafana.queries import VARIABLES, Queries, Query

LATENCIES = {
    "SendMs": "send requests",
    "ReadMs": "read a queue",
    "SignInMs": "sign in",
    "OtherCallMs": "all others",
}
KINDS = ("Error", "Permanent", "Timeout", "Crash", "Conflict", "Other")

ask = Queries(VARIABLES)


def requests(board: Board) -> None:
    ends = ("Succeeded", "Failed", "Expired", "Cancelled")
    board.row(
        "Requests",
        [
            series(
                "Accepted and started",
                [ask.metric("Accepted"), ask.metric("Started")],
                about="Started counts attempts, so it is more than Accepted if some are repeated.",
            ),
            series(
                "Outcomes", [ask.metric(name) for name in ends], stacked=True, about="How requests ended."
            ),
        ],
    )
    board.row(
        "Times and failures",
        [
            series("Waits", _percentiles("WaitMs"), unit="ms", about="From the 202 to the first attempt."),
            series("Attempts", _percentiles("RunMs"), unit="ms", about="How long attempts took."),
            series(
                "Failed requests",
                [ask.metric(f"FailedBy{kind}", label=kind.lower()) for kind in KINDS],
                stacked=True,
                about="By the kind of the last attempt's failure.",
            ),
            series(
                "Attempts lost or repeated",
                [ask.metric(name) for name in ("Retried", "TimedOut", "Crashed")],
                stacked=True,
                about="A crash is a worker that was killed or ran out of memory.",
            ),
        ],
    )


def _percentiles(name: str) -> list[Query]:
    return [ask.metric(name, statistic, label=statistic) for statistic in ("p50", "p99")]


def calls(board: Board) -> None:
    gateway = {"ApiName": VARIABLES.stack}
    counts = [
        ask.metric(name, label=label, namespace="AWS/ApiGateway", dimensions=gateway)
        for name, label in {"Count": "all", "4XXError": "4xx", "5XXError": "5xx"}.items()
    ]
    refused = [ask.metric(name) for name in ("ClientErrors", "Throttled", "ServerErrors")]
    latencies = [ask.metric(name, "p99", label=label) for name, label in LATENCIES.items()]
    board.row(
        "Calls",
        [
            series("Calls", counts, about="As the gateway counts them, with what it refuses by itself."),
            series("Refused", refused, stacked=True, about="By the function. Throttled is 429."),
            series("Latency, p99", latencies, unit="ms", about="In the function, without calls that wait."),
        ],
    )
