"""The dashboard of a stack, as CloudWatch has it.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
"""

import json
from collections.abc import Iterable
from typing import Any

from infra.operations.own_alarms import HAS_CALLBACKS
from infra.operations.panels import PANELS, PANELS_WITH_CALLBACKS, Panel
from infra.operations.series import Series

COLUMNS, WIDTH, HEIGHT = 2, 12, 6  # a dashboard is 24 units wide
PERIOD_S = 60


def dashboard() -> dict[str, Any]:
    """The resource."""
    return {
        "Type": "AWS::CloudWatch::Dashboard",
        "Condition": "HasDashboard",
        "Properties": {
            "DashboardName": {"Ref": "AWS::StackName"},
            "DashboardBody": {"Fn::If": [HAS_CALLBACKS, _body(PANELS_WITH_CALLBACKS), _body(PANELS)]},
        },
    }


def _body(panels: Iterable[Panel]) -> dict[str, str]:
    widgets = [_widget(number, panel) for number, panel in enumerate(panels)]
    return {"Fn::Sub": json.dumps({"widgets": widgets})}


def _widget(number: int, panel: Panel) -> dict[str, Any]:
    row, column = divmod(number, COLUMNS)
    return {
        "type": "metric",
        "x": column * WIDTH,
        "y": row * HEIGHT,
        "width": WIDTH,
        "height": HEIGHT,
        "properties": {
            "title": panel.title,
            "region": "${AWS::Region}",
            "view": "timeSeries",
            "period": PERIOD_S,
            "yAxis": {"left": {"min": 0}},
            "metrics": [_metric(series) for series in panel.series],
        },
    }


def _metric(series: Series) -> list[Any]:
    dimensions = [part for pair in series.dimensions.items() for part in pair]
    shown = {"stat": series.statistic, "label": series.label}
    return [series.namespace, series.metric, *dimensions, shown]
