"""An alarm of CloudWatch on one metric, as the template has it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

PAGE = "docs/operations.md"
ALARMED = "Alarmed"  # the condition that somebody is to be told
PERIOD_S = 60


@dataclass(frozen=True, slots=True)
class Metric:
    namespace: str
    name: str
    statistic: str  # Sum, Maximum … or a percentile, such as p99
    dimensions: Mapping[str, Any] = field(default_factory=dict)  # names or references, by dimension


@dataclass(frozen=True, slots=True)
class Alarm:
    """Rings if the metric reaches the threshold in some of the last periods."""

    name: str
    section: str  # of PAGE
    reason: str  # what has happened, for whoever gets the mail
    metric: Metric
    threshold: Any  # a number, or a reference to one
    periods: int  # in which it must be reached
    of: int  # the last periods that are looked at
    if_below: bool = False  # rings if the metric is less than the threshold, or missing
    keeps_state: bool = False  # without data, which says neither that all is well nor that something is wrong
    only_if: tuple[str, ...] = ()  # conditions of the template
    period_s: int = PERIOD_S  # longer for what does not happen every minute

    @property
    def conditions(self) -> tuple[str, ...]:
        return (ALARMED, *self.only_if)

    @property
    def condition(self) -> str:
        """The name of the condition that all of them hold."""
        return "And".join(self.conditions)

    @property
    def resource(self) -> dict[str, Any]:
        """What CloudFormation makes."""
        tell = [{"Ref": "AlarmTopic"}]
        is_percentile = self.metric.statistic.startswith("p")
        return {
            "Type": "AWS::CloudWatch::Alarm",
            "Condition": self.condition,
            "Properties": {
                "AlarmName": {"Fn::Sub": f"${{AWS::StackName}}-{self.name}"},
                "AlarmDescription": f"{self.reason} See {PAGE}#{self.section}",
                "Namespace": self.metric.namespace,
                "MetricName": self.metric.name,
                "Dimensions": [{"Name": n, "Value": of} for n, of in self.metric.dimensions.items()],
                "ExtendedStatistic" if is_percentile else "Statistic": self.metric.statistic,
                "Period": self.period_s,
                "EvaluationPeriods": self.of,
                "DatapointsToAlarm": self.periods,
                "Threshold": self.threshold,
                "ComparisonOperator": "LessThanThreshold"
                if self.if_below
                else "GreaterThanOrEqualToThreshold",
                "TreatMissingData": self._without_data,
                "AlarmActions": tell,
                "OKActions": tell,
            },
        }

    @property
    def _without_data(self) -> str:
        if self.if_below:
            return "breaching"
        return "ignore" if self.keeps_state else "notBreaching"
