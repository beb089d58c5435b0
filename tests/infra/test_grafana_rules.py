"""Grafana's alert rules: one for each alarm, complete, and of the stack that was named."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # has no types

from infra import account, parameters, template
from infra.grafana.__main__ import main
from infra.grafana.provisioning import DASHBOARDS, FILES, RULES, write
from infra.grafana.queries import SOURCE, Place
from infra.operations.alarms import of_resources
from infra.operations.own_alarms import own_alarms


def rules() -> list[dict[str, Any]]:
    groups = json.loads((FILES / RULES).read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


OPTIONAL = {"HasSyntheticCheck", "HasCallbacks", "HasConcurrencyAlarm"}  # what the defaults leave out
ON = {"SyntheticCheck": "rate(5 minutes)", "ConcurrencyAlarm": "700", "CallbackHosts": "shop.example.com"}


def test_there_is_a_rule_for_each_alarm_but_those_of_tables() -> None:
    alarms = [*own_alarms(), *of_resources(template.load()["Resources"])]
    expected = {
        alarm.name
        for alarm in alarms
        if alarm.metric.namespace != "AWS/DynamoDB" and OPTIONAL.isdisjoint(alarm.only_if)
    }
    assert {rule["title"].removesuffix(" (gurukool)") for rule in rules()} == expected
    assert len({rule["uid"] for rule in rules()}) == len(expected)


def rules_of_shop(directory: Path) -> dict[str, dict[str, Any]]:
    """That were written for the stack `shop`, by their names."""
    groups = json.loads((directory / RULES).read_text())["groups"]
    return {rule["title"].removesuffix(" (shop)"): rule for group in groups for rule in group["rules"]}


def test_what_a_stack_has_switched_on_has_rules(tmp_path: Path) -> None:
    write(tmp_path, Place("shop", "default", SOURCE), ON)
    found = rules_of_shop(tmp_path)
    assert {"CheckFailing", "CheckerErrors", "CheckerThrottles", "ConcurrencyClaimed"} <= found.keys()
    assert {"CallbacksStuck", "CallbacksErrors", "CallbacksDropped", "CallbackWakeUpsFull"} <= found.keys()
    failing = found["CheckFailing"]
    assert (failing["noDataState"], failing["data"][0]["model"]["period"]) == ("Alerting", "300")
    [errors, *_, enough] = found["CheckerErrors"]["data"]
    assert (errors["model"]["period"], errors["relativeTimeRange"]) == ("300", {"from": 720, "to": 120})
    assert enough["model"]["conditions"][0]["evaluator"]["params"] == [2.0]
    assert found["ConcurrencyClaimed"]["data"][0]["model"]["dimensions"] == {}
    assert found["ConcurrencyClaimed"]["data"][1]["model"]["conditions"][0]["evaluator"]["params"] == [700.0]


def test_a_rule_that_is_evaluated_seldom_misses_nothing_in_between() -> None:
    """Faults in minutes 4, 5, 6 and 7 are three of five at the end of minute 6, between two evaluations."""
    found = {rule["title"]: rule["data"] for rule in rules()}
    for name, minutes, enough in (("APIHandlerErrors", 9, 3), ("WorkerBusy", 9, 5), ("WakeUpsFull", 5, 1)):
        metric, *_, reached = found[f"{name} (gurukool)"]
        assert metric["relativeTimeRange"] == {"from": 120 + 60 * minutes, "to": 120}
        assert reached["model"]["conditions"][0]["evaluator"]["params"] == [enough]
    assert found["CallsFailing (gurukool)"][0]["relativeTimeRange"] == {"from": 420, "to": 120}


@pytest.mark.parametrize(("sweepers", "least"), [({}, 1), ({"Sweepers": "8"}, 8)])
def test_each_of_several_sweepers_has_to_run(tmp_path: Path, sweepers: dict[str, str], least: int) -> None:
    write(tmp_path, Place("shop", "default", SOURCE), sweepers)
    [_, beyond, *_] = rules_of_shop(tmp_path)["SweeperStopped"]["data"]
    assert beyond["model"]["conditions"][0]["evaluator"] == {"type": "lt", "params": [least]}


def test_without_metrics_no_rule_waits_for_them(tmp_path: Path) -> None:
    """One of them rings without data."""
    write(tmp_path, Place("shop", "default", SOURCE), {**ON, "Metrics": "off"})
    found = rules_of_shop(tmp_path)
    assert found.keys().isdisjoint(alarm.name for alarm in own_alarms())
    assert {"CheckerErrors", "SweeperStopped"} <= found.keys()


def test_the_program_takes_parameters_and_says_what_it_leaves_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call = ["--output", str(tmp_path), "--stack", "shop"]
    main([*call, "--parameter", "MaximumConcurrency=7"])
    left_out = "left out because of SyntheticCheck=off, CallbackHosts=none, ConcurrencyAlarm=0."
    assert left_out in capsys.readouterr().out
    assert "CheckFailing" not in rules_of_shop(tmp_path)

    main(call + [word for name, value in ON.items() for word in ("--parameter", f"{name}={value}")])
    assert "left out" not in capsys.readouterr().out
    assert {"CheckFailing", "ConcurrencyClaimed"} <= rules_of_shop(tmp_path).keys()


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("Parameter=1", "There is no parameter Parameter"),
        ("SyntheticCheck=on", "The parameter SyntheticCheck is 'on', but must be one of"),
    ],
)
def test_a_wrong_parameter_is_refused(tmp_path: Path, given: str, sentence: str) -> None:
    with pytest.raises(SystemExit, match=sentence):
        main(["--output", str(tmp_path / "files"), "--parameter", given])
    assert not (tmp_path / "files").exists()


def test_the_files_of_the_checkout_have_the_defaults(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--parameter", "MaximumConcurrency=7"])
    assert "give --output FOLDER, too" in capsys.readouterr().err


def test_no_rule_has_a_reference_of_the_template_left() -> None:
    text = (FILES / RULES).read_text()
    assert "AWS::" not in text
    assert "Fn::" not in text
    assert "$" not in text  # Grafana would take it for a variable of its environment


@pytest.mark.parametrize(
    ("given", "busy"),
    [
        ({}, 100),
        ({"MaximumPollers": "300"}, 100),  # not in provisioned mode
        ({"MinimumPollers": "20", "MaximumPollers": "30"}, 300),
    ],
)
def test_workers_are_busy_when_as_many_run_as_the_event_source_starts(
    tmp_path: Path, given: dict[str, str], busy: int
) -> None:
    write(tmp_path, Place("shop", "default", SOURCE), given)
    [threshold] = rules_of_shop(tmp_path)["WorkerBusy"]["data"][1]["model"]["conditions"]
    assert threshold["evaluator"]["params"] == [busy]
    most = parameters.resolve(template.load()["Parameters"], {}, given)
    assert account.most_workers("MaximumConcurrency", most) == busy


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
