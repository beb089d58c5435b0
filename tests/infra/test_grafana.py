"""Grafana's files: they are what the code makes, name what the template has, and cost what the docs say."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # has no types
from grafana_foundation_sdk.models.dashboard import Dashboard

from chalicelib.adapters.runtime.metric_names import NAMESPACE
from infra import template
from infra.grafana import prices, resources
from infra.grafana.provisioning import BOARDS, DASHBOARDS, FILES, RULES, USUAL, documents, write, written
from infra.grafana.queries import SOURCE, Place, stats_groups
from infra.operations.alarms import of_resources
from infra.operations.own_alarms import own_alarms
from tests.docs.test_file_sizes import CHECKOUT
from tests.scale import limits

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


def rules() -> list[dict[str, Any]]:
    groups = json.loads((FILES / RULES).read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


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


def test_the_names_are_those_of_the_template() -> None:
    whole = template.load()["Resources"].values()

    def names(property_: str) -> set[str]:
        found = [resource.get("Properties", {}).get(property_) for resource in whole]
        return {name["Fn::Sub"].removeprefix("${AWS::StackName}-") for name in found if name}

    assert names("FunctionName") == set(resources.FUNCTIONS)
    dead = map(resources.dead_letters, resources.QUEUES)
    assert names("QueueName") == {f"{name}.fifo" for name in (*resources.QUEUES, *dead)}


def test_prices_are_those_of_the_scale() -> None:
    for name in ("REST_CALL", "INVOCATION", "GB_SECOND", "SQS_CALL", "WRITE_UNIT", "READ_UNIT"):
        assert getattr(prices, name) == getattr(limits, name).value
    assert limits.LOG_GB.value == prices.LOG_MB * 1000 / 1_000_000


def test_memory_is_that_of_the_functions() -> None:
    stages = json.loads((CHECKOUT / ".chalice" / "config.json").read_text())["stages"]
    functions = stages["live"]["lambda_functions"]
    deployed = {
        name.replace("api_handler", "api").replace("_", "-"): function["lambda_memory_size"] / 1024
        for name, function in functions.items()
    }
    assert deployed == prices.MEMORY_GB
    assert {memory for name, memory in deployed.items() if name != "sweeper"} == {prices.MEMORY_GB["worker"]}


def test_there_is_a_rule_for_each_alarm_but_those_of_tables() -> None:
    alarms = [*own_alarms(), *of_resources(template.load()["Resources"])]
    expected = {alarm.name for alarm in alarms if alarm.metric.namespace != "AWS/DynamoDB"}
    assert {rule["title"].removesuffix(" (gurukool)") for rule in rules()} == expected
    assert len({rule["uid"] for rule in rules()}) == len(expected)


def test_no_rule_has_a_reference_of_the_template_left() -> None:
    text = (FILES / RULES).read_text()
    assert "AWS::" not in text
    assert "Fn::" not in text
    assert "$" not in text  # Grafana would take it for a variable of its environment


def test_asking_costs_what_the_page_says() -> None:
    page = (CHECKOUT / "docs" / "grafana.md").read_text()
    minutes = {"1m": 1, "5m": 5}
    groups = json.loads((FILES / RULES).read_text())["groups"]
    in_a_month = sum(len(group["rules"]) * 60 * 24 * 30 / minutes[group["interval"]] for group in groups)
    assert f"${in_a_month * METRIC_ASKED:.2f} a month" in page
    assert boards()["overview"]["refresh"] == "1m"
    metrics = [name for name, target in targets() if name.startswith("overview") and "metricName" in target]
    assert f"${len(metrics) * 60 * METRIC_ASKED:.2f} an hour" in page


def test_another_stack_has_files_of_its_own(tmp_path: Path) -> None:
    write(tmp_path, Place("shop", "default", SOURCE), {"MaximumConcurrency": "7"})

    text = (tmp_path / RULES).read_text()
    assert "gurukool-worker" not in text
    [busy] = [
        rule
        for group in json.loads(text)["groups"]
        for rule in group["rules"]
        if rule["title"] == "WorkerBusy (shop)"
    ]
    assert busy["data"][0]["model"]["dimensions"] == {"FunctionName": "shop-worker"}
    assert busy["data"][1]["model"]["conditions"][0]["evaluator"]["params"] == [7.0]
    board = json.loads((tmp_path / DASHBOARDS / "overview.json").read_text())
    assert {"shop"} == {v["query"] for v in board["templating"]["list"] if v["name"] == "stack"}
    assert (tmp_path / "provisioning" / "datasources" / "gurukool.yaml").exists()


def test_the_data_source_is_the_one_that_rules_ask() -> None:
    document = yaml.safe_load((FILES / "provisioning" / "datasources" / "gurukool.yaml").read_text())
    [source] = document["datasources"]
    assert (source["uid"], source["type"]) == (SOURCE, "cloudwatch")
    assert {rule["data"][0]["datasourceUid"] for rule in rules()} == {SOURCE}
