"""The dashboard of one user, from the log lines: no metric has users."""

import json

from grafana_foundation_sdk.builders.dashboard import Dashboard

from infra.grafana.board import Board
from infra.grafana.log_panels import over_time, whole_log
from infra.grafana.panels import Panel, rows
from infra.grafana.queries import VARIABLES, Place, Queries

UID = "gurukool-user"
ENDED = ("request succeeded", "request failed", "request will be retried")
# Without those that were accepted: a batch is accepted with one line for all.
EVENTS = f"filter event in {json.dumps(['request started', *ENDED])}"
OWN = 'filter user = "${user}"'

ask = Queries(VARIABLES)


def one_user(shown: Place) -> Dashboard:
    board = Board(UID, "Gurukool: one user", "What one user's requests have done, by the log lines.", shown)
    about = "The id of the user, not the username. `make logs USERNAME=name` prints it with each line."
    board.text_variable("user", "User", about, "")
    board.log_groups_variable()
    board.row("Requests", over_time(OWN, EVENTS))
    board.row("By type, and what failed", [_types(), _failures()])
    board.row("Log", [whole_log(OWN)])
    return board.built()


def _types() -> Panel:
    times = "pct(waited_ms, 50) as wait_p50, pct(took_ms, 99) as run_p99"
    figures = f"count(*) as events, max(seq) as last_seq, {times}"
    return rows(
        "By type",
        ask.logs(f"{OWN} | {EVENTS} | stats {figures} by type, event | sort type asc"),
        about="Events of each type. last_seq is the highest number among them.",
    )


def _failures() -> Panel:
    failed = json.dumps(ENDED[1:])
    fields = "fields @timestamp, seq, type, attempt, kind, error"
    return rows(
        "Failed attempts",
        ask.logs(f"{OWN} | filter event in {failed} | {fields} | sort @timestamp desc | limit 50"),
        about="The newest first.",
    )
