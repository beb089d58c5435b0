"""What the dashboard of costs multiplies, as queries whose last one is in dollars."""

from infra.grafana import prices, searches
from infra.grafana.queries import VARIABLES, Queries, Query
from infra.grafana.resources import FUNCTIONS

ask = Queries(VARIABLES)


def calls(*, hidden: bool = False) -> list[Query]:
    own = {"ApiName": VARIABLES.stack}
    return [
        ask.metric("Count", namespace="AWS/ApiGateway", dimensions=own, ref="calls", hidden=True),
        _dollars("calls", prices.REST_CALL, "API calls", hidden=hidden),
    ]


def functions(*, hidden: bool = False) -> list[Query]:
    """A function has one of two sizes: that of the sweeper, or that of a worker.

    Both have minutes without any invocation. What has no value makes the whole sum have none.
    """
    small, large = prices.MEMORY_GB["sweeper"], prices.MEMORY_GB["worker"]
    smaller = [name for name in FUNCTIONS if prices.MEMORY_GB[name] == small]
    larger = [name for name in FUNCTIONS if prices.MEMORY_GB[name] == large]
    invoked = searches.functions("Invocations", FUNCTIONS)
    ran = searches.functions("Duration", larger)
    swept = searches.functions("Duration", smaller)
    gb_ms = f"(FILL(SUM(ran), 0) * {large} + FILL(SUM(swept), 0) * {small})"
    dollars = f"({gb_ms} / 1000 * {prices.GB_SECOND} + SUM(invoked) * {prices.INVOCATION}) / 1000000"
    return [
        ask.math(invoked, ref="invoked", hidden=True),
        ask.math(ran, ref="ran", hidden=True),
        ask.math(swept, ref="swept", hidden=True),
        ask.math(dollars, ref="lambda", label="Lambda", hidden=hidden),
    ]


def messages(*, hidden: bool = False) -> list[Query]:
    return [
        ask.math(searches.messages(), ref="messages", hidden=True),
        _dollars("SUM(messages)", prices.SQS_CALL, "SQS", hidden=hidden),
    ]


def logs(*, hidden: bool = False) -> list[Query]:
    return [
        ask.math(searches.logs(), ref="logged", hidden=True),
        _dollars("SUM(logged) / 1000000", prices.LOG_MB, "logs", hidden=hidden),
    ]


def units(kind: str, price: float) -> list[Query]:
    ref = f"{kind.lower()}s"
    return [
        ask.math(searches.units(kind), ref=ref, hidden=True),
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


def for_a_million() -> list[Query]:
    parts = [*calls(hidden=True), *functions(hidden=True), *messages(hidden=True), *logs(hidden=True)]
    total = " + ".join(
        f"FILL({part}, 0)" for part in ("dollars_api_calls", "lambda", "dollars_sqs", "dollars_logs")
    )
    accepted = ask.metric("Accepted", ref="accepted", hidden=True)
    return [*parts, accepted, ask.math(f"({total}) / accepted * 1000000", label="dollars")]
