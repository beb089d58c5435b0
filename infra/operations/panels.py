"""What the dashboard shows. Fifty metrics at most: with more, no dashboard of an account is free."""

from dataclasses import dataclass

from infra.operations.series import FUNCTIONS, Series, messages, of_functions, of_tables, own, percentiles


@dataclass(frozen=True, slots=True)
class Panel:
    title: str
    series: tuple[Series, ...]


PANELS = (
    Panel("Traffic: requests a minute", tuple(own("Sum", "Accepted", "Started", "Succeeded"))),
    Panel(
        "Outcomes: what did not succeed",
        tuple(
            own("Sum", "Failed", "Retried", "TimedOut", "Crashed", "Expired", "Cancelled", "Halted", "Held")
        ),
    ),
    Panel(
        "How long requests wait and run (ms)",
        (*percentiles("WaitMs", "p50", "p99"), *percentiles("RunMs", "p99")),
    ),
    Panel(
        "The oldest request that should have begun, and a sweep (s)",
        tuple(own("Maximum", "OldestAgeSeconds", "SweepSeconds")),
    ),
    Panel(
        "What the sweeper sees",
        tuple(own("Maximum", "QueuesSwept", "WaitingSwept", "QueuesStale", "QueuesNotLookedAt")),
    ),
    Panel(
        "Latency of calls, without those that wait (ms)",
        (
            *percentiles("SendMs", "p99"),
            *percentiles("ReadMs", "p99"),
            *percentiles("SignInMs", "p99"),
        ),
    ),
    Panel(
        "Calls refused, and errors", tuple(own("Sum", "ClientErrors", "Throttled", "ServerErrors", "Errors"))
    ),
    Panel("Concurrency", tuple(of_functions("ConcurrentExecutions", "Maximum", FUNCTIONS[:4]))),
    Panel("Wake-ups that wait", tuple(messages("Visible"))),
    Panel("Dead letters", tuple(messages("Visible", "-dead-letters"))),
    Panel(
        "Throttled",
        (*of_functions("Throttles", "Sum", FUNCTIONS[:2]), *of_tables("WriteThrottleEvents", "writes")),
    ),
    Panel("Failed invocations", tuple(of_functions("Errors", "Sum"))),
    Panel(
        "What costs: invocations and write units a minute",
        (
            *of_functions("Invocations", "Sum", FUNCTIONS[:2]),
            *of_tables("ConsumedWriteCapacityUnits", "write units"),
        ),
    ),
)
