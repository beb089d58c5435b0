"""Grafana's alert rules: one for each alarm, complete, and of the stack that was named."""

import json
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]  # has no types

from infra import template
from infra.grafana.provisioning import DASHBOARDS, FILES, RULES, write
from infra.grafana.queries import SOURCE, Place
from infra.operations.alarms import of_resources
from infra.operations.own_alarms import own_alarms


def rules() -> list[dict[str, Any]]:
    groups = json.loads((FILES / RULES).read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


OPTIONAL = {"HasSyntheticCheck", "HasConcurrencyAlarm"}  # what the defaults leave out


def test_there_is_a_rule_for_each_alarm_but_those_of_tables() -> None:
    alarms = [*own_alarms(), *of_resources(template.load()["Resources"])]
    expected = {
        alarm.name
        for alarm in alarms
        if alarm.metric.namespace != "AWS/DynamoDB" and OPTIONAL.isdisjoint(alarm.only_if)
    }
    assert {rule["title"].removesuffix(" (gurukool)") for rule in rules()} == expected
    assert len({rule["uid"] for rule in rules()}) == len(expected)


def test_what_a_stack_has_switched_on_has_rules(tmp_path: Path) -> None:
    on = {"SyntheticCheck": "rate(5 minutes)", "ConcurrencyAlarm": "700"}
    write(tmp_path, Place("shop", "default", SOURCE), on)
    groups = json.loads((tmp_path / RULES).read_text())["groups"]
    found = {rule["title"].removesuffix(" (shop)"): rule for group in groups for rule in group["rules"]}
    assert {"CheckFailing", "CheckerErrors", "CheckerThrottles", "ConcurrencyClaimed"} <= found.keys()
    failing = found["CheckFailing"]
    assert (failing["noDataState"], failing["data"][0]["model"]["period"]) == ("Alerting", "300")
    [errors, *_, enough] = found["CheckerErrors"]["data"]
    assert (errors["model"]["period"], errors["relativeTimeRange"]) == ("300", {"from": 720, "to": 120})
    assert enough["model"]["conditions"][0]["evaluator"]["params"] == [2.0]
    assert found["ConcurrencyClaimed"]["data"][0]["model"]["dimensions"] == {}
    assert found["ConcurrencyClaimed"]["data"][1]["model"]["conditions"][0]["evaluator"]["params"] == [700.0]


def test_no_rule_has_a_reference_of_the_template_left() -> None:
    text = (FILES / RULES).read_text()
    assert "AWS::" not in text
    assert "Fn::" not in text
    assert "$" not in text  # Grafana would take it for a variable of its environment


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
