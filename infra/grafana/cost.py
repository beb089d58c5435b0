"""The dashboard of costs: what is used, and what that costs at list prices."""

from grafana_foundation_sdk.builders.dashboard import Dashboard

from infra.grafana import prices
from infra.grafana.panels import Board, number, series
from infra.grafana.queries import VARIABLES, Place, Queries, Query, any_of
from infra.grafana.resources import FUNCTIONS, QUEUES, dead_letters

UID = "gurukool-cost"
MESSAGES = (
    "NumberOfMessagesSent",
    "NumberOfMessagesReceived",
    "NumberOfMessagesDeleted",
    "NumberOfEmptyReceives",
)
ABOUT = (
    "List prices of us-east-1 without free tiers. Not in it: storage, traffic, metrics ($0.30 each), "
    "secrets, indexes of tables, and changes of the visibility of messages, which no metric counts."
)

ask = Queries(VARIABLES)


def cost(shown: Place) -> Dashboard:
    board = Board(UID, "Gurukool: cost", ABOUT, shown)
    parts = {
        "API calls": _calls(),
        "Lambda": _functions(),
        "SQS": _messages(),
        "Logs": _logs(),
        "DynamoDB writes": _units("Write", prices.WRITE_UNIT),
        "DynamoDB reads": _units("Read", prices.READ_UNIT),
    }
    board.row(
        "Dollars in the time shown",
        [
            number(title, queries, unit="currencyUSD", calculation="sum", about=ABOUT)
            for title, queries in parts.items()
        ],
    )
    every = [query for queries in parts.values() for query in queries]
    board.row(
        "Dollars over time, and for a million requests",
        [
            series("Dollars", every, unit="currencyUSD", stacked=True, about=ABOUT),
            series(
                "Dollars for a million requests, without DynamoDB",
                _for_a_million(),
                unit="currencyUSD",
                about="What was used in a period, divided by the requests accepted in it. With little "
                "traffic, most of it is what the stack costs without any.",
            ),
        ],
    )
    _used(board)
    return board.built()


def _calls(*, hidden: bool = False) -> list[Query]:
    own = {"ApiName": VARIABLES.stack}
    return [
        ask.metric("Count", namespace="AWS/ApiGateway", dimensions=own, ref="calls", hidden=True),
        _dollars("calls", prices.REST_CALL, "API calls", hidden=hidden),
    ]


def _functions(*, hidden: bool = False) -> list[Query]:
    """All functions but the sweeper have the same memory."""
    larger = [name for name in FUNCTIONS if name != "sweeper"]
    sweeper = ask.metric(
        "Duration",
        namespace="AWS/Lambda",
        dimensions={"FunctionName": f"{VARIABLES.stack}-sweeper"},
        ref="sweeping",
        hidden=True,
    )
    invoked = ask.search("AWS/Lambda", any_of("Invocations"), "FunctionName", _names(FUNCTIONS))
    ran = ask.search("AWS/Lambda", any_of("Duration"), "FunctionName", _names(larger))
    gb_ms = f"(SUM(ran) * {prices.MEMORY_GB['worker']} + FILL(sweeping, 0) * {prices.MEMORY_GB['sweeper']})"
    dollars = f"({gb_ms} / 1000 * {prices.GB_SECOND} + SUM(invoked) * {prices.INVOCATION}) / 1000000"
    return [
        sweeper,
        ask.math(invoked, ref="invoked", hidden=True),
        ask.math(ran, ref="ran", hidden=True),
        ask.math(dollars, ref="lambda", label="Lambda", hidden=hidden),
    ]


def _messages(*, hidden: bool = False) -> list[Query]:
    return [
        ask.math(_message_search(), ref="messages", hidden=True),
        _dollars("SUM(messages)", prices.SQS_CALL, "SQS", hidden=hidden),
    ]


def _logs(*, hidden: bool = False) -> list[Query]:
    return [
        ask.math(_log_search(), ref="logged", hidden=True),
        _dollars("SUM(logged) / 1000000", prices.LOG_MB, "logs", hidden=hidden),
    ]


def _units(kind: str, price: float) -> list[Query]:
    ref = f"{kind.lower()}s"
    return [
        ask.math(_unit_search(kind), ref=ref, hidden=True),
        _dollars(f"SUM({ref})", price, f"DynamoDB {ref}"),
    ]


def _dollars(amount: str, price: float, label: str, *, hidden: bool = False) -> Query:
    """`price`: of a million."""
    return ask.math(
        f"{amount} * {price} / 1000000",
        label=label,
        ref=f"dollars_{label.lower().replace(' ', '_')}",
        hidden=hidden,
    )


def _for_a_million() -> list[Query]:
    parts = [*_calls(hidden=True), *_functions(hidden=True), *_messages(hidden=True), *_logs(hidden=True)]
    total = "dollars_api_calls + lambda + dollars_sqs + dollars_logs"
    accepted = ask.metric("Accepted", ref="accepted", hidden=True)
    return [*parts, accepted, ask.math(f"({total}) / accepted * 1000000", label="dollars")]


def _used(board: Board) -> None:
    board.row(
        "What is used",
        [
            series(
                "GB-seconds", _gb_seconds(), stacked=True, about="Duration times memory, of each function."
            ),
            series(
                "Messages", [ask.math(_message_search())], stacked=True, about="Of SQS, by queue and action."
            ),
            series(
                "Log bytes",
                [ask.math(_log_search())],
                unit="decbytes",
                stacked=True,
                about="Of each log group.",
            ),
            series(
                "DynamoDB units",
                [ask.math(_unit_search("Write")), ask.math(_unit_search("Read"))],
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


def _message_search() -> str:
    queues = [*QUEUES, *map(dead_letters, QUEUES)]
    return ask.search("AWS/SQS", any_of(*MESSAGES), "QueueName", _names(queues, ending=".fifo"))


def _log_search() -> str:
    return ask.search("AWS/Logs", any_of("IncomingBytes"), "LogGroupName", _names(FUNCTIONS, "/aws/lambda/"))


def _unit_search(kind: str) -> str:
    """The names of tables end with what CloudFormation has made up; a word of theirs finds them."""
    return ask.search("AWS/DynamoDB", any_of(f"Consumed{kind}CapacityUnits"), "TableName", VARIABLES.stack)


def _names(names: list[str] | tuple[str, ...], beginning: str = "", ending: str = "") -> str:
    return any_of(*(f"{beginning}{VARIABLES.stack}-{name}{ending}" for name in names))
