"""Grafana's alert rules: the alarms of infra/operations, evaluated by Grafana.

The format of the file is described at
https://grafana.com/docs/grafana/latest/alerting/set-up/provision-alerting-resources/file-provisioning/
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from infra import template
from infra.evaluation import Evaluation
from infra.grafana.queries import Place
from infra.grafana.rule import rule_of
from infra.operations.alarm import Alarm
from infra.operations.alarms import CONCURRENCY_ALARM, DYNAMODB, HAS_CONCURRENCY_ALARM, of_resources
from infra.operations.own_alarms import HAS_CALLBACKS, HAS_CHECK, MEASURED, NAMESPACE, own_alarms

FOLDER = "Gurukool"
# GetMetricData costs $0.01 for a thousand metrics. So what AWS measures of each resource is looked at every
# five minutes.
OFTEN, SELDOM, SELDOM_S = "1m", "5m", 300
# Conditions of the template that hold unless a parameter has this value.
SWITCHES = {
    MEASURED: ("Metrics", "off"),
    HAS_CHECK: ("SyntheticCheck", "off"),
    HAS_CALLBACKS: ("CallbackHosts", ""),
    HAS_CONCURRENCY_ALARM: (CONCURRENCY_ALARM, "0"),
}


def rules(at: Place, parameters: Mapping[str, str]) -> dict[str, Any]:
    """The file of the rules. `parameters`: those of the stack that differ from the template's defaults.

    Tables have no rules: CloudFormation makes up their names, and these files do not know them. Nor has what
    the parameters leave out: its rules would fire without data, or because the threshold is 0.
    """
    whole = template.load()
    values = {name: described.get("Default", "") for name, described in whole["Parameters"].items()}
    values |= parameters
    stack = Evaluation(whole, values, at.stack)
    alarms = [*own_alarms(), *of_resources(whole["Resources"])]
    absent = left_out(values).keys()
    chosen = [
        alarm for alarm in alarms if alarm.metric.namespace != DYNAMODB and absent.isdisjoint(alarm.only_if)
    ]
    often = [alarm for alarm in chosen if alarm.metric.namespace == NAMESPACE or alarm.if_below]
    seldom = [_over_the_interval(alarm) for alarm in chosen if alarm not in often]
    groups = {OFTEN: often, SELDOM: seldom}
    return {
        "apiVersion": 1,
        "groups": [_group(at, interval, own, stack) for interval, own in groups.items()],
    }


def left_out(values: Mapping[str, Any]) -> dict[str, str]:
    """The conditions of the template whose alarms have no rules, each with the parameter that says so.

    `values`: of all parameters.
    """
    off = {condition: switch for condition, switch in SWITCHES.items() if str(values[switch[0]]) == switch[1]}
    return {condition: f"{name}={value or 'none'}" for condition, (name, value) in off.items()}


def _over_the_interval(alarm: Alarm) -> Alarm:
    """One that misses nothing that the alarm would have seen at any moment since the last evaluation.

    The alarm looks at its last periods whenever one ends. This one looks at the periods of all these looks
    together, and fires if enough of them are beyond the threshold, although they may be further apart.
    """
    return replace(alarm, of=alarm.of + SELDOM_S // alarm.period_s - 1)


def _group(at: Place, interval: str, alarms: Iterable[Alarm], stack: Evaluation) -> dict[str, Any]:
    return {
        "orgId": 1,
        "name": f"{at.stack}, every {interval}",
        "folder": FOLDER,
        "interval": interval,
        "rules": [rule_of(at, alarm, stack) for alarm in alarms],
    }
