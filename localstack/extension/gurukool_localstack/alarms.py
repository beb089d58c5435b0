"""Evaluates the alarms of CloudWatch: with percentiles, with metric math, and as AWS treats missing data.

LocalStack evaluates alarms on plain statistics only, and each once in all its periods. Here it happens every
ten seconds, so that nobody waits for minutes. AWS does so every minute; more often if the period is shorter.
"""

import functools
import json
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from localstack.aws.api import RequestContext
from localstack.services.cloudwatch.alarm_scheduler import (
    AlarmScheduler,
    get_cloudwatch_client_for_region_of_alarm,
)
from localstack.services.cloudwatch.cloudwatch_database_helper import CloudwatchDatabase
from localstack.services.cloudwatch.models import cloudwatch_stores
from localstack.services.cloudwatch.provider_v2 import CloudwatchProvider
from localstack.utils.aws.arns import cloudwatch_alarm_arn, parse_arn

from gurukool_localstack.alarm_checks import check
from gurukool_localstack.alarm_evaluation import (
    COMPARISONS,
    INSUFFICIENT_DATA,
    Rule,
    rule_of,
    state,
)
from gurukool_localstack.metric_data import queries_of

_EVERY_SECONDS = 10
_STATE = (
    "StateValue",
    "StateReason",
    "StateReasonData",
    "StateUpdatedTimestamp",
    "StateTransitionedTimestamp",
)

_stock_put_alarm = CloudwatchProvider.put_metric_alarm


def install() -> None:
    AlarmScheduler.schedule_metric_alarm = _schedule
    CloudwatchProvider.put_metric_alarm = _put_alarm


def _schedule(scheduler: AlarmScheduler, arn: str) -> None:
    scheduler.delete_scheduler_for_alarm(arn)
    alarm = _alarm(arn)
    if alarm is not None and alarm["ComparisonOperator"] in COMPARISONS:
        scheduler.scheduled_alarms[arn] = scheduler.scheduler.schedule(
            func=_evaluate, period=_EVERY_SECONDS, fixed_rate=True, args=[arn]
        )


def _alarm(arn: str) -> Any:
    """The alarm as DescribeAlarms shows it; None if it was deleted."""
    parts = parse_arn(arn)
    found = cloudwatch_stores[parts["account"]][parts["region"]].alarms.get(arn)
    return None if found is None else found.alarm


def _queries(alarm: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The alarm's metrics and expressions. The only one that returns data is compared with the threshold."""
    if alarm.get("Metrics"):
        return list(alarm["Metrics"])
    metric = {name: alarm.get(name) for name in ("Namespace", "MetricName", "Dimensions")}
    stat = alarm.get("Statistic") or alarm.get("ExtendedStatistic")
    return [
        {
            "Id": "m1",
            "MetricStat": {
                "Metric": metric,
                "Period": alarm["Period"],
                "Stat": stat,
                "Unit": alarm.get("Unit"),
            },
        }
    ]


def _period(queries: Sequence[Mapping[str, Any]]) -> int:
    """The period of the data points: the longest one of the metrics."""
    return max((stat["Period"] for query in queries if (stat := query.get("MetricStat"))), default=60)


def _evaluate(arn: str) -> None:
    """Changes the state of the alarm, whose actions LocalStack then carries out, if it is another one now."""
    alarm = _alarm(arn)
    if alarm is None:
        return
    rule, queries = rule_of(alarm), _queries(alarm)
    points = _points(arn, rule, queries)
    found = state(rule, points)
    if found is None or found == alarm["StateValue"]:
        return
    recent = [point for point in points if point is not None]
    get_cloudwatch_client_for_region_of_alarm(arn).set_alarm_state(
        AlarmName=alarm["AlarmName"],
        StateValue=found,
        StateReason=_reason(rule, recent, found),
        StateReasonData=json.dumps(_reason_data(alarm, _period(queries), recent)),
    )


def _points(arn: str, rule: Rule, queries: Sequence[Mapping[str, Any]]) -> list[float | None]:
    """The data points of the rule's range, the oldest first. The last one ends now."""
    parts, period = parse_arn(arn), _period(queries)
    end = int(time.time()) + 1
    start = end - rule.range * period
    place = (parts["account"], parts["region"])
    [(_, [series])] = queries_of(CloudwatchDatabase(), place, queries, (start, end)).results()
    return [series.points.get(at) for at in range(start, end, period)]


def _reason(rule: Rule, recent: Sequence[float], found: str) -> str:
    """In words like those of AWS, with the data points that exist."""
    if found == INSUFFICIENT_DATA:
        return f"Insufficient Data: {rule.range} datapoints were unknown."
    considered = recent[-rule.periods :]
    count = sum(COMPARISONS[rule.comparison](point, rule.threshold) for point in considered)
    return (
        f"Threshold Crossed: {count} out of the last {rule.periods} datapoints {list(considered)} breached "
        f"the threshold ({rule.comparison} {rule.threshold}); {rule.needed} are needed for ALARM, and "
        f"missing data were treated as {rule.missing}."
    )


def _reason_data(alarm: Mapping[str, Any], period: int, recent: Sequence[float]) -> dict[str, Any]:
    data = {
        "version": "1.0",
        "queryDate": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000"),
        "period": period,
        "recentDatapoints": list(recent),
        "threshold": alarm["Threshold"],
    }
    if statistic := alarm.get("Statistic") or alarm.get("ExtendedStatistic"):
        data["statistic"] = statistic
    if unit := alarm.get("Unit"):
        data["unit"] = unit
    return data


@functools.wraps(_stock_put_alarm)
def _put_alarm(provider: CloudwatchProvider, context: RequestContext, request: Any) -> None:
    """Refuses what AWS refuses or what cannot be evaluated here. A replaced alarm keeps its state."""
    check(request)
    alarms = cloudwatch_stores[context.account_id][context.region].alarms
    arn = cloudwatch_alarm_arn(request["AlarmName"], context.account_id, context.region)
    before = {name: alarms[arn].alarm.get(name) for name in _STATE} if arn in alarms else {}
    _stock_put_alarm(provider, context, request)
    alarms[arn].alarm.update(before)
