"""The dashboard of costs: what is used, and what that costs at list prices."""

from grafana_foundation_sdk.builders.dashboard import Dashboard

from infra.grafana import prices, searches, spent
from infra.grafana.board import Board
from infra.grafana.panels import number, series
from infra.grafana.queries import VARIABLES, Place, Queries, Query
from infra.grafana.resources import FUNCTIONS

UID = "gurukool-cost"
ABOUT = (
    "List prices of us-east-1 without free tiers. Not in it: storage, traffic, metrics ($0.30 each), "
    "secrets, indexes of tables, and changes of the visibility of messages, which no metric counts."
)

ask = Queries(VARIABLES)


def cost(shown: Place) -> Dashboard:
    board = Board(UID, "Gurukool: cost", ABOUT, shown)
    board.row(
        "Dollars in the time shown",
        [
            number(title, queries, unit="currencyUSD", calculation="sum", about=ABOUT)
            for title, queries in _parts().items()
        ],
    )
    every = [query for queries in _parts().values() for query in queries]
    board.row(
        "Dollars over time, and for a million requests",
        [
            series("Dollars", every, unit="currencyUSD", stacked=True, about=ABOUT),
            series(
                "Dollars for a million requests, without DynamoDB",
                spent.for_a_million(),
                unit="currencyUSD",
                about="What was used in a period, divided by the requests accepted in it. With little "
                "traffic, most of it is what the stack costs without any.",
            ),
        ],
    )
    _used(board)
    return board.built()


def _parts() -> dict[str, list[Query]]:
    """Of the whole sum. Each panel needs queries of its own, since it gives them its letters."""
    return {
        "API calls": spent.calls(),
        "Lambda": spent.functions(),
        "SQS": spent.messages(),
        "Logs": spent.logs(),
        "DynamoDB writes": spent.units("Write", prices.WRITE_UNIT),
        "DynamoDB reads": spent.units("Read", prices.READ_UNIT),
    }


def _used(board: Board) -> None:
    board.row(
        "What is used",
        [
            series(
                "GB-seconds", _gb_seconds(), stacked=True, about="Duration times memory, of each function."
            ),
            series(
                "Messages",
                [ask.math(searches.messages())],
                stacked=True,
                about="By queue and action.",
            ),
            series(
                "Log bytes",
                [ask.math(searches.logs())],
                unit="decbytes",
                stacked=True,
                about="Of each log group.",
            ),
            series(
                "DynamoDB units",
                [ask.math(searches.units("Write")), ask.math(searches.units("Read"))],
                stacked=True,
                about="Consumed by each table, without its indexes. The local cloud does not count them.",
            ),
        ],
    )


def _gb_seconds() -> list[Query]:
    found: list[Query] = []
    for position, name in enumerate(FUNCTIONS):
        own = {"FunctionName": f"{VARIABLES.stack}-{name}"}
        ref = f"ran{position}"
        found += [
            ask.metric("Duration", namespace="AWS/Lambda", dimensions=own, ref=ref, hidden=True),
            ask.math(f"{ref} * {prices.MEMORY_GB[name]} / 1000", label=name),
        ]
    return found
