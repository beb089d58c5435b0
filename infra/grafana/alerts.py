"""Grafana's alert rules: the alarms of infra/operations, evaluated by Grafana.

The file format: https://grafana.com/docs/grafana/latest/alerting/set-up/provision-alerting-resources/file-provisioning/
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from grafana_foundation_sdk.builders import alerting, expr
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.alerting import RelativeTimeRange
from grafana_foundation_sdk.models.common import DataSourceRef

from infra import template
from infra.grafana.queries import Place, Queries
from infra.operations.alarm import PAGE, PERIOD_S, Alarm
from infra.operations.alarms import DYNAMODB, of_resources
from infra.operations.own_alarms import NAMESPACE, own_alarms

FOLDER = "Gurukool"
DELAY_S = 120  # until CloudWatch has a minute's metrics
# GetMetricData costs $0.01 for a thousand metrics. So what AWS measures of each resource is looked at in
# intervals in which no minute is left out.
OFTEN, SELDOM, SELDOM_MINUTES = "1m", "5m", 5
EXPRESSIONS = "__expr__"  # what evaluates the conditions, instead of a data source
# In a file. The types of the SDK are those of Grafana's API, whose other fields a file has on the group.
FIELDS = ("uid", "title", "condition", "data", "noDataState", "execErrState", "for", "annotations", "labels")
ID_LENGTH = 40  # Grafana's limit


@dataclass(frozen=True)
class Names:
    """What the references of the template stand for in a stack."""

    stack: str
    parameters: Mapping[str, Any]
    resources: Mapping[str, Any]

    def value(self, given: Any) -> str:
        """A name, or the value of a parameter."""
        match given:
            case {"Ref": "AWS::StackName"}:
                return self.stack
            case {"Ref": name} if name in self.parameters:
                return str(self.parameters[name])
            case {"Ref": name}:
                return self.value(self.resources[name]["Properties"]["FunctionName"])
            case {"Fn::GetAtt": [name, "QueueName"]}:
                return self.value(self.resources[name]["Properties"]["QueueName"])
            case {"Fn::Sub": text}:
                return str(text).replace("${AWS::StackName}", self.stack)
        return str(given)


def rules(at: Place, parameters: Mapping[str, str]) -> dict[str, Any]:
    """The file of the rules. `parameters`: those of the stack that differ from the template's defaults.

    Tables have no rules: CloudFormation makes up their names, and these files do not know them.
    """
    whole = template.load()
    values = {name: described.get("Default", "") for name, described in whole["Parameters"].items()}
    names = Names(at.stack, {**values, **parameters}, whole["Resources"])
    alarms = [*own_alarms(), *of_resources(whole["Resources"])]
    chosen = [alarm for alarm in alarms if alarm.metric.namespace != DYNAMODB]
    often = [alarm for alarm in chosen if alarm.metric.namespace == NAMESPACE or alarm.if_below]
    seldom = [_over_the_interval(alarm) for alarm in chosen if alarm not in often]
    groups = {OFTEN: often, SELDOM: seldom}
    return {
        "apiVersion": 1,
        "groups": [_group(at, interval, own, names) for interval, own in groups.items()],
    }


def _over_the_interval(alarm: Alarm) -> Alarm:
    """One that would look at a single minute looks at all since the last evaluation."""
    return replace(alarm, of=max(alarm.of, SELDOM_MINUTES))


def _group(at: Place, interval: str, alarms: Iterable[Alarm], names: Names) -> dict[str, Any]:
    made = [_rule(at, alarm, names) for alarm in alarms]
    return {
        "orgId": 1,
        "name": f"{at.stack}, every {interval}",
        "folder": FOLDER,
        "interval": interval,
        "rules": [{name: rule[name] for name in FIELDS} for rule in made],
    }


def _rule(at: Place, alarm: Alarm, names: Names) -> dict[str, Any]:
    """Fires if enough of the last minutes are beyond the threshold.

    A: the metric by minutes; B: 1 for each minute beyond the threshold, else 0; C: their sum; D: whether the
    sum is enough.
    """
    threshold = float(names.value(alarm.threshold))
    beyond = ("lt" if alarm.if_below else "gte", threshold)
    seconds = RelativeTimeRange(from_val=DELAY_S + alarm.of * PERIOD_S, to=DELAY_S)
    metric = alerting.Query("A").datasource_uid(at.source).model(_metric(at, alarm, names))
    rule = (
        alerting.Rule(f"{alarm.name} ({at.stack})")
        .uid(_id(f"{at.stack}-{alarm.name}"))
        .queries([metric.relative_time_range(seconds)])
        .with_query(_expression("B", _threshold("A", *beyond)))
        .with_query(
            _expression("C", expr.TypeReduce().expression("B").reducer("sum").datasource(_NONE).ref_id("C"))
        )
        .with_query(_expression("D", _threshold("C", "gte", alarm.minutes).ref_id("D")))
        .condition("D")
        .for_val("0s")
        .no_data_state("Alerting" if alarm.if_below else "OK")
        .exec_err_state("Error")
        .labels({"stack": at.stack})
        .annotations({"summary": alarm.reason, "description": f"See {PAGE}#{alarm.section}"})
    )
    document: dict[str, Any] = json.loads(json.dumps(rule.build(), cls=JSONEncoder))
    return document


def _metric(at: Place, alarm: Alarm, names: Names) -> Any:
    """By minutes, whatever the time range."""
    metric = alarm.metric
    own = {name: names.value(value) for name, value in metric.dimensions.items()}
    query = Queries(at).metric(metric.name, metric.statistic, namespace=metric.namespace, dimensions=own)
    return query.period(str(PERIOD_S)).ref_id("A").datasource(at.source_ref)


_NONE = DataSourceRef(type_val=EXPRESSIONS, uid=EXPRESSIONS)


def _expression(ref: str, model: Any) -> alerting.Query:
    query = alerting.Query(ref).datasource_uid(EXPRESSIONS).model(model)
    return query.relative_time_range(RelativeTimeRange(from_val=0, to=0))


def _threshold(of: str, comparison: Any, value: float) -> expr.TypeThreshold:
    evaluator = expr.ExprTypeThresholdConditionsEvaluator().type(comparison).params([value])
    condition = expr.ExprTypeThresholdConditions().evaluator(evaluator)
    return expr.TypeThreshold().expression(of).conditions([condition]).datasource(_NONE).ref_id("B")


def _id(name: str) -> str:
    return name if len(name) <= ID_LENGTH else hashlib.sha256(name.encode()).hexdigest()[:ID_LENGTH]
