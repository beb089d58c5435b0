"""The dashboard of one user, from the log lines: no metric has users."""

import json

from grafana_foundation_sdk.builders.dashboard import Dashboard

from infra.grafana.panels import Board, lines, rows, series
from infra.grafana.queries import VARIABLES, Place, Queries

UID = "gurukool-user"
EVENTS = (
    "request accepted",
    "request started",
    "request succeeded",
    "request failed",
    "request will be retried",
)
OWN = 'filter user = "${user}"'
NAMED = f"{OWN} | filter event in {json.dumps(EVENTS)}"

ask = Queries(VARIABLES)


def one_user(shown: Place) -> Dashboard:
    board = Board(UID, "Gurukool: one user", "What one user's requests have done, by the log lines.", shown)
    about = "The id of the user, not the username. `make logs USERNAME=name` prints it with each line."
    board.text_variable("user", "User", about, "")
    board.log_groups_variable()
    board.row(
        "Requests",
        [
            series(
                "Events",
                [ask.logs(f"{NAMED} | stats count(*) by bin(1m), event")],
                stacked=True,
                about="What was logged about the user's requests in each minute.",
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
        "By type, and what failed",
        [
            rows(
                "By type",
                ask.logs(
                    f"{NAMED} | stats count(*) as events, max(seq) as last_seq, "
                    "pct(waited_ms, 50) as wait_p50, pct(took_ms, 99) as run_p99 by type, event"
                    " | sort type asc"
                ),
                about="Events of each type. last_seq is the highest number among them.",
            ),
            rows(
                "Failed attempts",
                ask.logs(
                    f'{OWN} | filter event in ["request failed", "request will be retried"]'
                    " | fields @timestamp, seq, type, attempt, kind, error | sort @timestamp desc | limit 50"
                ),
                about="The newest first.",
            ),
        ],
    )
    board.row(
        "Log",
        [
            lines(
                "Log lines",
                ask.logs(f"fields @timestamp, @message | {OWN} | sort @timestamp desc | limit 200"),
                about="All that was logged with the user, with its fields.",
            )
        ],
    )
    return board.built()


def _times(field: str) -> str:
    percentiles = f"pct({field}, 50) as p50, pct({field}, 99) as p99"
    return f"{OWN} | filter ispresent({field}) | stats {percentiles} by bin(1m)"
