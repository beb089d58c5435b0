"""The dashboard of one type of requests: by its metrics, if the stack has them, and by the log lines."""

from grafana_foundation_sdk.builders.dashboard import Dashboard

from infra.grafana.panels import Board, lines, number, rows, series
from infra.grafana.queries import VARIABLES, Place, Queries, Query

UID = "gurukool-type"
OWN = 'filter type = "${type}"'
ENDED = ("Succeeded", "Failed", "Expired", "Cancelled")
EVENTS = '"request succeeded", "request failed", "request will be retried"'

ask = Queries(VARIABLES)


def one_type(shown: Place) -> Dashboard:
    board = Board(UID, "Gurukool: one type", "How the requests of one type run.", shown)
    board.text_variable("type", "Type", "The name of a handler, as in @handler.", "sleep")
    board.log_groups_variable()
    _by_metrics(board)
    _by_logs(board)
    return board.built()


def _by_metrics(board: Board) -> None:
    board.row(
        "By metrics: only with the parameter Metrics=types",
        [
            number("Accepted", [_metric("Accepted")], calculation="sum", about="In the time shown."),
            number("Succeeded", [_metric("Succeeded")], calculation="sum", about="In the time shown."),
            number(
                "Wait, p99",
                [_metric("WaitMs", "p99")],
                unit="ms",
                calculation="max",
                about="The worst minute.",
            ),
            number(
                "Attempt, p99",
                [_metric("RunMs", "p99")],
                unit="ms",
                calculation="max",
                about="The worst minute.",
            ),
        ],
    )
    board.row(
        "Over time",
        [
            series("Outcomes", [_metric(name) for name in ENDED], stacked=True, about="How requests ended."),
            series("Waits", _percentiles("WaitMs"), unit="ms", about="From the 202 to the first attempt."),
            series("Attempts", _percentiles("RunMs"), unit="ms", about="How long attempts took."),
            series(
                "Attempts lost or repeated",
                [_metric(name) for name in ("Retried", "TimedOut", "Crashed")],
                stacked=True,
                about="A crash is a worker that was killed or ran out of memory.",
            ),
        ],
    )


def _by_logs(board: Board) -> None:
    board.row(
        "By log lines",
        [
            series(
                "Ends of attempts",
                [ask.logs(f"{OWN} | filter event in [{EVENTS}] | stats count(*) by bin(1m), event")],
                stacked=True,
                about="In each minute.",
            ),
            series(
                "Waits",
                [ask.logs(_times("waited_ms"))],
                unit="ms",
                about="From the 202 to the first attempt.",
            ),
            series("Attempts", [ask.logs(_times("took_ms"))], unit="ms", about="How long attempts took."),
        ],
    )
    board.row(
        "Users and failures",
        [
            rows(
                "Users with the most",
                ask.logs(
                    f'{OWN} | filter event = "request accepted" | stats count(*) as requests by user'
                    " | sort requests desc | limit 20"
                ),
                about="By requests that were accepted.",
            ),
            rows(
                "Reasons of failures",
                ask.logs(
                    f"{OWN} | filter ispresent(kind) | stats count(*) as attempts by kind, error"
                    " | sort attempts desc | limit 20"
                ),
                about="The most frequent first.",
            ),
        ],
    )
    board.row(
        "Log",
        [
            lines(
                "Log lines",
                ask.logs(f"fields @timestamp, @message | {OWN} | sort @timestamp desc | limit 200"),
                about="All that was logged with the type.",
            )
        ],
    )


def _metric(name: str, statistic: str = "Sum", label: str = "") -> Query:
    return ask.metric(name, statistic, label=label, dimensions={"stack": VARIABLES.stack, "type": "${type}"})


def _percentiles(name: str) -> list[Query]:
    return [_metric(name, statistic, statistic) for statistic in ("p50", "p99")]


def _times(field: str) -> str:
    percentiles = f"pct({field}, 50) as p50, pct({field}, 99) as p99"
    return f"{OWN} | filter ispresent({field}) | stats {percentiles} by bin(1m)"
