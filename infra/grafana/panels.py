"""Panels, each with what it asks and what it is about."""

import string
from collections.abc import Sequence

from grafana_foundation_sdk.builders import common, logs, stat, table, timeseries
from grafana_foundation_sdk.models.common import (
    GraphDrawStyle,
    LegendDisplayMode,
    LegendPlacement,
    StackingMode,
    TooltipDisplayMode,
    VisibilityMode,
)

from infra.grafana.queries import VARIABLES, Query

HEIGHT, STAT_HEIGHT = 8, 4  # in the units of Grafana's grid

type Panel = timeseries.Panel | stat.Panel | table.Panel | logs.Panel


def series(
    title: str, queries: Sequence[Query], *, about: str, unit: str = "short", stacked: bool = False
) -> timeseries.Panel:
    """Lines over time, or bars that add up."""
    legend = common.VizLegendOptions().show_legend(True)
    legend = legend.display_mode(LegendDisplayMode.LIST).placement(LegendPlacement.BOTTOM)
    panel = timeseries.Panel().title(title).description(about).unit(unit).min(0).height(HEIGHT)
    panel = panel.legend(legend).tooltip(common.VizTooltipOptions().mode(TooltipDisplayMode.MULTI))
    panel = panel.show_points(VisibilityMode.AUTO).span_nulls(False).fill_opacity(10)
    if stacked:
        bars = common.StackingConfig().mode(StackingMode.NORMAL)
        panel = panel.draw_style(GraphDrawStyle.BARS).fill_opacity(70).stacking(bars)
    return _with_targets(panel, queries)


def number(
    title: str, queries: Sequence[Query], *, about: str, unit: str = "short", calculation: str = "lastNotNull"
) -> stat.Panel:
    """One number. `calculation`: how it is made of the values, such as sum, max, lastNotNull."""
    options = common.ReduceDataOptions().calcs([calculation]).values(False)
    panel = stat.Panel().title(title).description(about).unit(unit).height(STAT_HEIGHT)
    return _with_targets(panel.reduce_options(options).no_value("none"), queries)


def rows(title: str, query: Query, *, about: str, unit: str = "short") -> table.Panel:
    """The result of a query of Logs Insights, as a table."""
    return _with_targets(table.Panel().title(title).description(about).unit(unit).height(HEIGHT), [query])


def lines(title: str, query: Query, *, about: str) -> logs.Panel:
    """Log lines, the newest first."""
    panel = logs.Panel().title(title).description(about).height(2 * HEIGHT)
    return _with_targets(panel.show_time(True).wrap_log_message(True).enable_log_details(True), [query])


def _with_targets[P: (timeseries.Panel, stat.Panel, table.Panel, logs.Panel)](
    panel: P, queries: Sequence[Query]
) -> P:
    for letter, query in zip(string.ascii_uppercase[: len(queries)], queries, strict=True):
        panel.with_target(query.ref_id(letter))
    return panel.datasource(VARIABLES.source_ref)
