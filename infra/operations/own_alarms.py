"""The alarms on the metrics that the functions write. docs/operations.md argues the thresholds."""

from dataclasses import replace

from infra.operations.alarm import Alarm, Metric

NAMESPACE = "Gurukool"
MEASURED = "Measured"  # the condition that metrics are written
HAS_CHECK = "HasSyntheticCheck"
STUCK_S = 300
CHECKED_S = 300  # the longest time between two checks
SLOW_CALL_MS = 2_000


def own_alarms() -> tuple[Alarm, ...]:
    stuck = "Requests have been due for five minutes, although the sweeper wakes their queues."
    held = "The deployed code cannot take requests that were accepted: their queues are held."
    left_out = "The sweeper does not get round: for five minutes it has left queues out."
    errors = "The functions log errors of their own, minute after minute."
    failing = "The API answers calls with 5xx, minute after minute."
    unchecked = "No synthetic check has passed for ten minutes."
    slow = "One in a hundred calls that {} takes over two seconds."
    send, read = (Metric(NAMESPACE, f"{call}Ms", "p99") for call in ("Send", "Read"))
    return (
        _alarm("QueuesStuck", "queues-stuck", stuck, _most("OldestAgeSeconds"), STUCK_S, (3, 3)),
        _alarm("QueuesHeld", "queues-held", held, _sum("Held"), 1, (1, 1)),
        _alarm("SweepsIncomplete", "sweeps-incomplete", left_out, _most("QueuesNotLookedAt"), 1, (5, 5)),
        _alarm("ErrorsLogged", "errors-logged", errors, _sum("Errors"), 1, (3, 5)),
        _alarm("CallsFailing", "calls-failing", failing, _sum("ServerErrors"), 1, (3, 5)),
        _alarm("SendCallsSlow", "calls-slow", slow.format("send requests"), send, SLOW_CALL_MS, (5, 5)),
        replace(
            _alarm("CheckFailing", "check-failing", unchecked, _sum("ChecksPassed"), 1, (2, 2)),
            if_below=True,
            only_if=(MEASURED, HAS_CHECK),
            period_s=CHECKED_S,
        ),
        _alarm("ReadCallsSlow", "calls-slow", slow.format("read a queue"), read, SLOW_CALL_MS, (5, 5)),
    )


def _most(name: str) -> Metric:
    return Metric(NAMESPACE, name, "Maximum")


def _sum(name: str) -> Metric:
    return Metric(NAMESPACE, name, "Sum")


def _alarm(  # noqa: PLR0917 - a row of the table above
    name: str, section: str, reason: str, metric: Metric, threshold: float, periods: tuple[int, int]
) -> Alarm:
    measured = Metric(metric.namespace, metric.name, metric.statistic, {"stack": {"Ref": "AWS::StackName"}})
    return Alarm(name, section, reason, measured, threshold, *periods, only_if=(MEASURED,))
