"""docs/deploy.md lists what the template creates, and the options of the program that deploys it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra import deploy_arguments, template

DEPLOY = (Path(__file__).parents[2] / "docs/deploy.md").read_text()
CREATED = DEPLOY.partition("\n### What is created\n")[2].partition("\n### ")[0]
WHOLE = template.load()
RESOURCES = WHOLE["Resources"]
ALWAYS = {name: resource for name, resource in RESOURCES.items() if "Condition" not in resource}
COUNTED = {
    "functions, a role": [name for name, of in ALWAYS.items() if "FunctionName" in of.get("Properties", {})],
    "tables": [name for name, of in ALWAYS.items() if of.get("Type") == "AWS::DynamoDB::Table"],
    "log groups": [name for name, of in ALWAYS.items() if of.get("Type") == "AWS::Logs::LogGroup"],
    "FIFO queues": [name for name, of in ALWAYS.items() if "RedrivePolicy" in of.get("Properties", {})],
}


def parameters_of(condition: Any) -> Iterator[str]:
    """The parameters that decide about a condition, or a part of one."""
    if isinstance(condition, list):
        for part in condition:
            yield from parameters_of(part)
    elif isinstance(condition, dict):
        for key, value in condition.items():
            if key == "Ref":
                yield value
            yield from parameters_of(WHOLE["Conditions"][value] if key == "Condition" else value)


@pytest.mark.parametrize("what", COUNTED)
def test_what_is_always_there_is_counted(what: str) -> None:
    assert re.search(rf"^\| {len(COUNTED[what])} {what}", CREATED, re.MULTILINE), COUNTED[what]


@pytest.mark.parametrize(
    "condition", sorted({of["Condition"] for of in RESOURCES.values() if "Condition" in of})
)
def test_what_a_parameter_brings_is_listed_with_its_name(condition: str) -> None:
    deciding = set(parameters_of({"Condition": condition}))

    assert deciding
    assert any(f"`{name}`" in CREATED for name in deciding), deciding


def test_every_option_is_listed() -> None:
    named = set(re.findall(r"--[a-z-]+", deploy_arguments.parser().format_help())) - {"--help"}

    assert {option for option in named if f"\n| `{option}" not in DEPLOY} == set()
