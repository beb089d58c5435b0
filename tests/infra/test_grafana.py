"""Grafana's files: they are what the code makes, name what the template has, and cost what the docs say."""

import json
import re
import string
from collections.abc import Iterator
from typing import Any

import pytest
from grafana_foundation_sdk.models.dashboard import Dashboard

from chalicelib.adapters.runtime.metric_names import NAMESPACE
from infra.grafana.provisioning import BOARDS, DASHBOARDS, FILES, RULES, USUAL, documents, written
from infra.grafana.queries import stats_groups
from tests.docs.test_file_sizes import CHECKOUT

METRIC_ASKED = 0.01 / 1000  # $, of GetMetricData: CloudWatch pricing, us-east-1, November 2026
PAGE = (CHECKOUT / "docs" / "operations.md").read_text()
SEARCH = re.compile(r"SEARCH\('.*?', 'Sum', \$__period_auto\)")
REFERENCE = re.compile(r"\b[a-z]\w*\b")  # functions of metric math are in capitals
OWN_METRIC = re.compile(r"`([A-Z]\w+)`")


def boards() -> dict[str, Any]:
    return {name: json.loads((FILES / DASHBOARDS / f"{name}.json").read_text()) for name in BOARDS}


def targets() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, board in boards().items():
        for panel in board["panels"]:
            for target in panel.get("targets", []):
                yield f"{name}, {panel['title']}, {target['refId']}", target


def test_the_files_are_those_that_the_code_makes() -> None:
    for path, document in documents(USUAL, {}):
        same = (FILES / path).read_text() == written(document)
        assert same, f"{path} is of other code: run `localstack/run -m infra.grafana`."


@pytest.mark.parametrize("name", BOARDS)
def test_grafanas_types_read_the_whole_dashboard(name: str) -> None:
    """Whatever they do not know would be missing in what they write."""
    board = boards()[name]
    assert json.loads(written(Dashboard.from_json(board))) == board


@pytest.mark.parametrize("name", BOARDS)
def test_panels_have_an_id_and_a_place_of_their_own(name: str) -> None:
    panels = boards()[name]["panels"]
    places = [panel["gridPos"] for panel in panels]
    cells = [
        (place["x"] + column, place["y"] + row)
        for place in places
        for column in range(place["w"])
        for row in range(place["h"])
    ]
    assert len(cells) == len(set(cells))
    assert all(0 <= column < 24 for column, _ in cells)
    assert len({panel["id"] for panel in panels}) == len(panels)


def test_queries_have_the_letters_from_a_on() -> None:
    for name, board in boards().items():
        for panel in board["panels"]:
            letters = "".join(target["refId"] for target in panel.get("targets", []))
            assert string.ascii_uppercase.startswith(letters), (name, panel["title"])


def test_every_panel_says_what_it_shows() -> None:
    shown = [panel for board in boards().values() for panel in board["panels"] if panel["type"] != "row"]
    assert len(shown) > 40
    assert [
        panel["title"] for panel in shown if not panel.get("description") or not panel.get("targets")
    ] == []


def test_variables_are_those_that_queries_use() -> None:
    for name, board in boards().items():
        variables = board["templating"]["list"]
        queries = [variable["query"] for variable in variables]
        used = set(re.findall(r"\$\{(\w+)\}", json.dumps([board["panels"], queries])))
        assert used == {variable["name"] for variable in variables}, name


def test_metrics_are_named_as_operations_md_names_them() -> None:
    documented = set(OWN_METRIC.findall(PAGE))
    own = {target["metricName"] for _, target in targets() if target.get("namespace") == NAMESPACE}
    assert len(own) > 30
    assert own <= documented


def test_series_of_logs_are_grouped_as_the_query_groups() -> None:
    asked = [target for _, target in targets() if target["queryMode"] == "Logs"]
    assert len(asked) > 10
    assert all(target["statsGroups"] == stats_groups(target["expression"]) for target in asked)


def test_expressions_name_queries_of_their_panel() -> None:
    for name, board in boards().items():
        for panel in board["panels"]:
            asked = panel.get("targets", [])
            ids = [target["id"] for target in asked if target["id"]]
            assert len(ids) == len(set(ids)), (name, panel["title"])
            for target in asked:
                if target["queryMode"] == "Metrics":
                    named = SEARCH.sub("", target.get("expression", ""))
                    assert set(REFERENCE.findall(named)) <= set(ids), (name, panel["title"])


def test_asking_costs_what_the_page_says() -> None:
    page = (CHECKOUT / "docs" / "grafana.md").read_text()
    minutes = {"1m": 1, "5m": 5}
    groups = json.loads((FILES / RULES).read_text())["groups"]
    in_a_month = sum(len(group["rules"]) * 60 * 24 * 30 / minutes[group["interval"]] for group in groups)
    assert f"${in_a_month * METRIC_ASKED:.2f} a month" in page
    assert boards()["overview"]["refresh"] == "1m"
    metrics = [name for name, target in targets() if name.startswith("overview") and "metricName" in target]
    assert f"${len(metrics) * 60 * METRIC_ASKED:.2f} an hour" in page
