"""One alert rule of Grafana, which fires when an alarm of infra/operations would ring."""

import hashlib
import json
from typing import Any

from grafana_foundation_sdk.builders import alerting, expr
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.alerting import RelativeTimeRange
from grafana_foundation_sdk.models.common import DataSourceRef

from infra.evaluation import Evaluation
from infra.grafana.queries import Place, Queries
from infra.operations.alarm import PAGE, Alarm

DELAY_S = 120  # until CloudWatch has a minute's metrics
EXPRESSIONS = "__expr__"  # what evaluates the conditions, instead of a data source
EVALUATED = DataSourceRef(type_val=EXPRESSIONS, uid=EXPRESSIONS)
# In a file. The types of the SDK are those of Grafana's API, whose other fields a file has on the group.
FIELDS = ("uid", "title", "condition", "data", "noDataState", "execErrState", "for", "annotations", "labels")
ID_LENGTH = 40  # Grafana's limit


def rule_of(at: Place, alarm: Alarm, stack: Evaluation) -> dict[str, Any]:
    """Fires if enough of the last periods are beyond the threshold.

    A: the metric by periods; B: 1 for each period beyond the threshold, else 0; C: their sum; D: whether the
    sum is enough.
    """
    threshold = float(stack.text(alarm.threshold) or 0)
    beyond = ("lt" if alarm.if_below else "gte", threshold)
    seconds = RelativeTimeRange(from_val=DELAY_S + alarm.of * alarm.period_s, to=DELAY_S)
    metric = alerting.Query("A").datasource_uid(at.source).model(_metric(at, alarm, stack))
    rule = (
        alerting.Rule(f"{alarm.name} ({at.stack})")
        .uid(_id(f"{at.stack}-{alarm.name}"))
        .queries([metric.relative_time_range(seconds)])
        .with_query(_expression("B", _threshold("A", *beyond)))
        .with_query(_expression("C", expr.TypeReduce().expression("B").reducer("sum")))
        .with_query(_expression("D", _threshold("C", "gte", alarm.periods)))
        .condition("D")
        .for_val("0s")
        .no_data_state("Alerting" if alarm.if_below else "OK")
        .exec_err_state("Error")
        .labels({"stack": at.stack})
        .annotations({"summary": alarm.reason, "description": f"See {PAGE}#{alarm.section}"})
    )
    document = json.loads(json.dumps(rule.build(), cls=JSONEncoder))
    return {name: document[name] for name in FIELDS}


def _metric(at: Place, alarm: Alarm, stack: Evaluation) -> Any:
    """By the alarm's periods, whatever the time range."""
    metric = alarm.metric
    own = stack.variables(metric.dimensions)
    query = Queries(at).metric(metric.name, metric.statistic, namespace=metric.namespace, dimensions=own)
    return query.period(str(alarm.period_s)).ref_id("A").datasource(at.source_ref)


def _expression(ref: str, model: Any) -> alerting.Query:
    query = alerting.Query(ref).datasource_uid(EXPRESSIONS).model(model.datasource(EVALUATED).ref_id(ref))
    return query.relative_time_range(RelativeTimeRange(from_val=0, to=0))


def _threshold(of: str, comparison: Any, value: float) -> expr.TypeThreshold:
    evaluator = expr.ExprTypeThresholdConditionsEvaluator().type(comparison).params([value])
    condition = expr.ExprTypeThresholdConditions().evaluator(evaluator)
    return expr.TypeThreshold().expression(of).conditions([condition])


def _id(name: str) -> str:
    return name if len(name) <= ID_LENGTH else hashlib.sha256(name.encode()).hexdigest()[:ID_LENGTH]
