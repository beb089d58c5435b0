"""The dashboard of the whole stack: is it well, and if not, where is the trouble?"""

from grafana_foundation_sdk.builders.dashboard import Dashboard

from infra.grafana.board import Board
from infra.grafana.machinery import callbacks, functions, queues
from infra.grafana.panels import number
from infra.grafana.queries import VARIABLES, Place, Queries
from infra.grafana.traffic import calls, requests

UID = "gurukool-overview"

ask = Queries(VARIABLES)


def overview(shown: Place) -> Dashboard:
    board = Board(UID, "Gurukool: overview", "How the whole stack runs.", shown)
    _now(board)
    requests(board)
    calls(board)
    queues(board)
    callbacks(board)
    functions(board)
    return board.built()


def _now(board: Board) -> None:
    ended = [
        ask.metric("Succeeded", ref="succeeded", hidden=True),
        ask.metric("Failed", ref="failed", hidden=True),
        # A counter has no value for a minute in which nothing was counted, and neither has a division by 0.
        ask.math("100 * FILL(succeeded, 0) / (FILL(succeeded, 0) + FILL(failed, 0))", label="succeeded"),
    ]
    oldest, waits = ask.metric("OldestAgeSeconds", "Maximum"), ask.metric("WaitMs", "p99")
    board.row(
        "Now",
        [
            number(
                "Accepted",
                [ask.metric("Accepted")],
                calculation="sum",
                about="Requests answered 202 in the time shown.",
            ),
            number(
                "Succeeded",
                ended,
                unit="percent",
                calculation="mean",
                about="Of the requests that workers ended; the mean of the minutes.",
            ),
            number(
                "Longest wait, p99", [waits], unit="ms", calculation="max", about="The worst minute's p99."
            ),
            number("Oldest stale request", [oldest], unit="s", about="From the last sweep. 0 is well."),
            number(
                "Errors logged", [ask.metric("Errors")], calculation="sum", about="Of the product itself."
            ),
            number(
                "Sweeps",
                [ask.metric("SweepSeconds", "SampleCount")],
                calculation="sum",
                about="One of each of the Sweepers each minute. They repair what crashes have left.",
            ),
        ],
    )
