"""Queries of CloudWatch, for panels and for alert rules."""

import re
from dataclasses import dataclass

from grafana_foundation_sdk.builders import cloudwatch
from grafana_foundation_sdk.models.cloudwatch import CloudWatchQueryMode, MetricEditorMode, MetricQueryType
from grafana_foundation_sdk.models.common import DataSourceRef

from chalicelib.adapters.runtime.metric_names import NAMESPACE

TYPE = "cloudwatch"  # of the data source
SOURCE = "gurukool-cloudwatch"  # the id of the data source that is provisioned
LOG_GROUPS = "log_groups"  # the dashboards' variable

type Query = cloudwatch.CloudWatchMetricsQuery | cloudwatch.CloudWatchLogsQuery


@dataclass(frozen=True)
class Place:
    """What queries are about and what answers them: values, or variables of a dashboard."""

    stack: str
    region: str
    source: str
    """The id of the data source."""

    @property
    def source_ref(self) -> DataSourceRef:
        return DataSourceRef(type_val=TYPE, uid=self.source)


VARIABLES = Place("${stack}", "${region}", "${datasource}")


class Queries:
    """Makes queries about a place."""

    def __init__(self, at: Place) -> None:
        self.at = at

    def metric(
        self,
        name: str,
        statistic: str = "Sum",
        *,
        label: str = "",
        namespace: str = NAMESPACE,
        dimensions: dict[str, str] | None = None,
        ref: str = "",
        hidden: bool = False,
    ) -> cloudwatch.CloudWatchMetricsQuery:
        """A metric; one of ours is the whole stack's, unless `dimensions` says otherwise.

        `ref`: the name that expressions have for it.
        """
        query = self._metrics_query(ref, label or name, hidden=hidden).metric_editor_mode(
            MetricEditorMode.BUILDER
        )
        own: dict[str, str | list[str]] = {**({"stack": self.at.stack} if dimensions is None else dimensions)}
        return (
            query.namespace(namespace)
            .metric_name(name)
            .statistic(statistic)
            .dimensions(own)
            .match_exact(True)
            .period("auto")
        )

    def math(
        self, expression: str, *, label: str = "", ref: str = "", hidden: bool = False
    ) -> cloudwatch.CloudWatchMetricsQuery:
        """An expression of metric math. Without a label, each series has the one that CloudWatch gives it."""
        query = self._metrics_query(ref, label, hidden=hidden).metric_editor_mode(MetricEditorMode.CODE)
        # The plugin refuses a query without a statistic, although an expression has none.
        return query.namespace("").expression(expression).statistic("Sum").period("auto")

    def search(self, namespace: str, metrics: str, dimension: str, values: str) -> str:
        """The expression for the sums of metrics that have this dimension only."""
        terms = f"{{{namespace},{dimension}}} MetricName={metrics} {dimension}={values}"
        return f"SEARCH('{terms}', 'Sum', $__period_auto)"

    def logs(self, expression: str) -> cloudwatch.CloudWatchLogsQuery:
        """A query of Logs Insights over the log groups of the stack's functions."""
        groups = cloudwatch.LogGroup().arn(f"${{{LOG_GROUPS}}}").name(f"${{{LOG_GROUPS}}}")
        query = cloudwatch.CloudWatchLogsQuery().query_mode(CloudWatchQueryMode.LOGS).id("")
        query = query.region(self.at.region).expression(expression).log_groups([groups])
        return query.stats_groups(stats_groups(expression))

    def _metrics_query(self, ref: str, label: str, *, hidden: bool) -> cloudwatch.CloudWatchMetricsQuery:
        query = cloudwatch.CloudWatchMetricsQuery().query_mode(CloudWatchQueryMode.METRICS)
        query = query.metric_query_type(MetricQueryType.SEARCH).region(self.at.region)
        return query.id(ref).label(label).hide(hidden)


def any_of(*names: str) -> str:
    """The term of a search expression for exactly these names.

    >>> any_of("Errors"), any_of("Errors", "Throttles")
    ('"Errors"', '("Errors" OR "Throttles")')
    """
    quoted = " OR ".join(f'"{name}"' for name in names)
    return f"({quoted})" if len(names) > 1 else quoted


def stats_groups(expression: str) -> list[str]:
    """By what the last `stats` groups; Grafana makes a series of each group.

    >>> stats_groups("filter seq > 1 | stats count(*) by bin(1m), event | sort event")
    ['bin(1m)', 'event']
    """
    commands = [command for command in expression.split("|") if command.split()[:1] == ["stats"]]
    found = re.search(r"\bby\b(.*)", commands[-1], re.DOTALL) if commands else None
    return [group.strip() for group in found[1].split(",")] if found else []
