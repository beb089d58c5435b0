"""When an alarm of CloudWatch changes its state.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html and
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

OK, ALARM, INSUFFICIENT_DATA = "OK", "ALARM", "INSUFFICIENT_DATA"
COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": lambda value, threshold: value >= threshold,
    "GreaterThanThreshold": lambda value, threshold: value > threshold,
    "LessThanThreshold": lambda value, threshold: value < threshold,
    "LessThanOrEqualToThreshold": lambda value, threshold: value <= threshold,
}


@dataclass(frozen=True)
class Rule:
    """When an alarm is raised: at `needed` breaching data points of `periods`."""

    comparison: str  # one of COMPARISONS
    threshold: float
    periods: int
    needed: int
    missing: str = "missing"  # how missing data are treated: missing, ignore, breaching or notBreaching

    @property
    def range(self) -> int:
        """How many data points are looked at. AWS does not say; in its examples, they are 5 for 3 periods."""
        return self.periods + max(self.periods // 3, 2)


def rule_of(alarm: Mapping[str, Any]) -> Rule:
    """The rule of an alarm as DescribeAlarms shows it."""
    periods = alarm["EvaluationPeriods"]
    return Rule(
        comparison=alarm["ComparisonOperator"],
        threshold=alarm["Threshold"],
        periods=periods,
        needed=alarm.get("DatapointsToAlarm") or periods,
        missing=alarm.get("TreatMissingData") or "missing",
    )


def state(rule: Rule, points: Sequence[float | None]) -> str | None:
    """The state for the data points of the rule's range, the oldest first; None keeps the present state.

    >>> rule = Rule("GreaterThanThreshold", 10, periods=3, needed=2)
    >>> state(rule, [None, 0, 20, None, 20]), state(rule, [None] * 5)
    ('ALARM', 'INSUFFICIENT_DATA')
    """
    compare = COMPARISONS[rule.comparison]
    breaches = [None if point is None else compare(point, rule.threshold) for point in points]
    existing = [breach for breach in breaches if breach is not None]
    if not existing:
        return {"breaching": ALARM, "notBreaching": OK, "ignore": None}.get(rule.missing, INSUFFICIENT_DATA)
    # With enough data, it does not matter how missing ones are treated.
    considered = existing[-rule.periods :]
    filled = rule.periods - len(considered) if rule.missing == "breaching" else 0
    if sum(considered) + filled >= rule.needed:
        return ALARM
    if rule.missing in ("missing", "ignore") and len(existing) < rule.periods and all(existing):
        return _premature(rule, breaches)
    return OK


def _premature(rule: Rule, breaches: Sequence[bool | None]) -> str | None:
    """The state if there are few data points, and all of them breach.

    The alarm is raised once the oldest one is as old as the number of data points that it needs: then no
    later one can say otherwise.
    """
    age = len(breaches) - breaches.index(True)
    if rule.missing == "ignore":
        return None
    return ALARM if age >= rule.needed else OK
