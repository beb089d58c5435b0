"""Rows of the overview about what works behind the API: queues, wake-ups, functions."""

from infra.grafana.board import Board
from infra.grafana.panels import series
from infra.grafana.queries import VARIABLES, Queries, Query
from infra.grafana.resources import FUNCTIONS, QUEUES, dead_letters

ask = Queries(VARIABLES)


def queues(board: Board) -> None:
    swept = ("QueuesSwept", "QueuesStale", "QueuesHalted", "QueuesHeld", "QueuesNotLookedAt")
    board.row(
        "Queues",
        [
            series(
                "Swept",
                [ask.metric(name, "Maximum", label=name.removeprefix("Queues")) for name in swept],
                about="Queues at which the sweeper has looked: stale ones stood still and were woken.",
            ),
            series(
                "Oldest stale request",
                [ask.metric("OldestAgeSeconds", "Maximum")],
                unit="s",
                about="0 is well.",
            ),
            series(
                "Wake-ups",
                _messages(QUEUES),
                about="Messages, visible or in flight: about one for each busy user.",
            ),
            series(
                "Dead letters",
                _messages([dead_letters(name) for name in QUEUES]),
                about="Wake-ups that workers could not take. No request is lost with them.",
            ),
        ],
    )


def callbacks(board: Board) -> None:
    board.row(
        "Callbacks: only with the parameter CallbackHosts",
        [
            series(
                "Oldest callback",
                [ask.metric("OldestCallbackSeconds", "Maximum")],
                unit="s",
                about="For how long it should have been made. 0 is well.",
            ),
            series(
                "Calls that failed",
                [
                    ask.metric("CallbacksFailed", label="failed"),
                    ask.metric("CallbacksGivenUp", label="given up"),
                ],
                about="Those that failed are repeated. An outcome that is given up is not pushed any more.",
            ),
        ],
    )


def _messages(queues: list[str] | tuple[str, ...]) -> list[Query]:
    found: list[Query] = []
    for position, name in enumerate(queues):
        own = {"QueueName": f"{VARIABLES.stack}-{name}.fifo"}
        for state in ("Visible", "NotVisible"):
            metric, ref = f"ApproximateNumberOfMessages{state}", f"{state.lower()}{position}"
            found.append(
                ask.metric(metric, "Maximum", namespace="AWS/SQS", dimensions=own, ref=ref, hidden=True)
            )
        found.append(ask.math(f"visible{position} + notvisible{position}", label=name))
    return found


def functions(board: Board) -> None:
    board.row(
        "Functions",
        [
            series(
                "Running at once",
                _of_functions("ConcurrentExecutions", "Maximum"),
                about="Environments in use.",
            ),
            series("Duration, p99", _of_functions("Duration", "p99"), unit="ms", about="Of invocations."),
            series("Errors", _of_functions("Errors"), stacked=True, about="Invocations that failed."),
            series(
                "Throttles",
                _of_functions("Throttles"),
                stacked=True,
                about="Invocations that Lambda refused.",
            ),
        ],
    )


def _of_functions(metric: str, statistic: str = "Sum") -> list[Query]:
    return [
        ask.metric(
            metric,
            statistic,
            label=name,
            namespace="AWS/Lambda",
            dimensions={"FunctionName": f"{VARIABLES.stack}-{name}"},
        )
        for name in FUNCTIONS
    ]
