"""The alarms on the metrics that the functions write. docs/operations.md argues the thresholds."""

from dataclasses import replace

from infra.operations.alarm import Alarm, Metric

NAMESPACE = "Gurukool"
MEASURED = "Measured"  # the condition that metrics are written
HAS_CHECK, HAS_CALLBACKS = "HasSyntheticCheck", "HasCallbacks"
STUCK_S = 300
CHECKED_S = 300  # the longest time between two checks
SLOW_CALL_MS = 2_000


def own_alarms() -> tuple[Alarm, ...]:
    stuck = "Requests have been due for five minutes, although the sweeper wakes their queues."
    uncalled = "Callbacks have been due for five minutes, although the sweeper wakes those who make them."
    held = "The deployed code cannot take requests that were accepted: their queues are held."
    left_out = "For five minutes, each sweep has left queues out: it had no time, or could not read them."
    errors = "The functions log errors of their own, minute after minute."
    failing = "The API answers calls with 5xx, minute after minute."
    unchecked = "No synthetic check has passed for ten minutes."
    slow = "One in a hundred calls that {} takes over two seconds."
    late = "OldestCallbackSeconds"
    send, read = (Metric(NAMESPACE, f"{call}Ms", "p99") for call in ("Send", "Read"))
    return (
        _of_sweeps("QueuesStuck", "queues-stuck", stuck, "OldestAgeSeconds", STUCK_S, (3, 3)),
        # In one of three minutes: a minute may have no sweep, and the next one two.
        _of_sweeps("QueuesHeld", "queues-held", held, "QueuesHeld", 1, (1, 3)),
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
        replace(
            _of_sweeps("CallbacksStuck", "callbacks-stuck", uncalled, late, STUCK_S, (3, 3)),
            only_if=(MEASURED, HAS_CALLBACKS),
        ),
    )


def _of_sweeps(  # noqa: PLR0917 - as in `_alarm`
    name: str, section: str, reason: str, metric: str, threshold: float, periods: tuple[int, int]
) -> Alarm:
    """On what each sweep writes, unless it could read nothing: such an outage ends no trouble."""
    return replace(_alarm(name, section, reason, _most(metric), threshold, periods), keeps_state=True)


def _most(name: str) -> Metric:
    return Metric(NAMESPACE, name, "Maximum")


def _sum(name: str) -> Metric:
    return Metric(NAMESPACE, name, "Sum")


def _alarm(  # noqa: PLR0917 - a row of the table above
    name: str, section: str, reason: str, metric: Metric, threshold: float, periods: tuple[int, int]
) -> Alarm:
    measured = Metric(metric.namespace, metric.name, metric.statistic, {"stack": {"Ref": "AWS::StackName"}})
    return Alarm(name, section, reason, measured, threshold, *periods, only_if=(MEASURED,))
