"""What the dashboard shows. Fifty metrics at most: with more, no dashboard of an account is free."""

from dataclasses import dataclass

from infra.operations.series import (
    CALLBACK_QUEUE,
    FUNCTIONS,
    Series,
    messages,
    of_functions,
    of_tables,
    own,
    percentiles,
)


@dataclass(frozen=True, slots=True)
class Panel:
    title: str
    series: tuple[Series, ...]


COST = Panel(
    "What costs: invocations and write units a minute",
    (
        *of_functions("Invocations", "Sum", FUNCTIONS[:2]),
        *of_tables("ConsumedWriteCapacityUnits", "write units"),
    ),
)
CALLBACKS = Panel(
    "Callbacks: the oldest that is due (s), given up, wake-ups that wait, dead letters",
    (
        *own("Maximum", "OldestCallbackSeconds"),
        *own("Sum", "CallbacksGivenUp"),
        *messages("Visible", queues=(CALLBACK_QUEUE,)),
        *messages("Visible", "-dead-letters", (CALLBACK_QUEUE,)),
    ),
)
PANELS = (
    Panel("Traffic: requests a minute", tuple(own("Sum", "Accepted", "Started", "Succeeded"))),
    Panel(
        "Outcomes: what did not succeed",
        tuple(own("Sum", "Failed", "Retried", "TimedOut", "Crashed", "Expired", "Cancelled", "Halted")),
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
        tuple(
            own("Maximum", "QueuesSwept", "WaitingSwept", "QueuesStale", "QueuesHeld", "QueuesNotLookedAt")
        ),
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
    COST,
)
# Of a stack with callbacks. There is no room for both.
PANELS_WITH_CALLBACKS = (*PANELS[:-1], CALLBACKS)
