"""The dashboard of the whole stack: is it well, and if not, where is the trouble?"""

from grafana_foundation_sdk.builders.dashboard import Dashboard

from infra.grafana.panels import Board, number, series
from infra.grafana.queries import VARIABLES, Place, Queries, Query
from infra.grafana.resources import FUNCTIONS, QUEUES, dead_letters

UID = "gurukool-overview"
LATENCIES = {
    "SendMs": "send requests",
    "ReadMs": "read a queue",
    "SignInMs": "sign in",
    "OtherCallMs": "all others",
}
KINDS = ("Error", "Permanent", "Timeout", "Crash", "Conflict", "Other")

ask = Queries(VARIABLES)


def overview(shown: Place) -> Dashboard:
    board = Board(UID, "Gurukool: overview", "How the whole stack runs.", shown)
    _now(board)
    _requests(board)
    _calls(board)
    _queues(board)
    _functions(board)
    return board.built()


def _now(board: Board) -> None:
    ended = [
        ask.metric("Succeeded", ref="succeeded", hidden=True),
        ask.metric("Failed", ref="failed", hidden=True),
        ask.math("100 * succeeded / (succeeded + FILL(failed, 0))", label="succeeded"),
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
                about="Of the requests that a worker ended.",
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
                about="One each minute. None means that nobody repairs what crashes have left.",
            ),
        ],
    )


def _requests(board: Board) -> None:
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


def _calls(board: Board) -> None:
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


def _queues(board: Board) -> None:
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


def _functions(board: Board) -> None:
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
