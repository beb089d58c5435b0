"""Dashboards that are being made: rows of panels, and variables."""

from collections.abc import Sequence

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.models.dashboard import (
    DashboardCursorSync,
    DashboardLinkType,
    VariableHide,
    VariableOption,
    VariableRefresh,
)

from infra.grafana.panels import Panel
from infra.grafana.queries import LOG_GROUPS, TYPE, VARIABLES, Place

WIDTH = 24  # of Grafana's grid
TAG = "gurukool"


class Board:
    """A dashboard that is being made."""

    def __init__(self, uid: str, title: str, about: str, shown: Place) -> None:
        """`shown`: what its variables stand for at first."""
        links = (
            dashboard.DashboardLink("Gurukool")
            .type(DashboardLinkType.DASHBOARDS)
            .tags([TAG])
            .as_dropdown(True)
            .keep_time(True)
        )
        board = dashboard.Dashboard(title).uid(uid).description(about).tags([TAG]).timezone("browser")
        board = board.time("now-3h", "now").refresh("1m").tooltip(DashboardCursorSync.CROSSHAIR).readonly()
        self._board = board.link(links.include_vars(True)).version(1)
        self._panels = 0
        self._variable(_source(shown))
        self._variable(_text("region", "Region", "The data source's own if it is “default”.", shown.region))
        self._variable(_text("stack", "Stack", "The name of the stack on CloudFormation.", shown.stack))

    def text_variable(self, name: str, label: str, about: str, value: str) -> None:
        self._variable(_text(name, label, about, value))

    def log_groups_variable(self) -> None:
        """For queries of Logs Insights: those of the stack's functions."""
        query: dict[str, object] = {
            "queryType": "logGroups",
            "logGroupPrefix": f"/aws/lambda/{VARIABLES.stack}-",
            "region": VARIABLES.region,
            "refId": "CloudWatchVariableQueryEditor-VariableQuery",
        }
        every = VariableOption(selected=True, text=["All"], value=["$__all"])
        variable = dashboard.QueryVariable(LOG_GROUPS).label("Functions").datasource(VARIABLES.source_ref)
        variable = variable.query(query).refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        self._variable(variable.multi(True).include_all(True).current(every))

    def row(self, title: str, panels: Sequence[Panel]) -> None:
        """Panels of one width, beside each other."""
        self._board.with_row(dashboard.Row(title).id(self._next_id()))
        for panel in panels:
            self._board.with_panel(panel.span(WIDTH // len(panels)).id(self._next_id()))

    def built(self) -> dashboard.Dashboard:
        return self._board

    def _variable(self, variable: "Variable") -> None:
        self._board.with_variable(variable)

    def _next_id(self) -> int:
        self._panels += 1
        return self._panels


type Variable = dashboard.TextBoxVariable | dashboard.QueryVariable | dashboard.DatasourceVariable


def _source(shown: Place) -> Variable:
    current = VariableOption(selected=True, text="Gurukool", value=shown.source)
    return dashboard.DatasourceVariable("datasource").label("Data source").type(TYPE).current(current)


def _text(name: str, label: str, about: str, value: str) -> Variable:
    current = VariableOption(selected=True, text=value, value=value)
    variable = dashboard.TextBoxVariable(name).label(label).description(about).hide(VariableHide.DONT_HIDE)
    return variable.default_value(value).current(current).options([current])
